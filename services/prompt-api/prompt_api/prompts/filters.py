"""Which of an owner's prompts a list shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select

from prompt_api.stories.schemas import StoryStatus
from storybot_common.database.tables import prompts, stories

_newest_status = (
    select(stories.c.status)
    .where(stories.c.prompt_id == prompts.c.id)
    .order_by(stories.c.id.desc())
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class PromptFilter:
    """What is wished; nothing said shows all that are not in the trash."""

    containing: str | None = None
    """Words in the prompt or in one of its stories; capital letters do not matter."""
    statuses: Sequence[StoryStatus] = ()
    """Of the newest story, any of these."""
    language: str | None = None
    """Asked for, as a BCP 47 tag of which only the first part counts: ``ja`` finds ``ja-JP`` too."""
    favourite: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a row of the table of prompts has to meet."""
        conditions: list[ColumnElement[bool]] = [prompts.c.trashed_at.is_(None)]
        if self.favourite is not None:
            conditions.append(prompts.c.favourite if self.favourite else ~prompts.c.favourite)
        if self.statuses:
            conditions.append(_newest_status.in_(self.statuses))
        if self.language is not None:
            asked = func.split_part(func.lower(prompts.c.options["language"].astext), "-", 1)
            conditions.append(asked == self.language.lower().split("-", 1)[0])
        if self.containing is not None:
            conditions.append(_contains(self.containing))
        return conditions


def _contains(words: str) -> ColumnElement[bool]:
    in_a_story = exists().where(stories.c.prompt_id == prompts.c.id, stories.c.text.icontains(words, autoescape=True))
    return or_(prompts.c.content.icontains(words, autoescape=True), in_a_story)
