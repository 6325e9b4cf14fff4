"""Prompts as clients send and see them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from prompt_api.representation import Representation
from prompt_api.stories.schemas import Story, StorySummary
from storybot_common.brief import Content, StoryOptions


class NewPrompt(BaseModel):
    """A wish for a story."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "content": "A fox who is afraid of the dark",
                    "options": {"language": "en", "protagonist": "Yuki", "age": 6, "length": "short", "tone": "gentle"},
                },
                {"content": "暗やみがこわいきつねの話", "options": {"language": "ja"}},
            ]
        },
    )

    content: Content
    options: StoryOptions = StoryOptions()


class Excerpt(Representation):
    """Where the words of a search stand in a story."""

    story_id: UUID
    text: str = Field(description="Some of the text around the first place.", examples=["… and the fox said that …"])


class PromptSummary(Representation):
    """A prompt with its stories, oldest first, without their texts."""

    id: UUID
    content: str = Field(examples=["A fox who is afraid of the dark"])
    options: StoryOptions
    favourite: bool
    created_at: datetime
    stories: list[StorySummary]
    excerpt: Excerpt | None = Field(
        default=None, description="Of a search: the words as they stand in a story; null when none has them."
    )


class Prompt(Representation):
    """A prompt with its stories, oldest first."""

    id: UUID
    content: str = Field(examples=["A fox who is afraid of the dark"])
    options: StoryOptions
    favourite: bool
    created_at: datetime
    stories: list[Story]


class PromptPage(Representation):
    """Some prompts, newest first."""

    items: list[PromptSummary]
    next_cursor: str | None = Field(
        default=None, description="Give it as `cursor` to get the next page; null: this is the last."
    )
