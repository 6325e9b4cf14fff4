"""Storing submissions: one statement for a whole batch.

Its parameters are arrays, one a column, so that its text is the same for any number of submissions and Postgres
plans it once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prompt_api.prompts.schemas import NewPrompt
from storybot_common.broker.topology import JOBS
from storybot_common.database.dedicated import Parameters, Row
from storybot_common.database.notifications import OUTBOX

# Stores those that are not there yet, with their first stories and tickets, and wakes the relays when it commits.
#
# given     the submissions, in the order in which they came
# known     prompts that are there already: from a try before (its id), or from a request before (owner and key)
# active    unfinished stories of the owners
# fresh     the others, each with the number of unfinished stories that its owner would have with it; of those with
#           the same key the first only
# Two API processes may both find the last room below the limit: it guards the queue and is no quota.
STORE = """
WITH given AS (
    SELECT * FROM unnest(
        %(prompt_ids)s::uuid[], %(story_ids)s::uuid[], %(owner_ids)s::uuid[], %(contents)s::text[],
        %(options)s::text[], %(keys)s::text[], %(hashes)s::bytea[], %(trace_ids)s::text[])
        WITH ORDINALITY AS submitted (prompt_id, story_id, owner_id, content, options, key, hash, trace_id, number)
), known AS (
    SELECT given.number, prompts.id, prompts.request_hash, prompts.created_at
    FROM given JOIN prompts ON prompts.id = given.prompt_id
    UNION
    SELECT given.number, prompts.id, prompts.request_hash, prompts.created_at
    FROM given JOIN prompts ON prompts.owner_id = given.owner_id AND prompts.idempotency_key = given.key
    WHERE prompts.idempotency_key IS NOT NULL
), active AS (
    SELECT owner_id, count(*) AS stories FROM (
        SELECT owner_id FROM stories WHERE status = 'queued' AND owner_id = ANY (%(owner_ids)s::uuid[])
        UNION ALL
        SELECT owner_id FROM stories WHERE status = 'writing' AND owner_id = ANY (%(owner_ids)s::uuid[])
    ) AS unfinished GROUP BY owner_id
), fresh AS (
    SELECT given.*, coalesce(active.stories, 0) + row_number() OVER (PARTITION BY owner_id ORDER BY number) AS stories
    FROM given LEFT JOIN active USING (owner_id)
    WHERE NOT EXISTS (SELECT FROM known WHERE known.number = given.number)
      AND NOT EXISTS (
          SELECT FROM given AS earlier
          WHERE earlier.owner_id = given.owner_id AND earlier.key = given.key AND earlier.number < given.number
      )
), stored AS (
    INSERT INTO prompts (id, owner_id, content, options, idempotency_key, request_hash)
    SELECT prompt_id, owner_id, content, options::jsonb, key, hash FROM fresh WHERE stories <= %(story_limit)s::int
    ON CONFLICT DO NOTHING
    RETURNING id, created_at
), queued AS (
    INSERT INTO stories (id, prompt_id, owner_id, trace_id)
    SELECT story_id, prompt_id, owner_id, trace_id FROM fresh JOIN stored ON stored.id = fresh.prompt_id
    RETURNING id, trace_id
), tickets AS (
    INSERT INTO outbox (queue, story_id, trace_id) SELECT %(queue)s, id, trace_id FROM queued
), woken AS (
    SELECT pg_notify(%(channel)s, '') WHERE EXISTS (SELECT FROM stored)
)
SELECT given.number, stored.created_at AS stored_at, known.id AS known_id, known.request_hash AS known_hash,
       known.created_at AS known_at, coalesce(fresh.stories > %(story_limit)s::int, false) AS is_over_limit,
       (SELECT count(*) FROM woken) AS woken
FROM given
LEFT JOIN stored ON stored.id = given.prompt_id
LEFT JOIN known ON known.number = given.number
LEFT JOIN fresh ON fresh.number = given.number
ORDER BY given.number
"""


@dataclass(frozen=True, slots=True)
class Submission:
    """A prompt to be stored.

    Its ids are made beforehand, so that storing it again after a commit whose answer was lost changes nothing.
    """

    owner_id: UUID
    trace_id: str
    prompt: NewPrompt
    idempotency_key: str | None
    prompt_id: UUID
    story_id: UUID

    @property
    def request_hash(self) -> bytes | None:
        """SHA-256 of the request, to tell a repeat from another request with the same key."""
        if self.idempotency_key is None:
            return None
        return hashlib.sha256(self.prompt.model_dump_json(exclude_none=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Stored:
    """It is in the database now."""

    created_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """It, or another prompt with the same owner and key, was there before."""

    prompt_id: UUID
    request_hash: bytes | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Its owner has too many unfinished stories."""


@dataclass(frozen=True, slots=True)
class Beaten:
    """Another request with the same owner and key came first, just now: look again."""


type Finding = Stored | Known | OverLimit | Beaten


def parameters(batch: Sequence[Submission], *, story_limit: int) -> Parameters:
    """Of STORE."""
    return {
        "prompt_ids": [one.prompt_id for one in batch],
        "story_ids": [one.story_id for one in batch],
        "owner_ids": [one.owner_id for one in batch],
        "contents": [one.prompt.content for one in batch],
        "options": [one.prompt.options.model_dump_json(exclude_none=True) for one in batch],
        "keys": [one.idempotency_key for one in batch],
        "hashes": [one.request_hash for one in batch],
        "trace_ids": [one.trace_id for one in batch],
        "story_limit": story_limit,
        "queue": JOBS,
        "channel": OUTBOX,
    }


def finding(row: Row) -> Finding:
    """What became of a submission, from its row of STORE; the rows come in the order of the batch."""
    if row.stored_at is not None:
        return Stored(row.stored_at)
    if row.known_id is not None:
        return Known(row.known_id, row.known_hash, row.known_at)
    return OverLimit() if row.is_over_limit else Beaten()
