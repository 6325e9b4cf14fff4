"""The queues, declared in one place. Declaring is idempotent: every service that may does it after connecting.

    story.jobs ──(rejected, or delivered too often)──► story.jobs.dead
        ▲
        └──(time to live is over)── story.jobs.delay.5s / .30s / .2m / .5m

All are quorum queues with at-least-once dead-lettering: a message leaves a queue only after the next one has it.
Publishing goes through the default exchange, the routing key is the queue's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelAccessRefused

if TYPE_CHECKING:
    from pamqp.common import Arguments

JOBS = "story.jobs"
DEAD = "story.jobs.dead"

CONSUMER_TIMEOUT_S = 3600
"""The broker takes a delivery back after this long; a story's time limit must stay below it."""

_DELIVERY_LIMIT = 100
"""Deliveries of one ticket before it is dead-lettered. Generous: a ticket comes back whenever a worker dies."""

_NO_LIMIT = -1
"""RabbitMQ 4 drops a message after 20 deliveries unless told otherwise, and looking at a dead letter is one."""

_QUORUM: Mapping[str, str | int] = MappingProxyType({"x-queue-type": "quorum"})


def _dead_lettering(to: str) -> dict[str, str | int]:
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": to,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


@dataclass(frozen=True, slots=True)
class Delay:
    """A queue that holds a ticket for ``seconds`` and then hands it to the jobs queue."""

    name: str
    seconds: int


DELAYS = (
    Delay("story.jobs.delay.5s", 5),
    Delay("story.jobs.delay.30s", 30),
    Delay("story.jobs.delay.2m", 120),
    Delay("story.jobs.delay.5m", 300),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable quorum queue."""

    name: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


QUEUES = (
    Queue(DEAD, {"x-delivery-limit": _NO_LIMIT}),
    Queue(
        JOBS,
        _dead_lettering(DEAD) | {"x-delivery-limit": _DELIVERY_LIMIT, "x-consumer-timeout": CONSUMER_TIMEOUT_S * 1000},
    ),
    *(Queue(delay.name, _dead_lettering(JOBS) | {"x-message-ttl": delay.seconds * 1000}) for delay in DELAYS),
)


def delay_for(seconds: float) -> Delay:
    """The shortest delay queue that holds a ticket for at least ``seconds``, or the longest there is."""
    return next((delay for delay in DELAYS if delay.seconds >= seconds), DELAYS[-1])


async def declare(channel: AbstractChannel) -> None:
    """Declare every queue."""
    for queue in QUEUES:
        arguments: Arguments = {**_QUORUM, **queue.arguments}
        await channel.declare_queue(queue.name, durable=True, arguments=arguments)


async def ensure(connection: AbstractConnection) -> None:
    """Declare every queue, or, as a user who may not (in production), make sure that every queue is there.

    Raises ChannelPreconditionFailed when a queue has other arguments, ChannelNotFoundEntity when one is missing.
    """
    try:
        async with connection.channel() as channel:
            await declare(channel)
    except ChannelAccessRefused:
        async with connection.channel() as channel:
            for queue in QUEUES:
                await channel.declare_queue(queue.name, passive=True)
