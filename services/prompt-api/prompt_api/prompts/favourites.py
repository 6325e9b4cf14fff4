"""An owner's favourites."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.http.problems import NotFound
from storybot_common.database.tables import prompts


async def mark(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID, *, favourite: bool) -> None:
    """Say whether a prompt is one; doing it again changes nothing.

    Raises NotFound.
    """
    marked = await connection.execute(
        update(prompts)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_(None))
        .values(favourite=favourite)
        .returning(prompts.c.id)
    )
    if marked.one_or_none() is None:
        raise NotFound("There is no such prompt.")
