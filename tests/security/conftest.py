"""The whole stack with the fake LLM, attacked from where visitors come from: through the gateway."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from storybot_common.ids import new_id
from tests.e2e.environment import Environment
from tests.support.browser import running_browser
from tests.support.fake_llm.control import FakeLlmControl

from .document import Operation, operations
from .wire import Address


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment.read()


@pytest.fixture(scope="session")
def fake(environment: Environment) -> Iterator[FakeLlmControl]:
    control = FakeLlmControl(environment.fake_llm_url)
    yield control
    control.close()


@pytest.fixture(scope="session")
def plain(environment: Environment) -> Address:
    """The gateway's port without TLS, for sockets."""
    parts = urlsplit(environment.url)
    return Address(str(parts.hostname), int(parts.port or 80))


@pytest.fixture(scope="session")
def documented(environment: Environment) -> list[Operation]:
    """Every operation of the API's own document that a visitor can reach."""
    return operations(httpx.get(f"{environment.url}/api/openapi.json").raise_for_status().json())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def http(environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor who was here before, and has a cookie."""
    async with visitor(environment) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def attacker(environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """Another visitor, with a cookie that is as good."""
    async with visitor(environment) as client:
        yield client


@asynccontextmanager
async def visitor(environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API with an owner's cookie."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=10)
    async with httpx.AsyncClient(base_url=f"{environment.url}/api/v1", timeout=30.0, limits=limits) as http:
        await http.delete(f"/prompts/{new_id()}")  # nothing is there, but whoever writes gets a cookie
        assert http.cookies
        yield http
