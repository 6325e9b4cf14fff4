"""The network really cut, and the app without it."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.browser import DESKTOP, PHONE
from tests.support.fake_llm.story_text import story_text
from tests.support.poll import eventually
from tests.support.tcp_proxy import TcpProxy

from .cut import visit_by_cuttable_network
from .environment import Environment
from .ideas import idea
from .screens import ENGLISH, JAPANESE, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Traveller(NamedTuple):
    """A visitor and the network that they come by."""

    screens: Screens
    network: TcpProxy


@pytest_asyncio.fixture(params=["at a desk, in English", "with a phone, in Japanese"], loop_scope="session")
async def traveller(
    request: pytest.FixtureRequest, browser: Browser, environment: Environment
) -> AsyncIterator[Traveller]:
    phone = "phone" in request.param
    locale, size = ("ja-JP", PHONE) if phone else ("en-US", DESKTOP)
    async with visit_by_cuttable_network(browser, environment, locale, size) as (visitor, network):
        yield Traveller(Screens(visitor.page, JAPANESE if phone else ENGLISH), network)


async def has_a_service_worker(page: Page) -> None:
    """Wait until the service worker serves this page."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await page.reload()
    await eventually(
        lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker serves the page"
    )


async def test_a_cut_network_costs_a_pause_and_not_a_word(traveller: Traveller) -> None:
    screens, network = traveller
    page = screens.page
    await screens.open_home()
    await screens.write(idea(tokens=250, delay=0.03).content)
    before = (await screens.watch_until(60))[-1]
    network.refuse()
    await expect(page.get_by_text(screens.words.reconnecting)).to_be_visible(timeout=PATIENCE_MS)
    assert (await screens.story_text()).startswith(before)
    network.accept()
    assert await screens.wait_for_the_end() == story_text("en", 250)


async def test_what_was_read_can_be_read_offline(traveller: Traveller) -> None:
    screens, network = traveller
    page = screens.page
    await screens.open_home()
    await has_a_service_worker(page)
    await screens.write(idea("A fox", tokens=20).content)
    await screens.wait_for_the_end()
    await page.reload()
    await screens.wait_for_the_end()
    address = page.url
    await screens.open_home()
    await expect(page.get_by_role("link", name="A fox")).to_be_visible(timeout=PATIENCE_MS)

    network.refuse()
    await page.reload()
    await expect(page.get_by_text(screens.words.away)).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("link", name="A fox")).to_be_visible()
    await page.goto(address)
    assert await screens.wait_for_the_end() == story_text("en", 20)
    network.accept()
    await expect(page.get_by_text(screens.words.away)).to_be_hidden(timeout=PATIENCE_MS)


async def test_the_library_stays_readable_while_the_api_is_away(english: Screens, environment: Environment) -> None:
    page = english.page
    await english.open_home()
    await has_a_service_worker(page)
    await english.write(idea("A fox", tokens=20).content)
    await english.wait_for_the_end()
    await english.open_home()
    await expect(page.get_by_role("link", name="A fox")).to_be_visible(timeout=PATIENCE_MS)
    environment.compose("stop", "prompt-api")
    try:
        await page.reload()
        await expect(page.get_by_text(english.words.away)).to_be_visible(timeout=PATIENCE_MS)
        await expect(page.get_by_role("link", name="A fox")).to_be_visible()
    finally:
        environment.compose("start", "prompt-api")
    await expect(page.get_by_text(english.words.away)).to_be_hidden(timeout=60_000)


async def test_it_can_be_installed(english: Screens) -> None:
    await english.open_home()
    session = await english.page.context.new_cdp_session(english.page)
    manifest = await session.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    problems = await session.send("Page.getInstallabilityErrors")
    # a browser without a profile cannot install anything
    assert [p for p in problems["installabilityErrors"] if p["errorId"] != "in-incognito"] == []
