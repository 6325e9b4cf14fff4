"""The chunk writer: the only one in the process that writes to stories which are being written.

All stories' pending saves are committed together, one statement after the other on a connection of its own, so the
size of a batch follows the load by itself. The saves of a batch belong to different stories, so each statement may be
a transaction of its own; the order of a story's own statements is kept: void, text, outcome.
"""

import math
import time
from collections.abc import Callable, Container, Iterable, Sequence
from uuid import UUID

import psycopg

from story_worker import saving
from story_worker.metrics import WorkerMetrics
from story_worker.saving import Statement
from story_worker.stories import Failed, Finished, HandedBack, RetryLater, Save
from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.group_commit import GroupCommitter
from storybot_common.database.unit_of_work import execute
from storybot_common.errors import ClaimLost

_MAX_BATCH = 500
_MAX_WAITING = 100_000


class ChunkWriter:
    """Stores saves in batches. ``lease`` is how long (seconds) a save keeps others from taking the story over."""

    def __init__(self, connection: DedicatedConnection, *, lease: float, metrics: WorkerMetrics) -> None:
        self._connection = connection
        self._lease = lease
        self._metrics = metrics
        self._saves: GroupCommitter[Save, None] = GroupCommitter(
            self._store, max_batch=_MAX_BATCH, max_waiting=_MAX_WAITING, is_callers_fault=_is_callers_fault
        )

    async def run(self) -> None:
        """Store batches until cancelled."""
        await self._saves.run()

    async def submit(self, save: Save) -> None:
        """Store ``save``; returns when it is committed, and waits while Postgres is away.

        Raises ClaimLost when the attempt may not write any more. At most one save of a story may be under way.
        """
        await self._saves.submit(save)

    async def _store(self, saves: Sequence[Save]) -> Sequence[Exception | None]:
        started = time.perf_counter()
        lost = await self._write(saves)
        self._metrics.save_seconds.observe(time.perf_counter() - started)
        self._metrics.save_batch_size.observe(len(saves))
        return [ClaimLost(str(save.fence)) if save.fence.story_id in lost else None for save in saves]

    async def _write(self, saves: Sequence[Save]) -> set[UUID]:
        """Write everything; the stories whose fence did not hold."""
        voids = [s for s in saves if s.void]
        lost = await self._lost(saving.void, voids)
        finals = [s for s in saves if isinstance(s.outcome, Finished | Failed)]
        others = [s for s in saves if not isinstance(s.outcome, Finished | Failed)]
        returned = [s for s in others if isinstance(s.outcome, RetryLater | HandedBack)]
        lost |= await self._lost(self._append, _without(others, lost))
        lost |= await self._lost(saving.finish, _without(finals, lost))
        lost |= await self._lost(saving.requeue, _without(returned, lost))
        return lost

    def _append(self, saves: Sequence[Save]) -> Statement:
        return saving.append(saves, lease=self._lease)

    async def _lost(self, statement_for: Callable[[Sequence[Save]], Statement], saves: Sequence[Save]) -> set[UUID]:
        """Run the statement for these saves; the stories of those whose fence did not hold."""
        if not saves:
            return set()
        statement = statement_for(saves)
        rows = await execute(self._connection, statement.sql, statement.parameters, patience=math.inf)
        return {save.fence.story_id for save in saves} - {row.id for row in rows}


def _without(saves: Iterable[Save], lost: Container[UUID]) -> list[Save]:
    return [save for save in saves if save.fence.story_id not in lost]


def _is_callers_fault(error: Exception) -> bool:
    """Whether one save of a batch may have spoiled it for the others."""
    return isinstance(error, psycopg.Error)
