"""Postgres LISTEN and NOTIFY: how the processes wake each other.

A notification is a hint, never the data: whoever hears it reads the tables. Hints are lost while a connection is
away, so a listener is told when it was (re)connected and then looks at everything once.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import batched
from uuid import UUID

import psycopg
import psycopg.conninfo
import psycopg.sql
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from storybot_common.database.engine import connect_arguments
from storybot_common.logs import get_logger

OUTBOX = "storybot_outbox"
STORIES = "storybot_stories"
DEVICES = "storybot_devices"

_NOTIFY = text("SELECT pg_notify(:channel, :payload)")
IDS_PER_NOTIFICATION = 200  # × 37 bytes stays below Postgres' limit of 8,000 bytes a payload

log = get_logger(__name__)


async def notify_outbox(connection: AsyncConnection) -> None:
    """Wake the relays when the current transaction commits."""
    await connection.execute(_NOTIFY, {"channel": OUTBOX, "payload": ""})


async def notify_stories(connection: AsyncConnection, story_ids: Iterable[UUID]) -> None:
    """Say, when the current transaction commits, that these stories have new text or another state."""
    await _notify(connection, STORIES, story_ids)


async def notify_devices(connection: AsyncConnection, device_ids: Iterable[UUID]) -> None:
    """Say, when the current transaction commits, that these devices show another library, or have left."""
    await _notify(connection, DEVICES, device_ids)


async def _notify(connection: AsyncConnection, channel: str, ids: Iterable[UUID]) -> None:
    for some in batched(ids, IDS_PER_NOTIFICATION, strict=False):
        await connection.execute(_NOTIFY, {"channel": channel, "payload": ",".join(map(str, some))})


def ids_in(payload: str) -> list[UUID]:
    """The ids in a notification on the channels STORIES and DEVICES."""
    return [UUID(part) for part in payload.split(",") if part]


async def listen(
    url: SecretStr,
    channels: Sequence[str],
    *,
    service: str,
    connected: Callable[[], Awaitable[None]],
    heard: Callable[[str, str], Awaitable[None]],
) -> None:
    """Call ``heard(channel, payload)`` for every notification, until cancelled, on one connection of its own.

    ``connected()`` is called after every (re)connection: anything may have happened before it. Connection errors
    are survived with growing, jittered delays of up to two seconds.
    """
    dsn = url.get_secret_value().replace("postgresql+psycopg://", "postgresql://", 1)
    parameters = connect_arguments(service) | {"options": ""}  # no timeouts: waiting is what it is for
    conninfo = psycopg.conninfo.make_conninfo(dsn, **parameters)

    def report(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("listen_connection_lost", error=type(error).__name__)

    while True:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((psycopg.Error, OSError)),
            wait=wait_random_exponential(multiplier=0.1, max=2.0),
            before_sleep=report,
            reraise=True,
        ):
            with attempt:
                async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                    for channel in channels:
                        await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                    await connected()
                    async for notification in connection.notifies():
                        await heard(notification.channel, notification.payload)
