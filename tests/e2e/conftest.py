"""The stack, visitors with browsers, and clients of the API."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import DESKTOP, PHONE, Visit, running_browser, visit
from tests.support.fake_llm.control import FakeLlmControl

from .environment import Environment
from .screens import ENGLISH, JAPANESE, Screens

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment.read()


@pytest.fixture(scope="session")
def fake(environment: Environment) -> Iterator[FakeLlmControl]:
    control = FakeLlmControl(environment.fake_llm_url)
    yield control
    control.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(browser: Browser, environment: Environment, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """An English-speaking visitor at a desk."""
    async with visit(browser, environment.url, "en-US", DESKTOP) as visitor:
        yield visitor
        await check_out(visitor, environment, request)


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, environment: Environment, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """A Japanese-speaking visitor with a phone."""
    async with visit(browser, environment.url, "ja-JP", PHONE) as visitor:
        yield visitor
        await check_out(visitor, environment, request)


@pytest.fixture
def english(desktop: Visit) -> Screens:
    return Screens(desktop.page, ENGLISH)


@pytest.fixture
def japanese(phone: Visit) -> Screens:
    return Screens(phone.page, JAPANESE)


@pytest_asyncio.fixture(params=["english", "japanese"], loop_scope="session")
async def anybody(browser: Browser, environment: Environment, request: pytest.FixtureRequest) -> AsyncIterator[Screens]:
    """One of them after the other: what must work for everybody."""
    english = request.param == "english"
    locale, size = ("en-US", DESKTOP) if english else ("ja-JP", PHONE)
    async with visit(browser, environment.url, locale, size) as visitor:
        yield Screens(visitor.page, ENGLISH if english else JAPANESE)
        await check_out(visitor, environment, request)


@pytest_asyncio.fixture(loop_scope="session")
async def http(environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who calls the API through the gateway, with a cookie jar of their own."""
    async with httpx.AsyncClient(base_url=f"{environment.url}/api/v1", timeout=30.0) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody else."""
    async with httpx.AsyncClient(base_url=f"{environment.url}/api/v1", timeout=30.0) as client:
        yield client


async def check_out(visitor: Visit, environment: Environment, request: pytest.FixtureRequest) -> None:
    """After a failure keep what was on the screen; else the browser must have had nothing to complain about."""
    if request.node.stash.get(FAILED, False):
        await visitor.keep(environment.results, request.node.name)
    else:
        assert visitor.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:  # type: ignore[attr-defined]
        item.stash[FAILED] = True
    return report
