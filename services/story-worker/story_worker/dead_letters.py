"""Looks at the dead letters, and puts them back.

    python -m story_worker.dead_letters list
    python -m story_worker.dead_letters requeue

``requeue`` publishes each message to the queue of jobs, waits until the broker confirms it and only then removes it
from the dead letters: interrupted at any time it loses nothing, and at worst delivers one message twice, which does
no harm. A message that no worker can read comes back at once.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from storybot_common import trace
from storybot_common.broker import topology
from storybot_common.errors import PoisonMessage
from storybot_common.messages import WriteStory
from storybot_common.settings import BrokerSettings, load

_TIMEOUT_S = 10
_OUR_HEADERS = {trace.HEADER.lower(), trace.TRACEPARENT_HEADER}
"""The others are the broker's notes about earlier deaths."""
_REASONS = {
    "rejected": "rejected by a worker",
    "delivery_limit": "delivered too often",
    "expired": "waited too long",
    "maxlen": "queue was full",
}


async def list_dead(settings: BrokerSettings) -> list[str]:
    """One line for each dead letter, oldest first. The messages stay where they are."""
    async with _channel(settings) as channel:  # closing it puts back what was looked at
        return [_line(message) async for message in _dead(channel)]


async def requeue(settings: BrokerSettings) -> int:
    """Put every dead letter back on the queue of jobs; how many."""
    count = 0
    async with _channel(settings) as channel:
        async for message in _dead(channel):
            again = aio_pika.Message(
                message.body,
                headers={name: value for name, value in message.headers.items() if name in _OUR_HEADERS},
                content_type=message.content_type,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                type=message.type,
            )
            await channel.default_exchange.publish(again, topology.JOBS, mandatory=True, timeout=_TIMEOUT_S)
            await message.ack()
            count += 1
    return count


@asynccontextmanager
async def _channel(settings: BrokerSettings) -> AsyncIterator[AbstractChannel]:
    url = settings.amqp_url.get_secret_value()
    async with (
        await aio_pika.connect(url, timeout=_TIMEOUT_S) as connection,
        connection.channel(publisher_confirms=True, on_return_raises=True) as channel,
    ):
        await topology.declare(channel)
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
    header = message.headers.get(trace.HEADER.lower())
    trace_id = header if isinstance(header, str) and trace.accept(header) == header else "-"
    return f"{_died(message)}  trace {trace_id}  {_reason(message)}; {_content(message.body)}"


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
            count = asyncio.run(requeue(load(BrokerSettings)))
            sys.stdout.write(f"{count} put back on {topology.JOBS}.\n")
        case _:
            sys.stderr.write("Usage: python -m story_worker.dead_letters list|requeue\n")
            raise SystemExit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
