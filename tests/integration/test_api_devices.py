"""Leaving a device, and one library on several; on real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, text, update

from prompt_api.devices.cookie import COOKIE
from storybot_common.database.tables import devices, library_links, prompts, stories
from tests.integration.conftest import Api
from tests.support.api import api_settings, ask, served_api, visitor
from tests.support.event_stream import Reading, events
from tests.support.poll import eventually


@pytest.fixture
async def tablet(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(api.address) as tablet:
        yield tablet


async def wishes(browser: httpx.AsyncClient) -> set[str]:
    """What the library shows."""
    answer = await browser.get("/prompts")
    assert answer.status_code == 200
    return {item["content"] for item in answer.json()["items"]}


async def code_of(browser: httpx.AsyncClient) -> str:
    answer = await browser.post("/library/links")
    assert answer.status_code == 201
    code: str = answer.json()["code"]
    return code


async def join(browser: httpx.AsyncClient, code: str) -> int:
    return (await browser.post("/library/join", json={"code": code})).status_code


async def test_a_copy_of_the_cookie_is_worth_nothing_once_its_device_has_left(
    api: Api, browser: httpx.AsyncClient
) -> None:
    story_id = await ask(browser)
    copied = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    answer = await browser.delete("/device")
    assert answer.status_code == 204
    assert answer.headers.get_list("set-cookie") == [f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]
    assert COOKIE not in browser.cookies

    async with httpx.AsyncClient(base_url=browser.base_url) as thief:
        assert (await thief.get(f"/stories/{story_id}", headers=copied)).status_code == 404
        assert (await thief.get(f"/stories/{story_id}/events", headers=copied)).status_code == 404
        assert (await thief.get("/prompts", headers=copied)).json()["items"] == []
        written = await thief.post("/prompts", json={"content": "a thief"}, headers=copied)
        assert written.status_code == 201
        assert COOKIE in written.cookies  # as for anybody new
        assert (await thief.post("/library/links", headers=copied)).status_code == 201
    async with api.engine.connect() as connection:
        owners = (await connection.execute(select(prompts.c.content, prompts.c.owner_id))).all()
    assert len({owner for _content, owner in owners}) == 2


async def test_leaving_deletes_nothing_and_can_be_repeated(api: Api, browser: httpx.AsyncClient) -> None:
    await ask(browser)
    assert (await browser.delete("/device")).status_code == 204
    assert (await browser.delete("/device")).status_code == 204
    async with api.engine.connect() as connection:
        assert len((await connection.execute(select(prompts))).all()) == 1
        assert len((await connection.execute(select(devices))).all()) == 1  # nothing for who never was here


async def test_another_api_hears_of_it_at_once(
    database_url: SecretStr, amqp_url: SecretStr, api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    async with (
        served_api(api_settings(database_url, amqp_url)) as (address, _parts),
        httpx.AsyncClient(base_url=f"{address}/api/v1") as elsewhere,
    ):
        for device in (tablet, browser):  # with the first, that API may just have begun to listen
            await ask(device)
            copied = {"Cookie": f"{COOKIE}={device.cookies[COOKIE]}"}

            async def sees(count: int, cookie: dict[str, str] = copied) -> bool:
                return len((await elsewhere.get("/prompts", headers=cookie)).json()["items"]) == count

            await eventually(partial(sees, 1), "the other API shows the library")
            await device.delete("/device")
            await eventually(partial(sees, 0), "the other API has heard", seconds=10)  # it would remember for longer


async def test_who_changes_something_sees_it_with_the_next_request(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    """Also while this API hears of nothing."""
    listening = [task for task in asyncio.all_tasks() if task.get_name() == "notifications"]
    assert len(listening) == 1
    listening[0].cancel()
    await ask(browser)
    copied = {"Cookie": f"{COOKIE}={tablet.cookies[COOKIE]}"}
    assert await wishes(tablet) == set()
    assert await join(tablet, await code_of(browser)) == 204
    assert await wishes(tablet) == {"a fox"}
    await tablet.delete("/device")
    assert (await tablet.get("/prompts", headers=copied)).json()["items"] == []


async def test_a_link_opens_the_library_on_another_device_which_brings_its_own_stories(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    first, second = await ask(browser, "a fox"), await ask(tablet, "an owl")
    await api.writer.claim(second)
    await api.writer.write(second, 0, "Once upon")
    assert await join(tablet, await code_of(browser)) == 204
    for device in (browser, tablet):
        assert await wishes(device) == {"a fox", "an owl"}
        for story_id in (first, second):
            assert (await device.get(f"/stories/{story_id}")).status_code == 200

    await api.writer.finish(second, "Once upon a time")
    assert await told(browser, second) == "Once upon a time"


async def test_a_device_that_never_wrote_can_join(api: Api, browser: httpx.AsyncClient) -> None:
    await ask(browser)
    async with httpx.AsyncClient(base_url=browser.base_url) as new:
        assert await join(new, await code_of(browser)) == 204
        assert await wishes(new) == {"a fox"}


async def test_a_story_that_is_being_read_goes_on_for_both(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    story_id = await ask(tablet)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "Once upon")
    async with following(tablet, story_id) as on_the_tablet:
        assert await join(tablet, await code_of(browser)) == 204
        async with following(browser, story_id) as in_the_browser:
            await api.writer.write(story_id, 9, " a time")
            await api.writer.finish(story_id, "Once upon a time")
            for reader in (on_the_tablet, in_the_browser):
                assert await asyncio.wait_for(reader, 20) == "Once upon a time"


async def told(browser: httpx.AsyncClient, story_id: UUID, begun: asyncio.Event | None = None) -> str:
    """The whole story as its stream tells it; ``begun`` is set with the first text."""
    reading = Reading()
    async with browser.stream("GET", f"/stories/{story_id}/events") as response:
        assert response.status_code == 200
        async for event in events(response.aiter_bytes()):
            reading.take(event)
            if reading.text and begun:
                begun.set()
    assert reading.problems == []
    return reading.text


@asynccontextmanager
async def following(browser: httpx.AsyncClient, story_id: UUID) -> AsyncIterator["asyncio.Task[str]"]:
    """Reads the story until it ends; begins when the first text has come."""
    begun = asyncio.Event()
    reading = asyncio.create_task(told(browser, story_id, begun))
    await asyncio.wait_for(begun.wait(), 20)
    try:
        yield reading
    finally:
        reading.cancel()


async def test_all_devices_of_a_library_go_with_it(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    await ask(browser, "a fox")
    await ask(tablet, "an owl")
    async with visitor(api.address) as phone, visitor(api.address) as watch:
        assert await join(watch, await code_of(tablet)) == 204
        assert await join(phone, await code_of(tablet)) == 204
        assert await wishes(watch) == {"an owl"}  # remembered from now on
        await ask(phone, "a mole")
        assert await join(phone, await code_of(browser)) == 204
        for device in (browser, tablet, phone, watch):
            assert await wishes(device) == {"a fox", "an owl", "a mole"}


async def test_a_device_that_leaves_takes_nothing_from_the_others(
    browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    await ask(browser)
    assert await join(tablet, await code_of(browser)) == 204
    assert (await browser.delete("/device")).status_code == 204
    assert await wishes(tablet) == {"a fox"}
    assert await wishes(browser) == set()
    assert await join(browser, await code_of(tablet)) == 204
    assert await wishes(browser) == {"a fox"}


async def test_a_library_that_goes_elsewhere_takes_its_link_with_it(
    browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    old = await code_of(tablet)
    assert await join(tablet, await code_of(browser)) == 204
    assert await join(browser, old) == 404


async def test_joining_may_be_repeated_and_one_may_join_ones_own(browser: httpx.AsyncClient) -> None:
    await ask(browser)
    code = await code_of(browser)
    assert [await join(browser, code) for _ in range(2)] == [204, 204]
    assert await wishes(browser) == {"a fox"}


async def test_two_libraries_that_join_each_other_become_one(
    browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    await ask(browser, "a fox")
    await ask(tablet, "an owl")
    codes = await code_of(browser), await code_of(tablet)
    answers = await asyncio.gather(join(browser, codes[1]), join(tablet, codes[0]))
    assert sorted(answers) == [204, 404]
    for device in (browser, tablet):
        assert await wishes(device) == {"a fox", "an owl"}


async def test_only_the_newest_link_is_valid_and_only_for_a_while(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    first, second = await code_of(browser), await code_of(browser)
    assert await join(tablet, first) == 404
    async with api.engine.begin() as connection:
        await connection.execute(update(library_links).values(expires_at=text("now() - interval '1 second'")))
    assert await join(tablet, second) == 404


async def test_the_database_holds_no_code(api: Api, browser: httpx.AsyncClient) -> None:
    code = await code_of(browser)
    async with api.engine.connect() as connection:
        stored = (await connection.execute(select(library_links))).one()
    assert code not in str(stored)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "guessed"}, 404),
        ({"code": ""}, 422),
        ({"code": "x" * 101}, 422),
        ({"code": None}, 422),
        ({"code": "\x00"}, 404),
        ({"code": "a", "owner_id": str(uuid4())}, 422),
        ({}, 422),
        ("no object", 422),
    ],
)
async def test_what_is_no_link_is_a_problem_and_changes_nothing(
    api: Api, browser: httpx.AsyncClient, body: object, status: int
) -> None:
    await ask(browser)
    answer = await browser.post("/library/join", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await wishes(browser) == {"a fox"}


async def test_one_key_makes_one_story_also_after_joining(
    browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    """And where both had a story under that key both stay."""
    shared, own = {"Idempotency-Key": "shared"}, {"Idempotency-Key": "own"}
    for key, wish in ((shared, "an owl"), (own, "a mole")):
        assert (await tablet.post("/prompts", json={"content": wish}, headers=key)).status_code == 201
    assert (await browser.post("/prompts", json={"content": "a fox"}, headers=shared)).status_code == 201
    assert await join(tablet, await code_of(browser)) == 204
    again = await tablet.post("/prompts", json={"content": "a mole"}, headers=own)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await wishes(tablet) == {"a fox", "an owl", "a mole"}


async def test_a_prompt_that_was_stored_during_the_joining_comes_after_it(
    api: Api, browser: httpx.AsyncClient, tablet: httpx.AsyncClient
) -> None:
    """Its request had asked whose library it is before the joining, and was committed after it."""
    late = await ask(tablet, "an owl")
    async with api.engine.connect() as connection:
        was = (await connection.execute(select(prompts.c.owner_id))).scalar_one()
    assert await join(tablet, await code_of(browser)) == 204
    async with api.engine.begin() as connection:
        await connection.execute(update(prompts).values(owner_id=was))
        await connection.execute(update(stories).values(owner_id=was))
    assert await wishes(tablet) == set()
    await api.parts.stragglers.look()
    assert await wishes(tablet) == await wishes(browser) == {"an owl"}
    assert (await browser.get(f"/stories/{late}")).status_code == 200


async def test_devices_that_left_are_forgotten_when_their_cookies_are_too_old(
    api: Api, browser: httpx.AsyncClient
) -> None:
    old, recent, linked = uuid4(), uuid4(), uuid4()
    async with api.engine.begin() as connection:
        for device_id, owner_id, days in ((old, None, 367), (recent, None, 300), (linked, uuid4(), 999)):
            await connection.execute(
                insert(devices).values(
                    device_id=device_id, owner_id=owner_id, changed_at=text(f"now() - interval '{days} days'")
                )
            )
    await browser.delete("/device")
    async with api.engine.connect() as connection:
        kept = set((await connection.execute(select(devices.c.device_id))).scalars())
    assert old not in kept
    assert {recent, linked} < kept
