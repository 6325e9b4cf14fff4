"""LISTEN and NOTIFY on a real Postgres, through a lost connection."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storybot_common.database import notifications
from storybot_common.database.engine import create_engine
from storybot_common.ids import new_id

URL = SecretStr(os.environ.get("DATABASE_URL", ""))
SERVICE = "notification-test"


class Listener:
    """Collects what is heard."""

    def __init__(self) -> None:
        self.connections: asyncio.Queue[None] = asyncio.Queue()
        self.heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def on_connected(self) -> None:
        await self.connections.put(None)

    async def on_heard(self, channel: str, payload: str) -> None:
        await self.heard.put((channel, payload))


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = create_engine(URL, service="test", pool_size=2)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(
            notifications.listen(
                URL,
                [notifications.OUTBOX, notifications.STORIES],
                service=SERVICE,
                connected=listener.on_connected,
                heard=listener.on_heard,
            )
        )
        await listener.connections.get()
        yield listener
        task.cancel()


async def test_a_notification_arrives_when_its_transaction_commits(engine: AsyncEngine) -> None:
    async with listening() as listener:
        async with engine.connect() as connection:
            await notifications.notify_outbox(connection)
            await connection.rollback()
            story = new_id()
            await notifications.notify_stories(connection, [story])
            await connection.commit()
        channel, payload = await listener.heard.get()
        assert channel == notifications.STORIES
        assert notifications.ids_in(payload) == [story]
        assert listener.heard.empty()


async def test_many_ids_are_spread_over_as_few_notifications_as_fit(engine: AsyncEngine) -> None:
    stories = [new_id() for _ in range(450)]
    async with listening() as listener:
        async with engine.begin() as connection:
            await notifications.notify_stories(connection, stories)
        payloads = [(await listener.heard.get())[1] for _ in range(3)]
    assert [story for payload in payloads for story in notifications.ids_in(payload)] == stories


async def test_a_lost_connection_comes_back_and_says_so(engine: AsyncEngine) -> None:
    async with listening() as listener:
        async with engine.begin() as connection:
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"),
                {"name": SERVICE},
            )
        await listener.connections.get()
        async with engine.begin() as connection:
            await notifications.notify_outbox(connection)
        assert await listener.heard.get() == (notifications.OUTBOX, "")
