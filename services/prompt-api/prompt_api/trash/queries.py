"""Reading the trash."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.prompts.queries import summaries_of
from prompt_api.trash.schemas import TrashedPrompt
from storybot_common.brief import StoryOptions
from storybot_common.database.tables import prompts


async def page(
    connection: AsyncConnection, owner_id: UUID, *, limit: int, before: UUID | None, keep: timedelta
) -> tuple[list[TrashedPrompt], bool]:
    """Up to ``limit`` of the prompts in the owner's trash, newest first, and whether there are more."""
    query = (
        select(
            prompts.c.id,
            prompts.c.content,
            prompts.c.options,
            prompts.c.favourite,
            prompts.c.created_at,
            prompts.c.trashed_at,
        )
        .where(prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_not(None))
        .order_by(prompts.c.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(prompts.c.id < before)
    found = (await connection.execute(query)).all()
    some = found[:limit]
    written = await summaries_of(connection, [row.id for row in some])
    items = [
        TrashedPrompt.model_construct(
            id=row.id,
            content=row.content,
            options=StoryOptions.model_validate(row.options),
            favourite=row.favourite,
            created_at=row.created_at,
            trashed_at=row.trashed_at,
            purged_at=row.trashed_at + keep,
            stories=written[row.id],
        )
        for row in some
    ]
    return items, len(found) > limit
