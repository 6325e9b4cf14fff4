"""Visitors whose network can be cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from playwright.async_api import Browser, ViewportSize

from tests.support.browser import Visit, visit
from tests.support.tcp_proxy import TcpProxy

from .environment import Environment


@asynccontextmanager
async def cuttable(environment: Environment) -> AsyncIterator[tuple[str, TcpProxy]]:
    """The app behind a network of its own: its address, and the proxy that cuts every connection."""
    address = urlsplit(environment.url)
    assert address.hostname is not None
    assert address.port is not None
    async with TcpProxy.running(address.hostname, address.port) as network:
        yield f"http://127.0.0.1:{network.port}", network


@asynccontextmanager
async def visit_by_cuttable_network(
    browser: Browser, environment: Environment, locale: str, viewport: ViewportSize
) -> AsyncIterator[tuple[Visit, TcpProxy]]:
    """A visitor who comes by such a network."""
    async with cuttable(environment) as (url, network), visit(browser, url, locale, viewport) as visitor:
        yield visitor, network
