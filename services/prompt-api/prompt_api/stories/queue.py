"""Where queued stories stand in the queue.

A worker takes the next story of the owner with the fewest stories being written. So a story's turn is the number of
its owner's stories before it, written or queued, and the queue is ordered by turn, then by time. Stories whose retry
is still delayed have no place yet.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from storybot_common.database.tables import stories

# statuses are literals, so that the partial indexes serve prepared statements too
_writing = (
    select(stories.c.owner_id, func.count().label("running"))
    .where(stories.c.status == literal_column("'writing'"))
    .group_by(stories.c.owner_id)
    .subquery("writing")
)

_turns = (
    select(
        stories.c.id,
        stories.c.queued_at,
        (
            func.coalesce(_writing.c.running, 0)
            + func.row_number().over(partition_by=stories.c.owner_id, order_by=(stories.c.queued_at, stories.c.id))
        ).label("turn"),
    )
    .select_from(stories.outerjoin(_writing, _writing.c.owner_id == stories.c.owner_id))
    .where(stories.c.status == literal_column("'queued'"), stories.c.available_at <= func.now())
    .subquery("turns")
)

_positions = select(
    _turns.c.id,
    func.row_number().over(order_by=(_turns.c.turn, _turns.c.queued_at, _turns.c.id)).label("position"),
).subquery("positions")


async def positions(connection: AsyncConnection, story_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """The places of those of the stories that are waiting to be written; 1 is next."""
    if not story_ids:
        return {}
    rows = await connection.execute(
        select(_positions.c.id, _positions.c.position).where(
            _positions.c.id == any_(literal(list(story_ids), ARRAY(Uuid)))
        )
    )
    return {row.id: row.position for row in rows}
