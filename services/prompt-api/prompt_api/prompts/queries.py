"""Reading prompts."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.prompts.schemas import Prompt, PromptSummary
from prompt_api.stories import rows
from prompt_api.stories.queue import positions
from prompt_api.stories.schemas import StoryStatus
from storybot_common.brief import StoryOptions
from storybot_common.database.tables import prompts, stories

_COLUMNS = [prompts.c.id, prompts.c.content, prompts.c.options, prompts.c.created_at]


async def page(
    connection: AsyncConnection, owner_id: UUID, *, limit: int, before: UUID | None, containing: str | None
) -> tuple[list[PromptSummary], bool]:
    """Up to ``limit`` of the owner's prompts, newest first, and whether there are more."""
    query = select(*_COLUMNS).where(prompts.c.owner_id == owner_id).order_by(prompts.c.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(prompts.c.id < before)
    if containing is not None:
        query = query.where(_contains(containing))
    found = (await connection.execute(query)).mappings().all()
    some = found[:limit]
    written = await _stories(connection, [row["id"] for row in some])
    places = await positions(connection, _queued(written))
    of_prompt = defaultdict(list)
    for one in written:
        of_prompt[one["prompt_id"]].append(rows.summary(one, places))
    items = [PromptSummary.model_construct(**_own_fields(row), stories=of_prompt[row["id"]]) for row in some]
    return items, len(found) > limit


async def find(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> Prompt | None:
    """The owner's prompt with its stories, or None."""
    row = (
        (await connection.execute(select(*_COLUMNS).where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id)))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    written = await _stories(connection, [prompt_id], rows.TEXT_SO_FAR)
    places = await positions(connection, _queued(written))
    return Prompt.model_construct(**_own_fields(row), stories=[rows.story(one, places) for one in written])


def _contains(words: str) -> ColumnElement[bool]:
    in_a_story = exists().where(stories.c.prompt_id == prompts.c.id, stories.c.text.icontains(words, autoescape=True))
    return or_(prompts.c.content.icontains(words, autoescape=True), in_a_story)


async def _stories(
    connection: AsyncConnection, prompt_ids: Collection[UUID], *more: ColumnElement[str]
) -> list[RowMapping]:
    if not prompt_ids:
        return []
    found = await connection.execute(
        select(*rows.SUMMARY_COLUMNS, *more).where(stories.c.prompt_id.in_(prompt_ids)).order_by(stories.c.id)
    )
    return list(found.mappings())


def _queued(written: Collection[RowMapping]) -> list[UUID]:
    return [row["id"] for row in written if row["status"] == StoryStatus.QUEUED]


def _own_fields(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "content": row["content"],
        "options": StoryOptions.model_validate(row["options"]),
        "created_at": row["created_at"],
    }
