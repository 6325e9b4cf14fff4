"""Reading prompts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.prompts.excerpts import excerpts
from prompt_api.prompts.filters import PromptFilter
from prompt_api.prompts.schemas import Prompt, PromptSummary
from prompt_api.stories import rows
from prompt_api.stories.queue import positions
from prompt_api.stories.schemas import StoryStatus, StorySummary
from storybot_common.brief import StoryOptions
from storybot_common.database.tables import prompts, stories

_COLUMNS = [prompts.c.id, prompts.c.content, prompts.c.options, prompts.c.favourite, prompts.c.created_at]


async def page(
    connection: AsyncConnection, owner_id: UUID, wanted: PromptFilter, *, limit: int, before: UUID | None
) -> tuple[list[PromptSummary], bool]:
    """Up to ``limit`` of the owner's prompts, newest first, and whether there are more."""
    query = (
        select(*_COLUMNS)
        .where(prompts.c.owner_id == owner_id, *wanted.conditions())
        .order_by(prompts.c.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(prompts.c.id < before)
    found = (await connection.execute(query)).mappings().all()
    some = found[:limit]
    ids = [row["id"] for row in some]
    hits = await excerpts(connection, ids, wanted.containing) if ids and wanted.containing else {}
    of_prompt = await summaries_of(connection, ids)
    items = [
        PromptSummary.model_construct(**_own_fields(row), stories=of_prompt[row["id"]], excerpt=hits.get(row["id"]))
        for row in some
    ]
    return items, len(found) > limit


async def summaries_of(connection: AsyncConnection, prompt_ids: Collection[UUID]) -> Mapping[UUID, list[StorySummary]]:
    """The stories of each prompt, oldest first."""
    written = await _stories(connection, prompt_ids)
    places = await positions(connection, _queued(written))
    of_prompt = defaultdict(list)
    for one in written:
        of_prompt[one["prompt_id"]].append(rows.summary(one, places))
    return of_prompt


async def find(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> Prompt | None:
    """The owner's prompt with its stories, or None."""
    row = (
        (
            await connection.execute(
                select(*_COLUMNS).where(
                    prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_(None)
                )
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    written = await _stories(connection, [prompt_id], rows.TEXT_SO_FAR)
    places = await positions(connection, _queued(written))
    return Prompt.model_construct(**_own_fields(row), stories=[rows.story(one, places) for one in written])


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
        "favourite": row["favourite"],
        "created_at": row["created_at"],
    }
