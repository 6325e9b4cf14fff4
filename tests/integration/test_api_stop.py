"""An API that is told to stop: what it was asked is answered, who asks next goes elsewhere, streams come to an end."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.integration.conftest import Api
from tests.support.api import ask, served_api
from tests.support.event_stream import Reading, events
from tests.support.poll import eventually

_LONG_S = 600.0


async def test_it_serves_on_until_nobody_keeps_a_connection_to_it(api: Api, browser: httpx.AsyncClient) -> None:
    """A request that is on its way while its connection is closed would be lost."""
    settings = api.parts.settings.model_copy(update={"drain_s": _LONG_S})
    async with AsyncExitStack() as other, httpx.AsyncClient() as idle, asyncio.timeout(_LONG_S / 10):
        address, _parts = await other.enter_async_context(served_api(settings))
        read = f"{address}/api/v1/settings"
        for visitor in (browser, idle):
            assert "connection" not in (await visitor.get(read)).headers
        stopping = asyncio.create_task(other.aclose())

        async def last_one() -> bool:
            answer = await browser.get(read)
            assert answer.status_code == 200
            return "close" in answer.headers.get_list("connection")

        await eventually(last_one, "an answer says that it was the last one of its connection")
        assert (await idle.get(read)).status_code == 200
        await stopping
        with pytest.raises(httpx.ConnectError):
            await browser.get(read)


@pytest.mark.parametrize("drain_s", [0.0, 0.3])
async def test_its_streams_come_to_an_end(api: Api, browser: httpx.AsyncClient, drain_s: float) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    read = Reading()
    settings = api.parts.settings.model_copy(update={"drain_s": drain_s})
    async with served_api(settings) as (other_address, _parts):
        response = await browser.send(
            browser.build_request("GET", f"{other_address}/api/v1/stories/{story_id}/events"), stream=True
        )
        stream = events(response.aiter_bytes())
        read.take(await anext(stream))
    rest = [event.name async for event in stream]  # raises when the connection was broken off
    assert rest == []
    assert read.final is None
