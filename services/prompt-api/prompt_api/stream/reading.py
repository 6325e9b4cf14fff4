"""Reading what is new in many stories at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, and_, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from prompt_api.arrays import table_of
from prompt_api.stories.rows import SUMMARY_COLUMNS
from prompt_api.stories.schemas import FINAL
from prompt_api.stream.live_story import Known, Snapshot
from storybot_common.database.dedicated import DedicatedConnection, Row
from storybot_common.database.tables import prompts, stories, story_chunks
from storybot_common.database.unit_of_work import DatabaseUnavailable, execute

_FACTS = [column for column in SUMMARY_COLUMNS if column.name != "text_length"]


def _statement() -> Select[Any]:
    """One statement, so that a story's status and its text belong together."""
    wanted = table_of(story_id=Uuid(), restarts=Integer(), offset=Integer())
    start = case((stories.c.restarts == wanted.c.restarts, wanted.c.offset), else_=literal_column("0"))
    chunks = (
        select(
            func.min(story_chunks.c.offset).label("first"),
            func.string_agg(story_chunks.c.text, aggregate_order_by(literal_column("''"), story_chunks.c.offset)).label(
                "text"
            ),
        )
        .where(story_chunks.c.story_id == stories.c.id, story_chunks.c.offset >= start)
        .lateral("chunks")
    )
    # literals, so that all parameters are the caller's
    is_final: ColumnElement[bool] = literal_column(
        "stories.status IN ({})".format(", ".join(f"'{status}'" for status in sorted(FINAL)))
    )
    return (
        select(
            *_FACTS,
            stories.c.owner_id,
            case((is_final, start), else_=func.coalesce(chunks.c.first, start)).label("first_offset"),
            case(
                (is_final, func.substr(stories.c.text, start + literal_column("1"))),
                else_=func.coalesce(chunks.c.text, literal_column("''")),
            ).label("new_text"),
        )
        .select_from(wanted)
        .join(stories, stories.c.id == wanted.c.story_id)
        .join(prompts, and_(prompts.c.id == stories.c.prompt_id, prompts.c.trashed_at.is_(None)))
        .join(chunks, true())
    )


# written by SQLAlchemy from the tables, run by psycopg
_READ = str(_statement().compile(dialect=PGDialect_psycopg()))  # type: ignore[no-untyped-call]


async def read(connection: DedicatedConnection, known: Sequence[Known], *, patience: float) -> Mapping[UUID, Snapshot]:
    """What is new in each of the stories, by id; a story that was deleted is left out.

    A server that takes connections and never answers is given up too. Raises DatabaseUnavailable.
    """
    parameters = {
        "story_id": [one.story_id for one in known],
        "restarts": [one.restarts for one in known],
        "offset": [one.offset for one in known],
    }
    try:
        async with asyncio.timeout(patience * 2):
            rows = await execute(connection, _READ, parameters, patience=patience)
    except TimeoutError as error:
        raise DatabaseUnavailable(error, in_doubt=False) from error
    return {row.id: _snapshot(row) for row in rows}


def _snapshot(row: Row) -> Snapshot:
    facts = row._asdict()
    return Snapshot(
        owner_id=facts.pop("owner_id"), offset=facts.pop("first_offset"), text=facts.pop("new_text"), facts=facts
    )
