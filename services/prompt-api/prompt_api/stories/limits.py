"""How many unfinished stories an owner has."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.http.problems import TooManyStories
from prompt_api.stories.schemas import ACTIVE
from storybot_common.database.tables import stories


async def active_stories(connection: AsyncConnection, owner_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Stories that are queued or being written, by owner; owners without any are left out."""
    # one branch a status, its name in the statement: each is answered from that status' partial index alone
    owners = any_(literal(list(owner_ids), ARRAY(Uuid)))
    active = union_all(
        *(
            select(stories.c.owner_id).where(
                stories.c.status == literal_column(f"'{status}'"), stories.c.owner_id == owners
            )
            for status in sorted(ACTIVE)
        )
    ).subquery()
    rows = await connection.execute(
        select(active.c.owner_id, func.count().label("stories")).group_by(active.c.owner_id)
    )
    return {row.owner_id: row.stories for row in rows}


async def require_room(connection: AsyncConnection, owner_id: UUID, *, limit: int) -> None:
    """Raise TooManyStories when the owner may not have one more unfinished story.

    Two requests at the same moment may both find the last room; the limit guards the queue and is no quota.
    """
    if (await active_stories(connection, [owner_id])).get(owner_id, 0) >= limit:
        raise TooManyStories(limit)
