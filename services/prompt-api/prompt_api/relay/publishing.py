"""Publishing tickets with confirms.

On aiormq's channel, which lies below aio-pika's: there a message is handed over without waiting until it and each one
before it have left the socket, which in batches is most of the cost.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from aiormq import spec
from aiormq.channel import Channel
from aiormq.exceptions import DeliveryError

from storybot_common import trace
from storybot_common.messages import CONTENT_TYPE, WriteStory

if TYPE_CHECKING:
    from pamqp.common import FieldTable

PATIENCE_S = 5.0
"""Must stay below Postgres' limit for idle transactions: the rows are locked meanwhile."""

MESSAGE_TYPE = "WriteStory.v1"
_PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class Unsent:
    """A row of the outbox."""

    id: int
    queue: str
    story_id: UUID
    trace_id: str


@dataclass(frozen=True, slots=True)
class Published:
    """Ids of the rows that the broker confirmed, and what went wrong with the first of the others."""

    confirmed: Sequence[int]
    error: BaseException | None

    @property
    def was_refused(self) -> bool:
        """Whether the broker answered, and said no: a queue is full or not there."""
        return isinstance(self.error, DeliveryError)


async def publish(channel: Channel, rows: Sequence[Unsent], *, patience: float = PATIENCE_S) -> Published:
    """Publish all rows at once and wait for the broker's answers, up to ``patience`` seconds for all together."""
    answers = [asyncio.create_task(_publish_one(channel, row)) for row in rows]
    try:
        if answers:
            await asyncio.wait(answers, timeout=patience)
    finally:
        for answer in answers:
            answer.cancel()
    errors = [_error(answer) for answer in answers]
    confirmed = [row.id for row, error in zip(rows, errors, strict=True) if error is None]
    return Published(confirmed, next((error for error in errors if error is not None), None))


def _error(answer: asyncio.Task[None]) -> BaseException | None:
    """What went wrong with a message; an answer that has not come by now counts as none."""
    if not answer.done() or answer.cancelled():
        return TimeoutError()
    return answer.exception()


async def _publish_one(channel: Channel, row: Unsent) -> None:
    headers: FieldTable = {trace.HEADER.lower(): row.trace_id}
    if parent := trace.traceparent(row.trace_id):
        headers[trace.TRACEPARENT_HEADER] = parent
    properties = spec.Basic.Properties(
        headers=headers, content_type=CONTENT_TYPE, delivery_mode=_PERSISTENT, message_type=MESSAGE_TYPE
    )
    body = WriteStory(story_id=row.story_id).encode()
    await channel.basic_publish(body, routing_key=row.queue, properties=properties, mandatory=True, wait=False)
