-- A database of %(size)s stories, one to a prompt, told over the last year to many owners, one of whom has more than
-- all others; and a queue of %(queued)s more. Run by seeding.py, after which the statistics are taken anew.

-- UUIDv7 (RFC 9562): milliseconds, then version, variant and bits that look random.
CREATE OR REPLACE FUNCTION pg_temp.uuid7(at timestamptz, bits text) RETURNS uuid STABLE LANGUAGE sql AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(bits), 1, 3)
            || '8' || substr(md5(bits), 4, 15))::uuid
$$;

CREATE TEMPORARY TABLE told AS
SELECT n, at, pg_temp.uuid7(at, 'prompt' || n) AS prompt_id, pg_temp.uuid7(at, 'story' || n) AS story_id,
       CASE WHEN n %% (%(size)s / %(keen)s) = 0 THEN %(keen_owner)s::uuid
            ELSE md5('owner' || floor(power(random(), 2) * %(owners)s))::uuid END AS owner_id
FROM generate_series(1, %(size)s) AS n,
     LATERAL (SELECT now() - interval '1 hour' - interval '1 year' * (%(size)s - n) / %(size)s AS at) AS time;

INSERT INTO prompts (id, owner_id, content, options, created_at)
SELECT prompt_id, owner_id,
       format('A story about %%s and %%s, number %%s, to be read before going to sleep',
              (ARRAY['a fox', 'a bear', 'a lighthouse', 'two sisters', 'the old train', 'a dragon', 'the moon'])[1 + n %% 7],
              (ARRAY['the dark', 'a storm', 'a lost key', 'the sea', 'a birthday'])[1 + n %% 5], n),
       '{"language": "en", "age": 6, "length": "short"}', at
FROM told;

INSERT INTO stories (id, prompt_id, owner_id, status, trace_id, attempt, deliveries, text, text_length, model,
                     model_builtin, prompt_tokens, completion_tokens, finish_reason, failure_code, created_at,
                     queued_at, available_at, started_at, first_token_at, finished_at)
SELECT story_id, prompt_id, owner_id, status, md5('trace' || n), 1, 1, text, length(text), 'fake', false, 200, 160,
       CASE WHEN status = 'finished' THEN 'stop' END, CASE WHEN status = 'failed' THEN 'llm_unavailable' END,
       at, at, at, at, at + interval '1 second', at + interval '20 seconds'
FROM told,
     LATERAL (SELECT CASE WHEN n %% 100 = 0 THEN 'failed' WHEN n %% 50 = 1 THEN 'cancelled' ELSE 'finished' END
              AS status) AS state,
     LATERAL (SELECT format('Once upon a time, in house number %%s%%s, ', n,
                            CASE WHEN n %% 1000 = 0 THEN ', a xylophone was played' ELSE '' END)
              || repeat('the wind sang in the chimney and nobody could sleep, so they told each other stories. ', 8)
              AS text) AS words;

-- The queue: %(queued)s stories of %(queued_owners)s owners, who came a minute ago, and a ticket for each.
CREATE TEMPORARY TABLE waiting AS
SELECT n, at, pg_temp.uuid7(at, 'waiting prompt' || n) AS prompt_id, pg_temp.uuid7(at, 'waiting story' || n) AS story_id,
       md5('waiting' || n %% %(queued_owners)s)::uuid AS owner_id
FROM generate_series(1, %(queued)s) AS n, LATERAL (SELECT now() - interval '1 minute' + interval '1 ms' * n AS at) AS time;

INSERT INTO prompts (id, owner_id, content, options, created_at)
SELECT prompt_id, owner_id, 'A story that waits to be written [[fake: tokens=1]]', '{}', at FROM waiting;
INSERT INTO stories (id, prompt_id, owner_id, trace_id, created_at, queued_at, available_at)
SELECT story_id, prompt_id, owner_id, md5('trace' || n), at, at, at FROM waiting;

DROP TABLE told, waiting;
