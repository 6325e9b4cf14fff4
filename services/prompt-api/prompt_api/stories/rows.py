"""From rows of the table to the stories that clients see."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, case, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from prompt_api.stories.schemas import FINAL, Failure, Story, StoryStatus, StorySummary, Timings, Usage
from storybot_common.database.tables import stories, story_chunks
from storybot_common.errors import FailureCode

SUMMARY_COLUMNS = [
    column
    for column in stories.c
    if column.name not in {"owner_id", "text", "available_at", "worker", "lease_expires_at"}
]

_WRITTEN = (
    select(func.string_agg(story_chunks.c.text, aggregate_order_by(literal(""), story_chunks.c.offset)))
    .where(story_chunks.c.story_id == stories.c.id)
    .scalar_subquery()
)

TEXT_SO_FAR: ColumnElement[str] = case(
    (stories.c.status.in_(FINAL), stories.c.text), else_=func.coalesce(_WRITTEN, "")
).label("text")
"""The text of a story in whatever state: whole when it is final, joined from chunks before."""

type StoryRow = RowMapping | Mapping[str, Any]


def summary(row: StoryRow, positions: Mapping[UUID, int]) -> StorySummary:
    """The summary in a row of SUMMARY_COLUMNS; ``positions`` holds places in the queue by story id."""
    return StorySummary.model_construct(**_fields(row, positions))


def story(row: StoryRow, positions: Mapping[UUID, int]) -> Story:
    """The story in a row of SUMMARY_COLUMNS and TEXT_SO_FAR."""
    fields = _fields(row, positions)
    fields["text_length"] = len(row["text"])
    return Story.model_construct(**fields, text=row["text"])


def _fields(row: StoryRow, positions: Mapping[UUID, int]) -> dict[str, Any]:
    """Values as the schema wants them; the database's constraints vouch for them, so nothing is validated again."""
    return {
        "id": row["id"],
        "prompt_id": row["prompt_id"],
        "status": StoryStatus(row["status"]),
        "text_length": row["text_length"],
        "model": row["model"],
        "model_builtin": row["model_builtin"],
        "attempt": row["attempt"],
        "deliveries": row["deliveries"],
        "restarts": row["restarts"],
        "resumption": row["resumption"],
        "trace_id": row["trace_id"],
        "queue_position": positions.get(row["id"]),
        "usage": _usage(row),
        "timings": Timings.model_construct(
            queued_at=row["queued_at"],
            started_at=row["started_at"],
            first_token_at=row["first_token_at"],
            finished_at=row["finished_at"],
        ),
        "failure": failure(row["failure_code"]),
        "part": row["part"],
        "previous_id": row["previous_id"],
        "created_at": row["created_at"],
    }


def _usage(row: StoryRow) -> Usage | None:
    if row["prompt_tokens"] is None or row["completion_tokens"] is None:
        return None
    return Usage.model_construct(prompt_tokens=row["prompt_tokens"], completion_tokens=row["completion_tokens"])


def failure(code: str | None) -> Failure | None:
    """The failure that a code stands for. A code from a newer release is told as an internal error."""
    if code is None:
        return None
    known = FailureCode(code) if code in FailureCode else FailureCode.INTERNAL
    return Failure.model_construct(code=known, message=known.sentence, retryable=known.retryable)
