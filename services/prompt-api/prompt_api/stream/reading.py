"""Reading what is new in many stories at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, case, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.arrays import table_of
from prompt_api.stories.rows import SUMMARY_COLUMNS
from prompt_api.stories.schemas import FINAL
from prompt_api.stream.live_story import Known, Snapshot
from storybot_common.database.tables import stories, story_chunks

_FACTS = [column for column in SUMMARY_COLUMNS if column.name != "text_length"]


def _statement() -> Select[Any]:
    """One statement, so that a story's status and its text belong together; made once, as making it takes longer
    than running it."""
    wanted = table_of(story_id=Uuid(), restarts=Integer(), offset=Integer())
    start = case((stories.c.restarts == wanted.c.restarts, wanted.c.offset), else_=0)
    chunks = (
        select(
            func.min(story_chunks.c.offset).label("first"),
            func.string_agg(story_chunks.c.text, aggregate_order_by(literal(""), story_chunks.c.offset)).label("text"),
        )
        .where(story_chunks.c.story_id == stories.c.id, story_chunks.c.offset >= start)
        .lateral("chunks")
    )
    is_final = stories.c.status.in_(FINAL)
    return (
        select(
            *_FACTS,
            stories.c.owner_id,
            case((is_final, start), else_=func.coalesce(chunks.c.first, start)).label("first_offset"),
            case((is_final, func.substr(stories.c.text, start + 1)), else_=func.coalesce(chunks.c.text, "")).label(
                "new_text"
            ),
        )
        .select_from(wanted)
        .join(stories, stories.c.id == wanted.c.story_id)
        .join(chunks, true())
    )


_READ = _statement()


async def read(connection: AsyncConnection, known: Sequence[Known]) -> Mapping[UUID, Snapshot]:
    """What is new in each of the stories, by id; a story that was deleted is left out."""
    rows = await connection.execute(
        _READ,
        {
            "story_id": [one.story_id for one in known],
            "restarts": [one.restarts for one in known],
            "offset": [one.offset for one in known],
        },
    )
    snapshots = {}
    for row in rows.mappings():
        facts = dict(row)
        snapshots[row["id"]] = Snapshot(
            owner_id=facts.pop("owner_id"), offset=facts.pop("first_offset"), text=facts.pop("new_text"), facts=facts
        )
    return snapshots
