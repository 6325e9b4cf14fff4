"""A connection to RabbitMQ that comes back.

aio-pika's robust connections restore themselves behind the caller's back, and a publish or a handler that was under
way then may hang or be repeated. Here a connection is plain: when it is lost the session that used it ends, and the
next session starts from nothing.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed
from pydantic import SecretStr

from storybot_common.broker import topology
from storybot_common.logs import get_logger

CONNECT_TIMEOUT_S = 5
CLOSE_TIMEOUT_S = 2
HEARTBEAT_S = 10
_DELAY_MAX_S = 3.0

log = get_logger(__name__)

type Session = Callable[[AbstractConnection], Awaitable[None]]


async def keep_connected(url: SecretStr, *, name: str, session: Session) -> None:
    """Connect, declare the topology and run ``session(connection)``; when the connection is lost, do it again.

    The session is cancelled when its connection closes. Its own errors are logged and lead to a new connection too.
    Delays grow, with jitter, to three seconds. Returns when the session returns by itself; runs until then or until
    cancelled. ``name`` is shown in RabbitMQ's own pages.
    """
    failures = 0
    while True:
        try:
            connection = await _connect(url, name)
            failures = 0
            log.info("broker_connected")
            try:
                if await _until_closed(connection, session):
                    return
            finally:
                await _close(connection)
            log.warning("broker_connection_lost")
        except ChannelPreconditionFailed as error:  # the broker's words name the queue and the argument
            log.error("broker_queue_differs", reason=str(error))
        except ChannelNotFoundEntity as error:  # an administrator declares them: storybot_common.broker.users
            log.error("broker_queue_missing", reason=str(error))
        except Exception as error:  # noqa: BLE001 — aio-pika raises its own, aiormq's, OSError and timeouts
            log.warning("broker_unavailable", error=type(error).__name__)
        failures += 1
        await asyncio.sleep(_delay(failures))


async def _connect(url: SecretStr, name: str) -> AbstractConnection:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        connection = await aio_pika.connect(
            url.get_secret_value(), heartbeat=HEARTBEAT_S, client_properties={"connection_name": name}
        )
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await topology.ensure(connection)
    except BaseException:
        await _close(connection)
        raise
    return connection


async def _close(connection: AbstractConnection) -> None:
    """Say goodbye, but not for long: a frozen broker never answers."""
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await connection.close()


async def _until_closed(connection: AbstractConnection, session: Session) -> bool:
    """Run the session; True when it came to its end, False when the connection was lost under it."""
    lost = asyncio.Event()  # connection.closed() is not for this: it waits for our own close()
    connection.close_callbacks.add(lambda *_: lost.set())
    losing = asyncio.ensure_future(lost.wait())
    running = asyncio.ensure_future(session(connection))
    try:
        if connection.connected.is_set():
            await asyncio.wait({losing, running}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
            return not lost.is_set()
        return False
    finally:
        for task in (losing, running):
            task.cancel()
        await asyncio.gather(losing, running, return_exceptions=True)


def _delay(failures: int) -> float:
    ceiling: float = min(_DELAY_MAX_S, 0.1 * 2 ** min(failures, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 — jitter
