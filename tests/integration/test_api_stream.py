"""Live stories on real Postgres, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from sqlalchemy import text

from tests.integration.conftest import Api
from tests.support.api import ask, served_api
from tests.support.event_stream import Event, Reading, events

TEXT = "むかしむかし、🦊が雪の森に住んでいました。"


@asynccontextmanager
async def reading(
    browser: httpx.AsyncClient, story_id: UUID, last_event_id: str | None = None, address: str = ""
) -> AsyncIterator[AsyncIterator[Event]]:
    headers = {"Last-Event-ID": last_event_id} if last_event_id is not None else {}
    async with browser.stream("GET", f"{address}/stories/{story_id}/events", headers=headers) as response:
        assert response.status_code == 200, response.status_code
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        yield events(response.aiter_bytes())


async def everything(stream: AsyncIterator[Event]) -> Reading:
    read = Reading()
    async for event in stream:
        read.take(event)
    return read


async def test_the_deltas_joined_are_the_story(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    async with reading(browser, story_id) as stream:
        assert (await anext(stream)).data["status"] == "queued"
        await api.writer.claim(story_id)
        following = asyncio.create_task(everything(stream))
        for offset, letter in enumerate(TEXT):
            await api.writer.write(story_id, offset, letter)
        await api.writer.finish(story_id, TEXT)
        read = await following
    assert read.problems == []
    assert read.text == TEXT
    assert read.final == "finished"
    assert read.position == f"0-{len(TEXT)}-end"


async def test_who_comes_back_goes_on_without_gap_or_repeat(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, TEXT[:10])
    read = Reading()
    async with reading(browser, story_id) as stream:
        for _ in range(2):
            read.take(await anext(stream))
    await api.writer.write(story_id, 10, TEXT[10:15])
    async with (
        served_api(api.parts.settings) as (other_address, _parts),  # another process serves it as well
        reading(browser, story_id, read.position, f"{other_address}/api/v1") as stream,
    ):
        for _ in range(2):
            read.take(await anext(stream))
    await api.writer.finish(story_id, TEXT)
    async with reading(browser, story_id, read.position) as stream:
        async for event in stream:
            read.take(event)
    assert read.problems == []
    assert read.text == TEXT
    assert read.final == "finished"


async def test_a_finished_story_comes_at_once(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.finish(story_id, TEXT)
    async with reading(browser, story_id) as stream:
        names = [event.name async for event in stream]
    assert names == ["status", "delta", "finished"]


async def test_who_had_the_final_event_is_told_not_to_come_back(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.finish(story_id, TEXT)
    answer = await browser.get(f"/stories/{story_id}/events", headers={"Last-Event-ID": f"0-{len(TEXT)}-end"})
    assert answer.status_code == 204


async def test_a_malformed_position_counts_as_none(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.finish(story_id, TEXT)
    async with reading(browser, story_id, "'; DROP TABLE stories") as stream:
        read = await everything(stream)
    assert (read.text, read.problems, read.restarts) == (TEXT, [], 0)


async def test_a_restart_is_told_to_everybody(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "Wrong")
    async with reading(browser, story_id) as stream, reading(browser, story_id) as other:
        for one in (stream, other):
            assert (await anext(one)).name == "status"
            assert (await anext(one)).data["text"] == "Wrong"
        await api.writer.void(story_id)
        await api.writer.write(story_id, 0, "Right")
        await api.writer.finish(story_id, "Right")
        first, second = await asyncio.gather(everything(stream), everything(other))
    assert (first.text, first.restarts) == (second.text, second.restarts) == ("Right", 1)


async def test_who_comes_back_with_void_text_is_told_so(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.void(story_id)
    await api.writer.finish(story_id, "Right")
    async with reading(browser, story_id, "0-5") as stream:
        names = [event.name async for event in stream]
    assert names == ["restart", "status", "delta", "finished"]


async def test_cancelling_ends_the_stream_with_the_partial_text(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    async with reading(browser, story_id) as stream:
        await anext(stream)
        await api.writer.write(story_id, 0, "Once upon")
        await browser.post(f"/stories/{story_id}/cancel")
        read = await everything(stream)
    assert (read.text, read.final, read.problems) == ("Once upon", "cancelled", [])


async def test_a_story_that_is_retried_goes_on_for_who_saw_it_fail(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.fail(story_id, "Once upon", "llm_timeout")
    async with reading(browser, story_id) as stream:
        read = await everything(stream)
    assert read.final == "failed"
    await browser.post(f"/stories/{story_id}/retry")
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 9, " a time")
    await api.writer.finish(story_id, "Once upon a time")
    async with reading(browser, story_id, read.position) as stream:
        shown = [(event.name, event.data.get("text")) async for event in stream]
    assert shown == [("status", None), ("delta", " a time"), ("finished", None)]


async def test_deleting_the_prompt_ends_the_stream(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    prompt_id = (await browser.get(f"/stories/{story_id}")).json()["prompt_id"]
    async with reading(browser, story_id) as stream:
        assert (await anext(stream)).name == "status"
        await browser.delete(f"/prompts/{prompt_id}")
        assert [event async for event in stream if event.name != "status"] == []


async def test_a_viewer_hears_of_its_place_in_the_queue(api: Api, browser: httpx.AsyncClient) -> None:
    first, second = await ask(browser), await ask(browser)
    async with reading(browser, second) as stream:
        places = [(await anext(stream)).data["queue_position"] for _ in range(2)]
        assert places == [None, 2]
        await api.writer.claim(first)
        await api.writer.finish(first, "The end.")
        assert (await anext(stream)).data["queue_position"] == 1


async def test_streams_live_through_the_loss_of_every_database_connection(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    async with reading(browser, story_id) as stream:
        await anext(stream)
        async with api.engine.connect() as connection:
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'prompt-api'")
            )
        await api.writer.write(story_id, 0, TEXT[:5])
        await api.writer.finish(story_id, TEXT)
        read = await everything(stream)
    assert (read.text, read.final, read.problems) == (TEXT, "finished", [])


async def test_waiting_viewers_hold_no_connection(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    async with reading(browser, story_id) as one, reading(browser, story_id) as two:
        for stream in (one, two):
            await anext(stream)
        assert (await browser.get("/settings")).status_code == 200
        async with api.engine.connect() as connection:
            held = await connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE application_name = 'prompt-api' AND state LIKE 'idle in transaction%'"
                )
            )
            assert held.scalar_one() == 0
