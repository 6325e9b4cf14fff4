"""The chunk writer: the only one in the process that writes to stories which are being written.

All stories' pending saves are committed together, one transaction at a time, so the size of a transaction follows
the load by itself. Each statement first locks its rows, in the order of their ids, where the fence still holds; what
belongs to other attempts, or was cancelled or deleted, is left out and answered with ClaimLost. What happens all the
time, to append and to finish, is one statement each with its notification: a viewer waits for every round trip.

Every statement may be repeated: after a commit whose answer was lost the same batch comes again.
"""

import math
import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from story_worker.metrics import WorkerMetrics
from story_worker.stories import Failed, Finished, HandedBack, RetryLater, Save
from storybot_common.broker.topology import JOBS
from storybot_common.database.group_commit import GroupCommitter
from storybot_common.database.notifications import IDS_PER_NOTIFICATION, STORIES, notify_stories
from storybot_common.database.unit_of_work import transact
from storybot_common.errors import ClaimLost
from storybot_common.outbox import Ticket, enqueue

_MAX_BATCH = 500
_MAX_WAITING = 100_000

_HOLD = text("""
SELECT s.id FROM stories s
JOIN unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS mine(id, attempt)
  ON s.id = mine.id AND s.attempt = mine.attempt
WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
""")

_VOID_CHUNKS = text("DELETE FROM story_chunks WHERE story_id = ANY (:ids)")
_VOID = text("""
UPDATE stories SET text = '', text_length = 0, restarts = restarts + 1, resumption = 'restarted' WHERE id = ANY (:ids)
""")

# Text and lease; a save without text renews the lease only.
_APPEND = text("""
WITH pending AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:offsets AS int[]),
                         CAST(:texts AS text[]))
    AS p(id, attempt, "offset", text)
), held AS (
    SELECT s.id, p."offset", p.text FROM stories s JOIN pending p ON s.id = p.id AND s.attempt = p.attempt
    WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
), appended AS (
    INSERT INTO story_chunks (story_id, "offset", text) SELECT * FROM held WHERE text <> ''
    ON CONFLICT (story_id, "offset") DO UPDATE SET text = excluded.text
), renewed AS (
    UPDATE stories s SET
        lease_expires_at = now() + make_interval(secs => :lease),
        text_length = h."offset" + char_length(h.text),
        first_token_at = coalesce(s.first_token_at, CASE WHEN h.text <> '' THEN now() END)
    FROM held h WHERE s.id = h.id
), told AS (
    SELECT pg_notify(:channel, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / :ids_a_message AS part FROM held WHERE text <> '') AS new
    GROUP BY part
)
SELECT id, (SELECT count(*) FROM told) FROM held
""")

_FINISH = text("""
WITH final AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:statuses AS text[]),
                         CAST(:offsets AS int[]), CAST(:tails AS text[]), CAST(:codes AS text[]),
                         CAST(:reasons AS text[]), CAST(:prompt_tokens AS int[]), CAST(:completion_tokens AS int[]))
    AS f(id, attempt, status, "offset", tail, failure_code, finish_reason, prompt_tokens, completion_tokens)
), held AS (
    SELECT s.id FROM stories s JOIN final f ON s.id = f.id AND s.attempt = f.attempt
    WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
), finished AS (
    UPDATE stories s SET
        status = f.status,
        text = s.text || coalesce((SELECT string_agg(c.text, '' ORDER BY c."offset")
                                   FROM story_chunks c WHERE c.story_id = s.id), '') || f.tail,
        text_length = f."offset" + char_length(f.tail),
        first_token_at = coalesce(s.first_token_at, CASE WHEN f.tail <> '' THEN now() END),
        finished_at = now(), failure_code = f.failure_code, finish_reason = f.finish_reason,
        prompt_tokens = coalesce(s.prompt_tokens + f.prompt_tokens, f.prompt_tokens, s.prompt_tokens),
        completion_tokens = coalesce(s.completion_tokens + f.completion_tokens, f.completion_tokens,
                                     s.completion_tokens),
        worker = NULL, lease_expires_at = NULL
    FROM final f JOIN held USING (id) WHERE s.id = f.id
), dropped AS (
    DELETE FROM story_chunks WHERE story_id IN (SELECT id FROM held)
), told AS (
    SELECT pg_notify(:channel, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / :ids_a_message AS part FROM held) AS new
    GROUP BY part
)
SELECT id, (SELECT count(*) FROM told) FROM held
""")

_REQUEUE = text("""
UPDATE stories s SET
    status = 'queued', available_at = now() + make_interval(secs => o.delay),
    deliveries = greatest(0, s.deliveries - o.uncounted), worker = NULL, lease_expires_at = NULL
FROM unnest(CAST(:ids AS uuid[]), CAST(:delays AS float8[]), CAST(:uncounted AS int[])) AS o(id, delay, uncounted)
WHERE s.id = o.id
""")


class ChunkWriter:
    """Stores saves in batches. ``lease`` is how long (seconds) a save keeps others from taking the story over."""

    def __init__(self, engine: AsyncEngine, *, lease: float, metrics: WorkerMetrics) -> None:
        self._engine = engine
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
        held = await transact(self._engine, lambda connection: self._write(connection, saves), patience=math.inf)
        self._metrics.save_seconds.observe(time.perf_counter() - started)
        self._metrics.save_batch_size.observe(len(saves))
        return [None if save.fence.story_id in held else ClaimLost(str(save.fence)) for save in saves]

    async def _write(self, connection: AsyncConnection, saves: Sequence[Save]) -> set[UUID]:
        """One transaction; the stories whose fence held."""
        finals = [s for s in saves if isinstance(s.outcome, Finished | Failed) and not s.void]
        appends = [s for s in saves if s.outcome is None and not s.void]
        others = [s for s in saves if s.void or isinstance(s.outcome, RetryLater | HandedBack)]
        held = await self._append(connection, appends)
        held |= await _finish(connection, finals)
        return held | await self._write_others(connection, others)

    async def _write_others(self, connection: AsyncConnection, saves: Sequence[Save]) -> set[UUID]:
        """What is rare: a story begun anew, or one that goes back to the queue."""
        if not saves:
            return set()
        rows = await connection.scalars(
            _HOLD,
            {"ids": [s.fence.story_id for s in saves], "attempts": [s.fence.attempt for s in saves]},
        )
        ids = set(rows)
        held = [save for save in saves if save.fence.story_id in ids]
        await _void(connection, [s for s in held if s.void])
        await self._append(connection, [s for s in held if not isinstance(s.outcome, Finished | Failed)])
        await _finish(connection, [s for s in held if isinstance(s.outcome, Finished | Failed)])
        await _requeue(connection, [s for s in held if isinstance(s.outcome, RetryLater | HandedBack)])
        await notify_stories(connection, [s.fence.story_id for s in held])
        return ids

    async def _append(self, connection: AsyncConnection, saves: Sequence[Save]) -> set[UUID]:
        """Append where the fence holds; the stories where it did."""
        if not saves:
            return set()
        rows = await connection.scalars(
            _APPEND,
            {
                **_identity(saves),
                "offsets": [s.offset for s in saves],
                "texts": [s.text for s in saves],
                "lease": self._lease,
            },
        )
        return set(rows)


def _identity(saves: Sequence[Save]) -> dict[str, object]:
    """Parameters that say whose saves these are, and how it is told."""
    return {
        "ids": [s.fence.story_id for s in saves],
        "attempts": [s.fence.attempt for s in saves],
        "channel": STORIES,
        "ids_a_message": IDS_PER_NOTIFICATION,
    }


def _is_callers_fault(error: Exception) -> bool:
    """Whether one save of a batch may have spoiled it for the others."""
    return isinstance(error, DBAPIError)


async def _void(connection: AsyncConnection, saves: list[Save]) -> None:
    if saves:
        ids = {"ids": [s.fence.story_id for s in saves]}
        await connection.execute(_VOID_CHUNKS, ids)
        await connection.execute(_VOID, ids)


async def _finish(connection: AsyncConnection, saves: Sequence[Save]) -> set[UUID]:
    """The whole text goes into the story and the chunks go, in the transaction that makes the state final."""
    if not saves:
        return set()
    outcomes = [s.outcome for s in saves]
    usages = [o.usage if isinstance(o, Finished) else None for o in outcomes]
    rows = await connection.scalars(
        _FINISH,
        {
            **_identity(saves),
            "statuses": ["failed" if isinstance(o, Failed) else "finished" for o in outcomes],
            "offsets": [s.offset for s in saves],
            "tails": [s.text for s in saves],
            "codes": [o.code.value if isinstance(o, Failed) else None for o in outcomes],
            "reasons": [o.finish_reason if isinstance(o, Finished) else None for o in outcomes],
            "prompt_tokens": [u.prompt_tokens if u else None for u in usages],
            "completion_tokens": [u.completion_tokens if u else None for u in usages],
        },
    )
    return set(rows)


async def _requeue(connection: AsyncConnection, saves: list[Save]) -> None:
    if not saves:
        return
    delays = [s.outcome.delay if isinstance(s.outcome, RetryLater) else None for s in saves]
    await connection.execute(
        _REQUEUE,
        {
            "ids": [s.fence.story_id for s in saves],
            "delays": [float(delay.seconds) if delay else 0.0 for delay in delays],
            "uncounted": [0 if delay else 1 for delay in delays],
        },
    )
    await enqueue(
        connection,
        [
            Ticket(s.fence.story_id, s.trace_id, delay.name if delay else JOBS)
            for s, delay in zip(saves, delays, strict=True)
        ],
    )
