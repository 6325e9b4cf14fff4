"""Storing submissions: each statement is for a whole batch."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Row, Text, Uuid, any_, cast, insert, literal, select, union
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.arrays import table_of
from prompt_api.prompts.schemas import NewPrompt
from storybot_common.broker.topology import JOBS
from storybot_common.database.notifications import notify_outbox
from storybot_common.database.tables import outbox, prompts, stories


@dataclass(frozen=True, slots=True, eq=False)
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
    """Prompts that are there: rows of id, owner_id, idempotency_key, request_hash, created_at."""

    by_id: Mapping[UUID, Row[Any]]
    by_key: Mapping[tuple[UUID, str], Row[Any]]


async def find(connection: AsyncConnection, batch: Sequence[Submission]) -> Stored:
    """The prompts that are stored already under the id, or the owner and key, of one of the batch."""
    if not batch:
        return Stored({}, {})
    keyed = [one for one in batch if one.idempotency_key is not None]
    wanted = table_of(
        owner_id=(Uuid(), [one.owner_id for one in keyed]), key=(Text(), [one.idempotency_key for one in keyed])
    )
    columns = select(
        prompts.c.id, prompts.c.owner_id, prompts.c.idempotency_key, prompts.c.request_hash, prompts.c.created_at
    )
    rows = (
        await connection.execute(
            union(
                columns.where(prompts.c.id == any_(literal([one.prompt_id for one in batch], ARRAY(Uuid)))),
                columns.join(
                    wanted, (prompts.c.owner_id == wanted.c.owner_id) & (prompts.c.idempotency_key == wanted.c.key)
                ).where(prompts.c.idempotency_key.is_not(None)),
            )
        )
    ).all()
    return Stored(
        by_id={row.id: row for row in rows}, by_key={(row.owner_id, row.idempotency_key): row for row in rows}
    )


async def store(connection: AsyncConnection, batch: Sequence[Submission]) -> Mapping[UUID, datetime]:
    """Insert prompts, their first stories and the tickets for them, and wake the relays.

    Returns when each prompt was created, by prompt id. A prompt whose owner and key are taken is left out.
    """
    if not batch:
        return {}
    rows = table_of(
        id=(Uuid(), [one.prompt_id for one in batch]),
        owner_id=(Uuid(), [one.owner_id for one in batch]),
        content=(Text(), [one.prompt.content for one in batch]),
        options=(Text(), [one.prompt.options.model_dump_json(exclude_none=True) for one in batch]),
        idempotency_key=(Text(), [one.idempotency_key for one in batch]),
        request_hash=(LargeBinary(), [one.request_hash for one in batch]),
    )
    inserted = await connection.execute(
        upsert(prompts)
        .from_select(
            ["id", "owner_id", "content", "options", "idempotency_key", "request_hash"],
            select(
                rows.c.id,
                rows.c.owner_id,
                rows.c.content,
                cast(rows.c.options, JSONB),
                rows.c.idempotency_key,
                rows.c.request_hash,
            ),
        )
        .on_conflict_do_nothing()
        .returning(prompts.c.id, prompts.c.created_at)
    )
    created = {row.id: row.created_at for row in inserted}
    await _store_stories(connection, [one for one in batch if one.prompt_id in created])
    return created


async def _store_stories(connection: AsyncConnection, batch: Sequence[Submission]) -> None:
    if not batch:
        return
    rows = table_of(
        id=(Uuid(), [one.story_id for one in batch]),
        prompt_id=(Uuid(), [one.prompt_id for one in batch]),
        owner_id=(Uuid(), [one.owner_id for one in batch]),
        trace_id=(Text(), [one.trace_id for one in batch]),
    )
    await connection.execute(
        insert(stories).from_select(
            ["id", "prompt_id", "owner_id", "trace_id"],
            select(rows.c.id, rows.c.prompt_id, rows.c.owner_id, rows.c.trace_id),
        )
    )
    await connection.execute(
        insert(outbox).from_select(
            ["queue", "story_id", "trace_id"], select(literal(JOBS, Text), rows.c.id, rows.c.trace_id)
        )
    )
    await notify_outbox(connection)
