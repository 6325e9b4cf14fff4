"""The transactional outbox: the message row is written in the transaction that makes it true.

A relay (in the prompt API) publishes the rows with confirms and deletes what was confirmed, so delivery is at least
once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storybot_common.broker.topology import JOBS
from storybot_common.database.notifications import notify_outbox
from storybot_common.database.tables import outbox


@dataclass(frozen=True, slots=True)
class Ticket:
    """A WriteStory message to be published to ``queue``."""

    story_id: UUID
    trace_id: str
    queue: str = JOBS


async def enqueue(connection: AsyncConnection, tickets: Iterable[Ticket]) -> None:
    """Write the tickets to the outbox and wake the relays when the transaction commits."""
    rows = [{"queue": t.queue, "story_id": t.story_id, "trace_id": t.trace_id} for t in tickets]
    if rows:
        await connection.execute(insert(outbox), rows)
        await notify_outbox(connection)
