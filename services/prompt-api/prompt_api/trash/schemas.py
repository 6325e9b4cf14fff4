"""The trash as clients see it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from prompt_api.representation import Representation
from prompt_api.stories.schemas import StorySummary
from storybot_common.brief import StoryOptions


class TrashedPrompt(Representation):
    """A deleted prompt with its stories, oldest first, without their texts."""

    id: UUID
    content: str = Field(examples=["A fox who is afraid of the dark"])
    options: StoryOptions
    favourite: bool
    created_at: datetime
    trashed_at: datetime
    purged_at: datetime = Field(description="After this it is deleted for good.")
    stories: list[StorySummary]


class TrashPage(Representation):
    """Some of the trash, the newest prompts first."""

    items: list[TrashedPrompt]
    next_cursor: str | None = Field(
        default=None, description="Give it as `cursor` to get the next page; null: this is the last."
    )
