"""The relay: publishes the outbox and deletes what the broker confirmed.

It is woken by a notification when a ticket is committed, and looks every now and then all the same. Any number of
processes may relay at once: each takes rows that no other holds. A process that dies between the confirm and the
delete publishes a ticket twice, which is harmless.
"""

import asyncio
from contextlib import suppress

from aio_pika.abc import AbstractChannel, AbstractConnection
from sqlalchemy import BigInteger, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.database import Database
from prompt_api.metrics import Metrics
from prompt_api.relay.publishing import Published, Unsent, publish
from storybot_common.database.tables import outbox
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger

_BATCH = 200
_POLL_S = 1.5
_AFTER_REFUSAL_S = 2.0
_PACE_MAX_S = 0.02

_UNSENT = (
    select(outbox.c.id, outbox.c.queue, outbox.c.story_id, outbox.c.trace_id)
    .order_by(outbox.c.id)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)
_DELETE = delete(outbox).where(outbox.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))

log = get_logger(__name__)


class Relay:
    """Publishes on one broker connection at a time."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something to publish."""
        self._woken.set()

    async def run(self, connection: AbstractConnection) -> None:
        """Publish until cancelled, or until the connection fails."""
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        clock = asyncio.get_running_loop().time
        while True:
            self._woken.clear()
            started = clock()
            try:
                while await self._publish_some(channel):
                    pass
            except DatabaseUnavailable:
                log.warning("outbox_not_read")
            # publishing takes at most half of the time: under load there is more in each batch, which costs less
            await asyncio.sleep(min(_PACE_MAX_S, clock() - started))
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await self._woken.wait()

    async def _publish_some(self, channel: AbstractChannel) -> bool:
        """Publish one batch; True when there may be more.

        Raises what the connection raised, so that it is made anew.
        """
        published = await self._database.write(lambda connection: _publish_batch(connection, channel))
        self._metrics.relay_published.inc(len(published.confirmed))
        if published.error is None:
            return len(published.confirmed) == _BATCH
        self._metrics.relay_failures.inc()
        log.warning("relay_failed", error=type(published.error).__name__, confirmed=len(published.confirmed))
        if not published.was_refused:
            raise published.error
        await asyncio.sleep(_AFTER_REFUSAL_S)
        return False


async def _publish_batch(connection: AsyncConnection, channel: AbstractChannel) -> Published:
    """Publish rows that this transaction holds, and delete those that were confirmed."""
    rows = await connection.execute(_UNSENT)
    published = await publish(channel, [Unsent(*row) for row in rows])
    if published.confirmed:
        await connection.execute(_DELETE, {"ids": list(published.confirmed)})
    return published
