"""Into the trash, out of it, and away for good. Each runs inside the caller's transaction.

The prompt is changed first and its stories are locked after it: whoever adds a story holds the prompt first too.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.http.problems import NotFound
from prompt_api.stories import commands
from prompt_api.stories.schemas import ACTIVE
from storybot_common.database.notifications import notify_stories
from storybot_common.database.tables import prompts, stories

_NOT_THERE = "There is no such prompt in the trash."


async def put(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> None:
    """Move a prompt with its stories to the trash; those that are queued or being written stop, their text is kept.

    Raises NotFound.
    """
    trashed = await connection.execute(
        update(prompts)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_(None))
        # the same wish may be sent anew under its old key, as if this one had never been
        .values(trashed_at=func.now(), idempotency_key=None, request_hash=None)
        .returning(prompts.c.id)
    )
    if trashed.one_or_none() is None:
        raise NotFound("There is no such prompt.")
    locked = await connection.execute(
        select(stories.c.id, stories.c.status)
        .where(stories.c.prompt_id == prompt_id)
        .order_by(stories.c.id)  # everybody locks in this order, so nobody waits in a circle
        .with_for_update()
    )
    rows = locked.all()
    for row in rows:
        if row.status in ACTIVE:
            await commands.stop(connection, row.id)
    await notify_stories(connection, [row.id for row in rows])


async def restore(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> None:
    """Take a prompt out of the trash.

    Raises NotFound.
    """
    restored = await connection.execute(
        update(prompts)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_not(None))
        .values(trashed_at=None)
        .returning(prompts.c.id)
    )
    if restored.one_or_none() is None:
        raise NotFound(_NOT_THERE)


async def remove(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> None:
    """Delete a prompt of the trash with its stories, for good.

    Raises NotFound.
    """
    removed = await connection.execute(
        delete(prompts)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_not(None))
        .returning(prompts.c.id)
    )
    if removed.one_or_none() is None:
        raise NotFound(_NOT_THERE)


async def empty(connection: AsyncConnection, owner_id: UUID) -> None:
    """Delete everything in the owner's trash, for good."""
    await connection.execute(delete(prompts).where(prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_not(None)))


async def purge(connection: AsyncConnection, *, keep: timedelta, limit: int) -> int:
    """Delete for good what has been in anybody's trash for longer than ``keep``; up to ``limit``, how many it were."""
    old = (
        select(prompts.c.id)
        .where(prompts.c.trashed_at < func.now() - keep)
        .order_by(prompts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    purged = await connection.execute(delete(prompts).where(prompts.c.id.in_(old)).returning(prompts.c.id))
    return len(purged.all())
