"""Claims: which queued story is written next.

Fair between owners: the next story is that of the owner with the fewest stories being written, the oldest first.
Tickets that wait at the same time are served by one statement, and fairly among themselves: an owner's second
story in it counts one more.

Why the statement has its form. There may be 100,000 queued stories of a few owners, or a few of 20,000 owners each,
so neither all stories nor all owners may be looked at. The recursive part walks from owner to owner along the index
(owner_id, queued_at, id) of queued stories (a "loose index scan", which Postgres does not do by itself) and stops
after ``_WINDOW`` owners; the lateral part takes the first few stories of each. With more owners waiting than that,
the next claim looks at the window after this one, so that everybody's turn comes; the window starts again at the
first owner where the owners end.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from story_worker import earlier_parts
from story_worker.stories import Claim, Fence
from storybot_common.database.dedicated import DedicatedConnection, Parameters, Row
from storybot_common.database.group_commit import GroupCommitter
from storybot_common.database.notifications import IDS_PER_NOTIFICATION, STORIES
from storybot_common.database.unit_of_work import execute
from storybot_common.story_settings import StorySettings

_WINDOW = 100
_MAX_BATCH = 32
_PASSES = 50
_PAUSE_S = 0.05
_BEFORE_THE_FIRST_OWNER = UUID(int=0)

_CLAIM = """
WITH RECURSIVE later AS (
    (SELECT owner_id FROM stories WHERE status = 'queued' AND owner_id > %(after)s ORDER BY owner_id LIMIT 1)
    UNION ALL
    SELECT (SELECT s.owner_id FROM stories s
            WHERE s.status = 'queued' AND s.owner_id > later.owner_id ORDER BY s.owner_id LIMIT 1)
    FROM later WHERE later.owner_id IS NOT NULL
), earlier AS (
    (SELECT owner_id FROM stories WHERE status = 'queued' AND owner_id <= %(after)s ORDER BY owner_id LIMIT 1)
    UNION ALL
    SELECT (SELECT s.owner_id FROM stories s
            WHERE s.status = 'queued' AND s.owner_id > earlier.owner_id AND s.owner_id <= %(after)s
            ORDER BY s.owner_id LIMIT 1)
    FROM earlier WHERE earlier.owner_id IS NOT NULL
), owners AS MATERIALIZED (
    SELECT owner_id, row_number() OVER () AS position
    FROM (SELECT owner_id FROM (SELECT owner_id FROM later UNION ALL SELECT owner_id FROM earlier) AS everybody
          WHERE owner_id IS NOT NULL LIMIT %(window)s) AS next_owners
), writing AS (
    SELECT owner_id, count(*) AS stories FROM stories WHERE status = 'writing' GROUP BY owner_id
), candidates AS (
    SELECT c.id, c.queued_at,
           coalesce(writing.stories, 0) + row_number() OVER (PARTITION BY owner_id ORDER BY c.queued_at, c.id) AS turn
    FROM owners LEFT JOIN writing USING (owner_id)
    CROSS JOIN LATERAL (
        SELECT id, queued_at FROM stories
        WHERE status = 'queued' AND owner_id = owners.owner_id AND available_at <= now()
        ORDER BY queued_at, id LIMIT %(wanted)s
    ) AS c
), chosen AS (
    SELECT s.id FROM stories s
    WHERE s.id = ANY (ARRAY(SELECT id FROM candidates ORDER BY turn, queued_at, id LIMIT %(wanted)s))
      AND s.status = 'queued' AND s.available_at <= now()
    FOR NO KEY UPDATE SKIP LOCKED
), claimed AS (
    UPDATE stories s SET
        status = 'writing', attempt = s.attempt + 1, deliveries = s.deliveries + 1, worker = %(worker)s,
        lease_expires_at = now() + make_interval(secs => %(lease)s::float8), started_at = coalesce(s.started_at, now()),
        model = coalesce(settings.story_model, %(model)s), model_builtin = %(builtin)s,
        resumption = CASE WHEN s.text_length > 0 THEN 'continued' ELSE s.resumption END
    FROM chosen, prompts p, settings WHERE s.id = chosen.id AND p.id = s.prompt_id AND settings.id = 1
    RETURNING s.id, s.attempt, s.trace_id, s.deliveries, s.text, s.text_length, s.model, p.content, p.options,
              s.previous_id, s.queued_at, s.available_at, s.started_at, to_jsonb(settings) AS settings
), told AS (
    SELECT pg_notify(%(channel)s, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / %(ids_a_message)s::int AS part FROM claimed) AS new
    GROUP BY part
)
SELECT (SELECT count(*) FROM told) AS told,
       (SELECT owner_id FROM owners ORDER BY position DESC LIMIT 1) AS last_owner, claimed.*,
       extract(epoch FROM now() - claimed.started_at)::float8 AS tried_for,
       extract(epoch FROM now() - greatest(claimed.queued_at, claimed.available_at))::float8 AS waited
FROM (VALUES (1)) AS always LEFT JOIN claimed ON true
"""

_ANY_LEFT = "SELECT EXISTS (SELECT FROM stories WHERE status = 'queued' AND available_at <= now()) AS any_left"

_WRITTEN = """
SELECT story_id, string_agg(text, '' ORDER BY "offset") AS text FROM story_chunks
WHERE story_id = ANY (%(ids)s) GROUP BY story_id
"""


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """Under which name and for how long (seconds) claims are made, and which model writes."""

    worker: str
    lease: float
    model: str
    builtin: bool


class Claims:
    """Answers tickets with claims, many tickets in one transaction."""

    def __init__(self, connection: DedicatedConnection, terms: ClaimTerms) -> None:
        self._connection = connection
        self._terms = terms
        self._last_owner = _BEFORE_THE_FIRST_OWNER
        self._tickets: GroupCommitter[None, Claim | None] = GroupCommitter(
            self._answer, max_batch=_MAX_BATCH, max_waiting=10_000
        )

    async def run(self) -> None:
        """Answer tickets until cancelled."""
        await self._tickets.run()

    async def next(self) -> Claim | None:
        """The story whose turn it is, now ours; None when nothing waits. Waits while Postgres is away."""
        return await self._tickets.submit(None)

    async def _answer(self, tickets: Sequence[None]) -> Sequence[Claim | Exception | None]:
        """Claim a story for each ticket.

        A ticket is answered with None only when no story was left. Another worker may just hold the rows that
        were chosen, or the window may hold delayed stories only: then it is tried again.
        """
        claims: list[Claim] = []
        wanted = len(tickets)
        for _pass in range(_PASSES):
            try:
                got, any_left = await self._claim(wanted - len(claims))
            except Exception as error:
                if not claims:
                    raise
                return [*claims, *[error] * (wanted - len(claims))]  # what is claimed must be written
            claims += got
            if len(claims) == wanted or not any_left:
                break
            if not got:
                await asyncio.sleep(_PAUSE_S)
        return [*claims, *[None] * (wanted - len(claims))]

    async def _claim(self, wanted: int) -> tuple[list[Claim], bool]:
        """One pass: up to ``wanted`` claims, and whether stories were left for another.

        The text of earlier attempts is read after the claim is committed: from then on nobody else adds to it.
        """
        rows = await self._execute(
            _CLAIM,
            {
                "after": self._last_owner,
                "window": _WINDOW,
                "wanted": wanted,
                "worker": self._terms.worker,
                "lease": self._terms.lease,
                "model": self._terms.model,
                "builtin": self._terms.builtin,
                "channel": STORIES,
                "ids_a_message": IDS_PER_NOTIFICATION,
            },
        )
        self._last_owner = rows[0].last_owner or _BEFORE_THE_FIRST_OWNER
        claimed = [row for row in rows if row.id is not None]
        begun = [row.id for row in claimed if row.text_length]
        chunks = {row.story_id: row.text for row in await self._execute(_WRITTEN, {"ids": begun})} if begun else {}
        going_on = [row.id for row in claimed if row.previous_id]
        earlier = await earlier_parts.read(self._connection, going_on) if going_on else {}
        any_left = len(claimed) < wanted and (await self._execute(_ANY_LEFT))[0].any_left
        return [_as_claim(row, row.text + chunks.get(row.id, ""), earlier.get(row.id, "")) for row in claimed], any_left

    async def _execute(self, statement: LiteralString, parameters: Parameters | None = None) -> Sequence[Row]:
        return await execute(self._connection, statement, parameters, patience=math.inf)


def _as_claim(row: Row, written: str, earlier: str) -> Claim:
    return Claim(
        fence=Fence(row.id, row.attempt),
        trace_id=row.trace_id,
        content=row.content,
        options=row.options,
        written=written,
        earlier=earlier,
        model=row.model,
        deliveries=row.deliveries,
        tried_for=row.tried_for,
        waited=row.waited,
        settings=StorySettings.model_validate(row.settings, extra="ignore"),
    )
