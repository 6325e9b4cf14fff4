"""The statements that save: each one is a transaction by itself, for any number of stories.

Each first locks its rows, in the order of their ids, where the fence still holds; what belongs to other attempts, or
was cancelled or deleted, is left out. Each returns the ids of those that it held, and says in its own transaction what
has changed: a viewer waits for every round trip. Each may be repeated, after a commit whose answer was lost.
"""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple

from story_worker.stories import Failed, Finished, RetryLater, Save
from storybot_common.broker.topology import JOBS
from storybot_common.database.dedicated import Parameters
from storybot_common.database.notifications import IDS_PER_NOTIFICATION, OUTBOX, STORIES


class Statement(NamedTuple):
    """SQL for psycopg, with its parameters."""

    sql: LiteralString
    parameters: Parameters


# A save without text renews the lease only.
_APPEND = """
WITH pending AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(offsets)s::int[], %(texts)s::text[])
    AS p(id, attempt, "offset", text)
), held AS (
    SELECT s.id, p."offset", p.text FROM stories s JOIN pending p ON s.id = p.id AND s.attempt = p.attempt
    WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
), appended AS (
    INSERT INTO story_chunks (story_id, "offset", text) SELECT * FROM held WHERE text <> ''
    ON CONFLICT (story_id, "offset") DO UPDATE SET text = excluded.text
), renewed AS (
    UPDATE stories s SET
        lease_expires_at = now() + make_interval(secs => %(lease)s::float8),
        text_length = h."offset" + char_length(h.text),
        first_token_at = coalesce(s.first_token_at, CASE WHEN h.text <> '' THEN now() END)
    FROM held h WHERE s.id = h.id
), told AS (
    SELECT pg_notify(%(channel)s, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / %(ids_a_message)s::int AS part FROM held WHERE text <> '') AS new
    GROUP BY part
)
SELECT id, (SELECT count(*) FROM told) AS told FROM held
"""

_FINISH = """
WITH final AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(statuses)s::text[],
                         %(offsets)s::int[], %(tails)s::text[], %(codes)s::text[],
                         %(reasons)s::text[], %(prompt_tokens)s::int[], %(completion_tokens)s::int[])
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
    SELECT pg_notify(%(channel)s, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / %(ids_a_message)s::int AS part FROM held) AS new
    GROUP BY part
)
SELECT id, (SELECT count(*) FROM told) AS told FROM held
"""

_VOID = """
WITH mine AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(attempts)s::int[]) AS m(id, attempt)
), held AS (
    SELECT s.id FROM stories s JOIN mine m ON s.id = m.id AND s.attempt = m.attempt
    WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
), dropped AS (
    DELETE FROM story_chunks WHERE story_id IN (SELECT id FROM held)
), voided AS (
    UPDATE stories s SET text = '', text_length = 0, restarts = restarts + 1, resumption = 'restarted'
    FROM held h WHERE s.id = h.id
), told AS (
    SELECT pg_notify(%(channel)s, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / %(ids_a_message)s::int AS part FROM held) AS new
    GROUP BY part
)
SELECT id, (SELECT count(*) FROM told) AS told FROM held
"""

_REQUEUE = """
WITH mine AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(delays)s::float8[], %(uncounted)s::int[],
                         %(queues)s::text[])
    AS m(id, attempt, delay, uncounted, queue)
), held AS (
    SELECT s.id, s.trace_id, m.delay, m.uncounted, m.queue
    FROM stories s JOIN mine m ON s.id = m.id AND s.attempt = m.attempt
    WHERE s.status = 'writing' ORDER BY s.id FOR NO KEY UPDATE OF s
), requeued AS (
    UPDATE stories s SET
        status = 'queued', available_at = now() + make_interval(secs => h.delay),
        deliveries = greatest(0, s.deliveries - h.uncounted), worker = NULL, lease_expires_at = NULL
    FROM held h WHERE s.id = h.id
), tickets AS (
    INSERT INTO outbox (queue, story_id, trace_id) SELECT queue, id, trace_id FROM held
), told AS (
    SELECT pg_notify(%(channel)s, string_agg(id::text, ','))
    FROM (SELECT id, (row_number() OVER () - 1) / %(ids_a_message)s::int AS part FROM held) AS new
    GROUP BY part
), woken AS (
    SELECT pg_notify(%(outbox_channel)s, '') WHERE EXISTS (SELECT FROM held)
)
SELECT id, (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM woken) AS woken FROM held
"""


def append(saves: Sequence[Save], *, lease: float) -> Statement:
    """Text, and the lease renewed for so many seconds."""
    return Statement(
        _APPEND,
        _identity(saves) | {"offsets": [s.offset for s in saves], "texts": [s.text for s in saves], "lease": lease},
    )


def finish(saves: Sequence[Save]) -> Statement:
    """The whole text goes into the story and the chunks go, in the transaction that makes the state final."""
    outcomes = [s.outcome for s in saves]
    usages = [o.usage if isinstance(o, Finished) else None for o in outcomes]
    return Statement(
        _FINISH,
        _identity(saves)
        | {
            "statuses": ["failed" if isinstance(o, Failed) else "finished" for o in outcomes],
            "offsets": [s.offset for s in saves],
            "tails": [s.text for s in saves],
            "codes": [o.code.value if isinstance(o, Failed) else None for o in outcomes],
            "reasons": [o.finish_reason if isinstance(o, Finished) else None for o in outcomes],
            "prompt_tokens": [u.prompt_tokens if u else None for u in usages],
            "completion_tokens": [u.completion_tokens if u else None for u in usages],
        },
    )


def void(saves: Sequence[Save]) -> Statement:
    """The text so far goes; the story begins anew."""
    return Statement(_VOID, _identity(saves))


def requeue(saves: Sequence[Save]) -> Statement:
    """Back to the queue with a new ticket, at once or after a delay."""
    delays = [s.outcome.delay if isinstance(s.outcome, RetryLater) else None for s in saves]
    return Statement(
        _REQUEUE,
        _identity(saves)
        | {
            "delays": [float(delay.seconds) if delay else 0.0 for delay in delays],
            "uncounted": [0 if delay else 1 for delay in delays],
            "queues": [delay.name if delay else JOBS for delay in delays],
            "outbox_channel": OUTBOX,
        },
    )


def _identity(saves: Sequence[Save]) -> dict[str, object]:
    """Whose saves these are, and how it is told."""
    return {
        "ids": [s.fence.story_id for s in saves],
        "attempts": [s.fence.attempt for s in saves],
        "channel": STORIES,
        "ids_a_message": IDS_PER_NOTIFICATION,
    }
