"""Real Postgres and RabbitMQ, at DATABASE_URL and AMQP_URL."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from prompt_api.wiring import Parts
from storybot_common.broker import topology
from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.engine import create_engine
from tests.support.api import Writer, api_settings, served_api, visitor
from tests.support.database import empty, migrated_database

type MakeConnection = Callable[[], DedicatedConnection]


@pytest.fixture(scope="session")
def database_url() -> Iterator[SecretStr]:
    """A migrated database that this run has for itself."""
    with migrated_database(os.environ["DATABASE_URL"]) as url:
        yield url


@pytest.fixture
async def engine(database_url: SecretStr) -> AsyncIterator[AsyncEngine]:
    """A pool on that database, without rows but the settings."""
    engine = create_engine(database_url, service="test", pool_size=5)
    await empty(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def dedicated(database_url: SecretStr, engine: AsyncEngine) -> AsyncIterator[MakeConnection]:
    """Makes connections to that database, each for one loop."""
    made: list[DedicatedConnection] = []

    def make() -> DedicatedConnection:
        made.append(DedicatedConnection(database_url, service="test"))
        return made[-1]

    yield make
    for connection in made:
        await connection.close()


@pytest.fixture(scope="session")
def amqp_url() -> SecretStr:
    """The broker."""
    return SecretStr(os.environ["AMQP_URL"])


@pytest.fixture
async def channel(amqp_url: SecretStr) -> AsyncIterator[AbstractChannel]:
    """A channel of a broker whose queues are declared and empty."""
    async with await aio_pika.connect(amqp_url.get_secret_value()) as connection:
        channel = await connection.channel()
        await topology.declare(channel)
        for queue in topology.QUEUES:
            await (await channel.declare_queue(queue.name, passive=True)).purge()
        yield channel


@dataclass(frozen=True)
class Api:
    """A running prompt API and what a test does with it."""

    address: str
    parts: Parts
    writer: Writer
    engine: AsyncEngine


@pytest.fixture
async def api(database_url: SecretStr, amqp_url: SecretStr, engine: AsyncEngine) -> AsyncIterator[Api]:
    """The prompt API on an empty database."""
    async with served_api(api_settings(database_url, amqp_url)) as (address, parts):
        yield Api(address, parts, Writer(engine), engine)


@pytest.fixture
async def browser(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of that API."""
    async with visitor(api.address) as browser:
        yield browser
