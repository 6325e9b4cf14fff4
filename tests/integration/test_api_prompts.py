"""Creating, listing, reading and deleting prompts, on real Postgres."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from storybot_common.database.tables import outbox, prompts, stories
from storybot_common.settings import TokenPrice
from tests.integration.conftest import Api
from tests.support.api import api_settings, ask, served_api, visitor

NOWHERE = SecretStr("amqp://guest:guest@127.0.0.1:9/")


async def test_a_prompt_is_stored_with_its_story_and_its_ticket(database_url: SecretStr, engine: AsyncEngine) -> None:
    async with (
        served_api(api_settings(database_url, NOWHERE)) as (address, _parts),
        visitor(address) as browser,
    ):
        options = {"language": "ja", "protagonist": "ゆき", "age": 6}
        answer = await browser.post(
            "/prompts",
            json={"content": " a fox\r\nwho is afraid ", "options": options},
            headers={"X-Trace-Id": "my-trace-1234"},
        )
        assert answer.status_code == 201
        assert answer.headers["x-trace-id"] == "my-trace-1234"
        prompt = answer.json()
        assert answer.headers["location"] == f"/api/v1/prompts/{prompt['id']}"
        assert prompt["content"] == "a fox\nwho is afraid"
        assert prompt["stories"][0]["status"] == "queued"
        read = (await browser.get(f"/prompts/{prompt['id']}")).json()
    assert read.pop("stories")[0].pop("queue_position") == 1
    del prompt["stories"]
    assert read == prompt
    async with engine.connect() as connection:
        story = (await connection.execute(select(stories))).one()
        ticket = (await connection.execute(select(outbox))).one()
    assert story.trace_id == ticket.trace_id == "my-trace-1234"
    assert ticket.story_id == story.id
    assert ticket.queue == "story.jobs"


async def test_the_answer_to_a_new_prompt_has_the_form_that_reading_it_has(browser: httpx.AsyncClient) -> None:
    created = (await browser.post("/prompts", json={"content": "a fox"})).json()
    read = (await browser.get(f"/prompts/{created['id']}")).json()
    assert created["stories"][0].keys() == read["stories"][0].keys()
    assert created.keys() == read.keys()


async def test_a_prompt_without_a_key_is_known_by_the_gateways_id(browser: httpx.AsyncClient) -> None:
    """Which tries a second replica when the first one ended before it answered."""
    first, again, other = [
        await browser.post("/prompts", json={"content": "a fox"}, headers={"X-Request-Id": request_id})
        for request_id in ("try-1", "try-1", "try-2")
    ]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["id"] == first.json()["id"] != other.json()["id"]


async def test_the_same_key_and_request_make_one_prompt(api: Api, browser: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish-1"}
    first = await browser.post("/prompts", json={"content": "a fox"}, headers=headers)
    again = await browser.post("/prompts", json={"content": "a fox "}, headers=headers)
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["stories"][0]["id"] == first.json()["stories"][0]["id"]
    assert await count(api.engine, prompts.c.id) == 1


async def test_the_same_key_for_another_request_is_a_conflict(api: Api, browser: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish-1"}
    await browser.post("/prompts", json={"content": "a fox"}, headers=headers)
    other = await browser.post("/prompts", json={"content": "a bear"}, headers=headers)
    assert other.status_code == 409
    assert await count(api.engine, prompts.c.id) == 1


async def test_a_key_belongs_to_its_owner(api: Api, browser: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish-1"}
    mine = await browser.post("/prompts", json={"content": "a fox"}, headers=headers)
    async with visitor(api.address) as somebody:
        theirs = await somebody.post("/prompts", json={"content": "a bear"}, headers=headers)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


async def test_a_crowd_with_one_key_makes_one_prompt(api: Api, browser: httpx.AsyncClient) -> None:
    async with served_api(api.parts.settings) as (other_address, _parts):
        addresses = [f"{api.address}/api/v1/prompts", f"{other_address}/api/v1/prompts"]
        answers = await asyncio.gather(
            *(
                browser.post(addresses[n % 2], json={"content": "a fox"}, headers={"Idempotency-Key": "wish-1"})
                for n in range(20)
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.json()["stories"][0]["id"] for answer in answers}) == 1
    assert await count(api.engine, stories.c.id) == 1


async def test_many_at_once_are_all_stored(api: Api, browser: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(browser.post("/prompts", json={"content": f"fox {n}"}) for n in range(60)))
    assert {answer.status_code for answer in answers} == {201}
    assert await count(api.engine, stories.c.id) == 60


async def test_an_owner_has_a_limit_and_nobody_else_feels_it(
    database_url: SecretStr, amqp_url: SecretStr, engine: AsyncEngine
) -> None:
    settings = api_settings(database_url, amqp_url, active_stories_per_owner=3)
    async with (
        served_api(settings) as (address, _parts),
        visitor(address) as browser,
        visitor(address) as somebody,
    ):
        answers = await asyncio.gather(*(browser.post("/prompts", json={"content": "a fox"}) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) > 0
        prompt = next(answer for answer in answers if answer.status_code == 201).json()
        assert (await browser.post(f"/prompts/{prompt['id']}/stories")).status_code == 429
        assert (await somebody.post("/prompts", json={"content": "a bear"})).status_code == 201
        await browser.post(f"/stories/{prompt['stories'][0]['id']}/cancel")
        assert (await browser.post("/prompts", json={"content": "a fox"})).status_code == 201
    assert await count(engine, stories.c.id) == 5


async def test_the_list_is_paged_from_the_newest(browser: httpx.AsyncClient) -> None:
    for n in range(5):
        await ask(browser, f"fox {n}")
    seen: list[str] = []
    cursor: str | None = None
    for size in (2, 2, 1):
        page = (await browser.get("/prompts", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        assert len(page["items"]) == size
        assert all("text" not in story for item in page["items"] for story in item["stories"])
        seen += [item["content"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == ["fox 4", "fox 3", "fox 2", "fox 1", "fox 0"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("FOX", ["the Fox in the snow"]),
        ("きつね", ["a story in Japanese"]),
        ("100%", ["100% cocoa"]),
        ("%", ["100% cocoa"]),
        ("_", []),
        ("\\", []),
        ("   ", ["100% cocoa", "a story in Japanese", "the Fox in the snow"]),
    ],
)
async def test_the_list_can_be_searched(api: Api, browser: httpx.AsyncClient, words: str, found: list[str]) -> None:
    await ask(browser, "the Fox in the snow")
    story_id = await ask(browser, "a story in Japanese")
    await api.writer.finish(story_id, "むかし、きつねがいました。")
    await ask(browser, "100% cocoa")
    page = (await browser.get("/prompts", params={"q": words})).json()
    assert [item["content"] for item in page["items"]] == found


async def test_somebody_elses_things_do_not_exist(api: Api, browser: httpx.AsyncClient) -> None:
    created = (await browser.post("/prompts", json={"content": "a fox"})).json()
    prompt, story = f"/prompts/{created['id']}", f"/stories/{created['stories'][0]['id']}"
    async with visitor(api.address) as somebody:
        assert (await somebody.get("/prompts")).json()["items"] == []
        for method, path in [
            ("GET", prompt),
            ("DELETE", prompt),
            ("POST", f"{prompt}/stories"),
            ("GET", story),
            ("GET", f"{story}/events"),
            ("POST", f"{story}/continue"),
            ("PUT", f"{prompt}/favourite"),
            ("DELETE", f"{prompt}/favourite"),
            ("POST", f"{story}/cancel"),
            ("POST", f"{story}/retry"),
        ]:
            answer = await somebody.request(method, path)
            assert answer.status_code == 404, path
            unknown = await somebody.request(method, path.replace(path.split("/")[2], str(uuid4())))
            assert unknown.json()["detail"] == answer.json()["detail"], "the answer tells that it exists"
    assert (await browser.get(prompt)).json()["stories"][0]["status"] == "queued"


async def test_a_deleted_prompt_is_out_of_sight_with_its_stories(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "Once")
    prompt = (await browser.get(f"/stories/{story_id}")).json()["prompt_id"]
    assert (await browser.delete(f"/prompts/{prompt}")).status_code == 204
    assert (await browser.get(f"/prompts/{prompt}")).status_code == 404
    assert (await browser.get(f"/stories/{story_id}")).status_code == 404
    assert (await browser.delete(f"/prompts/{prompt}")).status_code == 404
    assert (await browser.get("/prompts")).json()["items"] == []


async def test_a_prompt_can_have_several_stories(browser: httpx.AsyncClient) -> None:
    created = (await browser.post("/prompts", json={"content": "a fox"})).json()
    answer = await browser.post(f"/prompts/{created['id']}/stories")
    assert answer.status_code == 201
    story = answer.json()
    assert answer.headers["location"] == f"/api/v1/stories/{story['id']}"
    assert story["prompt_id"] == created["id"]
    shown = (await browser.get(f"/prompts/{created['id']}")).json()
    assert [one["id"] for one in shown["stories"]] == [created["stories"][0]["id"], story["id"]]


async def test_settings_tell_what_the_form_needs(browser: httpx.AsyncClient) -> None:
    told = (await browser.get("/settings")).json()
    assert told["model"] == "a-small-model"
    assert told["model_builtin"] is True
    assert told["languages"][:2] == ["ja", "en"]
    assert told["limits"] == {
        "content_max_length": 4000,
        "name_max_length": 80,
        "active_stories_per_owner": 100,
        "trash_keep_days": 30,
    }
    assert told["prices"] == {}


async def test_settings_tell_what_tokens_cost(database_url: SecretStr, amqp_url: SecretStr) -> None:
    prices = {"a-small-model": TokenPrice(prompt=0.25, completion=2)}
    settings = api_settings(database_url, amqp_url).model_copy(update={"llm_prices": prices, "llm_currency": "JPY"})
    async with served_api(settings) as (address, _parts), httpx.AsyncClient(base_url=address) as browser:
        told = (await browser.get("/api/v1/settings")).json()
    assert told["prices"] == {"a-small-model": {"prompt": 0.25, "completion": 2}}
    assert told["currency"] == "JPY"


async def test_while_the_database_is_away_nothing_is_promised(amqp_url: SecretStr) -> None:
    nowhere = SecretStr("postgresql+psycopg://x:x@127.0.0.1:9/x")
    settings = api_settings(nowhere, amqp_url, submission_patience_s=0.2, read_patience_s=0.2)
    async with served_api(settings) as (address, _parts), httpx.AsyncClient(base_url=address) as browser:
        for answer in [
            await browser.post("/api/v1/prompts", json={"content": "a fox"}),
            await browser.get("/api/v1/prompts"),
            await browser.get("/readyz"),
        ]:
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
        assert (await browser.get("/healthz")).status_code == 204


async def test_ready_means_that_the_schema_is_there(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.address) as machine:
        assert (await machine.get("/readyz")).status_code == 204
        assert "storybot_http_requests_total" in (await machine.get("/metrics")).text


async def count(engine: AsyncEngine, column: object) -> int:
    async with engine.connect() as connection:
        return len((await connection.execute(select(column))).all())  # type: ignore[call-overload]
