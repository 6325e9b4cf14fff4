"""The relay: publishes the outbox and deletes what the broker confirmed.

It is woken by a notification when a ticket is committed, and looks every now and then all the same. Any number of
processes may relay at once: each takes rows that no other holds. A process that dies between the confirm and the
delete publishes a ticket twice, which is harmless.
"""

import asyncio
from contextlib import suppress
from typing import cast

from aio_pika.abc import AbstractConnection
from aiormq.channel import Channel

from prompt_api.metrics import Metrics
from prompt_api.relay.publishing import Published, Unsent, publish
from storybot_common.database.dedicated import DedicatedConnection, Row
from storybot_common.database.unit_of_work import DatabaseUnavailable, transaction
from storybot_common.logs import get_logger

_BATCH = 200
_POLL_S = 1.5
_AFTER_REFUSAL_S = 2.0
_PACE_MAX_S = 0.02

_UNSENT = "SELECT id, queue, story_id, trace_id FROM outbox ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED"
_DELETE = "DELETE FROM outbox WHERE id = ANY (%(ids)s)"

log = get_logger(__name__)


class Relay:
    """Publishes on one broker connection at a time."""

    def __init__(self, connection: DedicatedConnection, metrics: Metrics) -> None:
        self._connection = connection
        self._metrics = metrics
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to publish."""
        self._woken.set()

    async def run(self, broker: AbstractConnection) -> None:
        """Publish until cancelled, or until the broker's connection fails."""
        channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
        underlay = cast("Channel", await channel.get_underlay_channel())
        clock = asyncio.get_running_loop().time
        while True:
            self._woken.clear()
            started = clock()
            while await self._publish_some(underlay):
                pass
            # publishing takes at most half of the time: under load there is more in each batch, which costs less
            await asyncio.sleep(min(_PACE_MAX_S, clock() - started))
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await self._woken.wait()

    async def _publish_some(self, channel: Channel) -> bool:
        """Publish one batch; True when there may be more.

        Raises what the broker's connection raised, so that it is made anew. While Postgres is away nothing is
        published; the next poll looks again.
        """
        try:
            published = await self._publish_batch(channel)
        except DatabaseUnavailable:
            log.warning("outbox_not_read")
            return False
        self._metrics.relay_published.inc(len(published.confirmed))
        if published.error is None:
            return len(published.confirmed) == _BATCH
        self._metrics.relay_failures.inc()
        log.warning("relay_failed", error=type(published.error).__name__, confirmed=len(published.confirmed))
        if not published.was_refused:
            raise published.error
        await asyncio.sleep(_AFTER_REFUSAL_S)
        return False

    async def _publish_batch(self, channel: Channel) -> Published:
        """Publish rows that this transaction holds, and delete those that were confirmed."""
        async with transaction(self._connection) as connection:
            cursor = await connection.execute(_UNSENT, {"batch": _BATCH})
            rows: list[Row] = await cursor.fetchall()
            published = await publish(channel, [Unsent(*row) for row in rows])
            if published.confirmed:
                await connection.execute(_DELETE, {"ids": list(published.confirmed)})
        return published
