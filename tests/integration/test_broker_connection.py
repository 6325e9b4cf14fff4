"""Connections to a real RabbitMQ, through a network that breaks and freezes."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aio_pika.abc import AbstractConnection
from pydantic import SecretStr
from yarl import URL

from storybot_common.broker import connection as broker
from storybot_common.broker import topology
from tests.support.tcp_proxy import TcpProxy

AMQP_URL = URL(os.environ.get("AMQP_URL", ""))


@pytest.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    async with TcpProxy.running(AMQP_URL.host or "", AMQP_URL.port or 5672) as proxy:
        yield proxy


class Sessions:
    """Counts the sessions, and how each of them ended."""

    def __init__(self) -> None:
        self.started: asyncio.Queue[AbstractConnection] = asyncio.Queue()
        self.ended: asyncio.Queue[str] = asyncio.Queue()

    async def run(self, connection: AbstractConnection) -> None:
        await self.started.put(connection)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await self.ended.put("cancelled")
            raise


@asynccontextmanager
async def kept_connected(proxy: TcpProxy, sessions: Sessions) -> AsyncIterator[None]:
    url = SecretStr(str(AMQP_URL.with_host("127.0.0.1").with_port(proxy.port)))
    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(broker.keep_connected(url, name="test", session=sessions.run))
        yield
        task.cancel()


async def test_the_topology_is_there_when_the_session_starts_and_declaring_it_again_is_harmless(
    proxy: TcpProxy,
) -> None:
    sessions = Sessions()
    async with kept_connected(proxy, sessions):
        connection = await sessions.started.get()
        async with connection.channel() as channel:
            for queue in topology.QUEUES:
                await channel.declare_queue(queue.name, passive=True)
            await topology.declare(channel)


async def test_a_cut_connection_ends_the_session_and_the_next_one_starts(proxy: TcpProxy) -> None:
    sessions = Sessions()
    async with kept_connected(proxy, sessions):
        await sessions.started.get()
        proxy.cut()
        assert await sessions.ended.get() == "cancelled"
        await sessions.started.get()


async def test_a_broker_that_is_away_is_tried_until_it_is_back(proxy: TcpProxy) -> None:
    sessions = Sessions()
    proxy.refuse()
    async with kept_connected(proxy, sessions):
        await asyncio.sleep(0)
        assert sessions.started.empty()
        proxy.accept()
        await sessions.started.get()


async def test_a_frozen_broker_is_given_up_by_its_heartbeats(proxy: TcpProxy) -> None:
    sessions = Sessions()
    async with kept_connected(proxy, sessions):
        await sessions.started.get()
        proxy.freeze()
        assert await sessions.ended.get() == "cancelled"
        proxy.thaw()
        await sessions.started.get()


async def test_a_session_that_fails_is_started_again(proxy: TcpProxy) -> None:
    starts: asyncio.Queue[int] = asyncio.Queue()

    async def failing(_connection: AbstractConnection) -> None:
        await starts.put(1)
        if starts.qsize() < 3:
            raise RuntimeError("the session broke")

    url = SecretStr(str(AMQP_URL.with_host("127.0.0.1").with_port(proxy.port)))
    async with asyncio.timeout(60):
        await broker.keep_connected(url, name="test", session=failing)
    assert starts.qsize() == 3
