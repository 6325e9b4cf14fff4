"""Takes back stories that this worker holds on paper only.

After a restart those are all that its name still holds: whoever wrote them is dead. While it runs, and when it
stops, they are claims whose commit succeeded though the answer was lost, so that nobody writes them. Stories of
workers that do not come back are freed by the reconciler when their leases end.
"""

import asyncio
import math
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from story_worker.metrics import WorkerMetrics
from storybot_common.database.notifications import notify_stories
from storybot_common.database.unit_of_work import DatabaseUnavailable, transact
from storybot_common.logs import get_logger
from storybot_common.outbox import Ticket, enqueue

INTERVAL_S = 15.0
_PATIENCE_S = 3.0
_FRESH_S = 30.0
"""A claim younger than this may be on its way to being written."""

log = get_logger(__name__)

_TAKE_BACK = text("""
UPDATE stories SET status = 'queued', available_at = now(), worker = NULL, lease_expires_at = NULL
WHERE id IN (
    SELECT id FROM stories
    WHERE status = 'writing' AND worker = :worker AND id <> ALL (CAST(:at_work AS uuid[]))
      AND lease_expires_at < now() + make_interval(secs => :lease_left)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, trace_id
""")


class Takeover:
    """Looks for such stories; ``at_work`` tells which ones are being written."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        worker: str,
        lease: float,
        at_work: Callable[[], list[UUID]],
        metrics: WorkerMetrics,
    ) -> None:
        self._engine = engine
        self._worker = worker
        self._lease = lease
        self._at_work = at_work
        self._metrics = metrics

    async def at_start(self) -> None:
        """Take back everything that an earlier process of this name held; waits while Postgres is away."""
        await self._take_back(lease_left=2 * self._lease, patience=math.inf)

    async def at_end(self) -> None:
        """Take back everything that is still held now that nothing is being written."""
        await self.look(lease_left=2 * self._lease)

    async def run(self) -> None:
        """Look every now and then until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            await self.look(lease_left=self._lease - _FRESH_S)

    async def look(self, *, lease_left: float) -> None:
        """Take back what nobody writes and whose lease ends within so many seconds; notes when Postgres is away."""
        try:
            await self._take_back(lease_left=lease_left, patience=_PATIENCE_S)
        except DatabaseUnavailable:
            self._metrics.database_up.set(0)
            log.warning("database_unavailable")

    async def _take_back(self, *, lease_left: float, patience: float) -> None:
        async def work(connection: AsyncConnection) -> int:
            rows = (
                await connection.execute(
                    _TAKE_BACK, {"worker": self._worker, "at_work": self._at_work(), "lease_left": lease_left}
                )
            ).all()
            await enqueue(connection, [Ticket(row.id, row.trace_id) for row in rows])
            await notify_stories(connection, [row.id for row in rows])
            return len(rows)

        if count := await transact(self._engine, work, patience=patience):
            log.warning("stories_taken_back", count=count)
        self._metrics.database_up.set(1)
