"""Looks at the dead letters, and puts them back.

    python -m story_worker.dead_letters list
    python -m story_worker.dead_letters requeue

``requeue`` writes a ticket for each story to the outbox, from where the relay publishes it, and only then removes the
message from the dead letters: interrupted at any time it loses nothing, and at worst delivers one ticket twice, which
does no harm. A message that nobody can read stays where it is. The worker's user of the broker may publish nothing.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from storybot_common import trace
from storybot_common.broker import topology
from storybot_common.database.engine import create_engine
from storybot_common.database.unit_of_work import transact
from storybot_common.errors import PoisonMessage
from storybot_common.messages import WriteStory
from storybot_common.outbox import Ticket, enqueue
from storybot_common.settings import BrokerSettings, DatabaseSettings, load

_TIMEOUT_S = 10
_REASONS = {
    "rejected": "rejected by a worker",
    "delivery_limit": "delivered too often",
    "expired": "waited too long",
    "maxlen": "queue was full",
}


class OutboxSettings(BrokerSettings, DatabaseSettings):
    """What ``requeue`` needs."""


class Requeued(NamedTuple):
    """How many were put back, and how many nobody can read."""

    back: int
    unreadable: int


async def list_dead(settings: BrokerSettings) -> list[str]:
    """One line for each dead letter, oldest first. The messages stay where they are."""
    async with _channel(settings) as channel:  # closing it puts back what was looked at
        return [_line(message) async for message in _dead(channel)]


async def requeue(settings: OutboxSettings) -> Requeued:
    """Put the dead letters that can be read back on the queue of jobs."""
    back = unreadable = 0
    engine = create_engine(settings.database_url, service="dead-letters", pool_size=1)
    try:
        async with _channel(settings) as channel:
            async for message in _dead(channel):
                try:
                    ticket = Ticket(
                        WriteStory.decode(message.body).story_id, _trace_id(message) or trace.new_trace_id()
                    )
                except PoisonMessage:
                    unreadable += 1
                    continue
                await transact(engine, partial(enqueue, tickets=[ticket]), patience=_TIMEOUT_S)
                await message.ack()
                back += 1
    finally:
        await engine.dispose()
    return Requeued(back, unreadable)


@asynccontextmanager
async def _channel(settings: BrokerSettings) -> AsyncIterator[AbstractChannel]:
    url = settings.amqp_url.get_secret_value()
    async with (
        await aio_pika.connect(url, timeout=_TIMEOUT_S) as connection,
        connection.channel() as channel,
    ):
        await topology.ensure(connection)
        yield channel


async def _dead(channel: AbstractChannel) -> AsyncIterator[AbstractIncomingMessage]:
    """The messages that are dead now; those that die meanwhile are left for the next time."""
    queue = await channel.declare_queue(topology.DEAD, passive=True)
    for _ in range(queue.declaration_result.message_count or 0):
        message = await queue.get(fail=False, timeout=_TIMEOUT_S)
        if message is None:
            return
        yield message


def _line(message: AbstractIncomingMessage) -> str:
    return f"{_died(message)}  trace {_trace_id(message) or '-'}  {_reason(message)}; {_content(message.body)}"


def _trace_id(message: AbstractIncomingMessage) -> str | None:
    header = message.headers.get(trace.HEADER.lower())
    return header if isinstance(header, str) and trace.accept(header) == header else None


def _content(body: bytes) -> str:
    try:
        return f"story {WriteStory.decode(body).story_id}"
    except PoisonMessage as error:
        return f"unreadable: {error}"


def _reason(message: AbstractIncomingMessage) -> str:
    reason = str(_death(message).get("reason", "unknown"))
    return _REASONS.get(reason, reason)


def _died(message: AbstractIncomingMessage) -> str:
    time = _death(message).get("time")
    return time.isoformat() if isinstance(time, datetime) else "-"


def _death(message: AbstractIncomingMessage) -> dict[str, Any]:
    """The newest entry that the broker wrote about why the message is here."""
    match message.headers.get("x-death"):
        case [dict() as newest, *_]:
            return newest
        case _:
            return {}


def main(arguments: list[str]) -> None:
    """The command line."""
    match arguments:
        case ["list"]:
            lines = asyncio.run(list_dead(load(BrokerSettings)))
            sys.stdout.write("".join(f"{line}\n" for line in lines) or "No dead letters.\n")
        case ["requeue"]:
            requeued = asyncio.run(requeue(load(OutboxSettings)))
            sys.stdout.write(f"{requeued.back} put back on {topology.JOBS}.\n")
            if requeued.unreadable:
                sys.stdout.write(f"{requeued.unreadable} cannot be read and stay: `make dead-letters` shows them.\n")
        case _:
            sys.stderr.write("Usage: python -m story_worker.dead_letters list|requeue\n")
            raise SystemExit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
