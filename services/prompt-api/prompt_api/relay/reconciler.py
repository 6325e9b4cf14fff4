"""The reconciler: queues again what no living worker writes, and replaces tickets that the broker lost.

It needs no memory of what was published: it compares what Postgres says with what the broker holds. A ticket too many
is harmless (a worker that finds no story drops it), and a story that is queued again while its worker still lives is
protected by the fencing number.
"""

import asyncio
from datetime import timedelta

from aio_pika.abc import AbstractChannel, AbstractConnection
from sqlalchemy import func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.database import Database
from prompt_api.metrics import Metrics
from storybot_common.broker.topology import JOBS
from storybot_common.database.notifications import notify_stories
from storybot_common.database.tables import outbox, stories
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger
from storybot_common.outbox import Ticket, enqueue

_GRACE = timedelta(seconds=15)
"""How long after its end a lease is still respected; also after a start of Postgres, when nobody could renew one."""

_AT_ONCE = 500
ADVISORY_LOCK = 0x5245434F4E  # "RECON"

log = get_logger(__name__)


class Reconciler:
    """Looks every ``every`` seconds; of several processes one at a time does it."""

    def __init__(self, database: Database, metrics: Metrics, *, every: float) -> None:
        self._database = database
        self._metrics = metrics
        self._every = every
        self._missing_before = 0

    async def run(self, connection: AbstractConnection) -> None:
        """Repair until cancelled, or until the connection fails."""
        channel = await connection.channel()
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.repair(await _ready_tickets(channel))
            except DatabaseUnavailable:
                log.warning("reconciler_found_no_database")

    async def repair(self, ready: int) -> None:
        """One look, while ``ready`` tickets wait in the broker."""
        expired, missing = await self._database.write(lambda connection: self._repair(connection, ready))
        for reason, count in (("lease_expired", expired), ("ticket_lost", missing)):
            if count:
                self._metrics.requeued.labels(reason).inc(count)
                log.warning("stories_requeued", reason=reason, stories=count)

    async def _repair(self, connection: AsyncConnection, ready: int) -> tuple[int, int]:
        locked = await connection.execute(select(func.pg_try_advisory_xact_lock(ADVISORY_LOCK)))
        if not locked.scalar_one():
            return 0, 0
        expired = await _free_expired(connection)
        missing = max(0, await _claimable(connection) - await _in_outbox(connection) - ready)
        # a ticket on its way is in neither place for a moment: only what was missing twice is replaced
        lost = min(missing, self._missing_before, _AT_ONCE)
        self._missing_before = missing - lost
        await _replace_tickets(connection, lost)
        return expired, lost


async def _ready_tickets(channel: AbstractChannel) -> int:
    queue = await channel.declare_queue(JOBS, passive=True)
    return queue.declaration_result.message_count or 0


async def _free_expired(connection: AsyncConnection) -> int:
    """Queue the stories of dead workers again, at the place they had, with a ticket each."""
    expired = (
        select(stories.c.id)
        .where(
            stories.c.status == literal_column("'writing'"),
            stories.c.lease_expires_at < func.now() - _GRACE,
            func.pg_postmaster_start_time() < func.now() - _GRACE,
        )
        .order_by(stories.c.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    freed = await connection.execute(
        update(stories)
        .where(stories.c.id.in_(expired))
        .values(status="queued", available_at=func.now(), worker=None, lease_expires_at=None)
        .returning(stories.c.id, stories.c.trace_id)
    )
    tickets = [Ticket(row.id, row.trace_id) for row in freed]
    await enqueue(connection, tickets)
    await notify_stories(connection, [ticket.story_id for ticket in tickets])
    return len(tickets)


async def _claimable(connection: AsyncConnection) -> int:
    count = select(func.count()).where(
        stories.c.status == literal_column("'queued'"), stories.c.available_at <= func.now()
    )
    return (await connection.execute(count)).scalar_one()


async def _in_outbox(connection: AsyncConnection) -> int:
    count = select(func.count()).where(outbox.c.queue == JOBS)
    return (await connection.execute(count)).scalar_one()


async def _replace_tickets(connection: AsyncConnection, count: int) -> None:
    waiting = await connection.execute(
        select(stories.c.id, stories.c.trace_id)
        .where(stories.c.status == literal_column("'queued'"), stories.c.available_at <= func.now())
        .order_by(stories.c.queued_at, stories.c.id)
        .limit(count)
    )
    await enqueue(connection, [Ticket(row.id, row.trace_id) for row in waiting])
