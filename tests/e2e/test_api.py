"""The API's promises, kept by the whole stack: called through the gateway, written by a worker and the fake LLM."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest

from storybot_common.trace import new_trace_id
from tests.support.event_stream import Reading, events
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.story_text import Style, story_text
from tests.support.poll import eventually, until

from .environment import Environment
from .ideas import Idea, idea

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOBODYS = "0199a8f0-0000-7000-8000-000000000000"


async def submit(http: httpx.AsyncClient, wish: Idea, **headers: str) -> httpx.Response:
    answer = await http.post("/prompts", json={"content": wish.content}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


async def read(
    http: httpx.AsyncClient, story_id: str, reading: Reading, *, leave_after_deltas: int | None = None
) -> Reading:
    """Follow the story's events from where the reading is, to the end or until it has seen enough."""
    headers = {"Last-Event-ID": reading.position} if reading.position else {}
    async with http.stream("GET", f"/stories/{story_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        deltas = 0
        async for event in events(answer.aiter_bytes()):
            reading.take(event)
            deltas += event.name == "delta"
            if deltas == leave_after_deltas:
                break
    return reading


async def finished(http: httpx.AsyncClient, story_id: str) -> dict[str, Any]:
    """The story in its final state."""

    async def final() -> dict[str, Any]:
        story: dict[str, Any] = (await http.get(f"/stories/{story_id}")).json()
        return story if story["status"] in {"finished", "failed", "cancelled"} else {}

    return await eventually(final, "the story ends", 60)


def first_story(answer: httpx.Response) -> dict[str, Any]:
    story: dict[str, Any] = answer.json()["stories"][0]
    return story


async def test_a_new_prompt_is_created_and_found_at_its_location(
    http: httpx.AsyncClient, environment: Environment
) -> None:
    answer = await submit(http, idea(tokens=1))
    assert first_story(answer)["status"] == "queued"
    assert len(answer.headers["x-trace-id"]) == 32
    found = await http.get(environment.url + answer.headers["location"])
    assert found.status_code == 200
    assert found.json()["id"] == answer.json()["id"]


@pytest.mark.parametrize("style", ["en", "ja", "emoji"])
async def test_joined_deltas_are_the_final_text(http: httpx.AsyncClient, style: Style) -> None:
    answer = await submit(http, idea(tokens=120, delay=0.005, style=style))
    reading = await read(http, first_story(answer)["id"], Reading())
    assert reading.problems == []
    assert reading.final == "finished"
    story = await finished(http, first_story(answer)["id"])
    assert reading.text == story["text"] == story_text(style, 120)
    assert story["usage"]["completion_tokens"] == 120


async def test_a_reader_who_comes_and_goes_misses_and_repeats_nothing(http: httpx.AsyncClient) -> None:
    story_id = first_story(await submit(http, idea(tokens=200, delay=0.02, style="emoji")))["id"]
    reading = Reading()
    visits = 0
    while reading.final is None:
        await read(http, story_id, reading, leave_after_deltas=1)
        visits += 1
    assert visits >= 3
    assert reading.problems == []
    assert reading.text == story_text("emoji", 200)


async def test_a_reader_of_a_finished_story_gets_all_of_it_and_then_no_more(http: httpx.AsyncClient) -> None:
    story_id = first_story(await submit(http, idea(tokens=30)))["id"]
    await finished(http, story_id)
    reading = await read(http, story_id, Reading())
    assert (reading.text, reading.final, reading.problems) == (story_text("en", 30), "finished", [])
    assert reading.position is not None
    again = await http.get(f"/stories/{story_id}/events", headers={"Last-Event-ID": reading.position})
    assert again.status_code == 204


@pytest.mark.parametrize("malformed", ["", "x", "-1", "0-99999999", "9-0", "0-0-0", "1" * 500, "0-5;DROP TABLE"])
async def test_a_malformed_last_event_id_means_from_the_beginning(http: httpx.AsyncClient, malformed: str) -> None:
    story_id = first_story(await submit(http, idea(tokens=10)))["id"]
    await finished(http, story_id)
    answer = await http.get(f"/stories/{story_id}/events", headers={"Last-Event-ID": malformed})
    assert answer.status_code == 200

    async def body() -> AsyncIterator[bytes]:
        yield answer.content

    reading = Reading()
    async for event in events(body()):
        reading.take(event)
    assert (reading.text, reading.problems) == (story_text("en", 10), [])


async def test_the_given_trace_id_is_in_the_story_the_llm_call_and_the_logs(
    http: httpx.AsyncClient, environment: Environment, fake: FakeLlmControl
) -> None:
    trace_id, wish = new_trace_id(), idea(tokens=5)
    answer = await submit(http, wish, **{"X-Trace-Id": trace_id})
    story_id = first_story(answer)["id"]
    assert answer.headers["x-trace-id"] == trace_id
    assert (await finished(http, story_id))["trace_id"] == trace_id

    with psycopg.connect(environment.database_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT trace_id FROM stories WHERE id = %s", [story_id]).fetchone()
    assert row == (trace_id,)

    (call,) = fake.calls(wish.name)
    assert call.headers["x-trace-id"] == trace_id
    assert trace_id in call.headers["traceparent"]

    for service in ("gateway", "prompt-api", "story-worker"):
        logged = partial(lines_with, environment, service, trace_id)
        until(logged, f"{service} logs the trace id")


def lines_with(environment: Environment, service: str, trace_id: str) -> list[dict[str, Any]]:
    printed = environment.compose("logs", "--no-color", "--no-log-prefix", service)
    # compose puts codes for terminals before the lines
    lines = [json.loads(line[line.index("{") :]) for line in printed.splitlines() if trace_id in line]
    return [line for line in lines if line["trace"]["id"] == trace_id]


async def test_a_hostile_trace_id_is_replaced(http: httpx.AsyncClient) -> None:
    answer = await submit(http, idea(tokens=1), **{"X-Trace-Id": 'x" onload="alert(1)'})
    assert first_story(answer)["trace_id"] == answer.headers["x-trace-id"]
    assert len(answer.headers["x-trace-id"]) == 32


async def test_the_same_idempotency_key_is_the_same_prompt(http: httpx.AsyncClient, fake: FakeLlmControl) -> None:
    wish, key = idea(tokens=3), {"Idempotency-Key": new_trace_id()}
    first, second = [await submit(http, wish, **key) for _ in range(2)]
    assert first.json()["id"] == second.json()["id"]
    await finished(http, first_story(first)["id"])
    assert len(fake.calls(wish.name)) == 1
    other = await http.post("/prompts", json={"content": "another"}, headers=key)
    assert other.status_code == 409
    assert other.json()["trace_id"] == other.headers["x-trace-id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"content": ""}', "content"),
        (b'{"content": " \\n\\t \\u3000 "}', "content"),
        (b'{"content": "\\u200b\\u200b"}', "content"),
        (b'{"content": "' + b"x" * 4001 + b'"}', "content"),
        (b'{"content": 7}', "content"),
        (b'{"content": null}', "content"),
        (b'{"content": ["a fox"]}', "content"),
        (b'{"content": "a\\u0000fox"}', "content"),
        (b'{"content": "a fox\\u001b[31m"}', "content"),
        (b"{}", "content"),
        (b'{"content": "a fox", "colour": "red"}', "colour"),
        (b'{"content": "a fox", "options": {"colour": "red"}}', "options.colour"),
        (b'{"content": "a fox", "options": {"age": 999}}', "options.age"),
        (b'{"content": "a fox", "options": {"language": "no language"}}', "options.language"),
        (b'{"content": "a fox", "options": {"length": "endless"}}', "options.length"),
        (b'{"content": "a fox", "options": []}', "options"),
    ],
)
async def test_a_prompt_that_cannot_be_told_is_refused_with_the_field_named(
    http: httpx.AsyncClient, body: bytes, field: str
) -> None:
    answer = await http.post("/prompts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["trace_id"] == answer.headers["x-trace-id"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"a fox"', b'{"content": "\xff\xfe"}', b'{"content": "\\ud800"}', b"\x00"]
)
async def test_what_is_no_json_object_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post("/prompts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_gateways_limit_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/prompts", json={"content": "x" * 70_000})
    assert answer.status_code == 413
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]


@pytest.mark.parametrize("query", ["cursor=%00", "cursor=garbage", "limit=0", "limit=-1", "limit=many", "limit=100000"])
async def test_a_malformed_page_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"/prompts?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_somebody_elses_things_do_not_exist(http: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    prompt = (await submit(http, idea(tokens=2))).json()
    prompt_id, story_id = prompt["id"], prompt["stories"][0]["id"]
    asked = [
        await stranger.get(f"/prompts/{prompt_id}"),
        await stranger.delete(f"/prompts/{prompt_id}"),
        await stranger.post(f"/prompts/{prompt_id}/stories"),
        await stranger.get(f"/stories/{story_id}"),
        await stranger.get(f"/stories/{story_id}/events"),
        await stranger.post(f"/stories/{story_id}/cancel"),
        await stranger.post(f"/stories/{story_id}/retry"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 7
    assert (await stranger.get("/prompts")).json()["items"] == []
    assert (await http.get(f"/prompts/{prompt_id}")).status_code == 200


@pytest.mark.parametrize("path", [f"/prompts/{NOBODYS}", f"/stories/{NOBODYS}", "/prompts/1", "/stories/%20/events"])
async def test_ids_that_are_nobodys_are_not_found(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_forged_or_damaged_cookie_is_a_new_visitor(http: httpx.AsyncClient, environment: Environment) -> None:
    prompt_id = (await submit(http, idea(tokens=1))).json()["id"]
    ((name, genuine),) = http.cookies.items()
    for forged in (genuine[:-1], genuine[::-1], "", "x", f"{NOBODYS}.signature", "a" * 4000):
        async with httpx.AsyncClient(base_url=f"{environment.url}/api/v1") as forger:
            headers = {"Cookie": f"{name}={forged}"}
            assert (await forger.get("/prompts", headers=headers)).json()["items"] == []
            assert (await forger.get(f"/prompts/{prompt_id}", headers=headers)).status_code == 404
    assert (await http.get(f"/prompts/{prompt_id}")).status_code == 200


async def test_deleting_a_prompt_stops_its_story(http: httpx.AsyncClient, fake: FakeLlmControl) -> None:
    wish = idea(tokens=5000, delay=0.02)
    answer = await submit(http, wish)
    until(lambda: fake.calls(wish.name) and fake.calls(wish.name)[0].sent, "the story is being written")
    assert (await http.delete(f"/prompts/{answer.json()['id']}")).status_code == 204
    until(lambda: fake.calls(wish.name)[0].outcome == "client_closed", "the call to the LLM is closed")
    assert (await http.get(f"/stories/{first_story(answer)['id']}")).status_code == 404
    assert len(fake.calls(wish.name)) == 1


async def test_readiness_and_settings_are_public_and_the_rest_is_not(
    http: httpx.AsyncClient, environment: Environment
) -> None:
    assert (await http.get(f"{environment.url}/api/readyz")).is_success
    settings = (await http.get("/settings")).json()
    assert {"en", "ja"} <= set(settings["languages"])
    for path in ("/metrics", "/api/metrics", "/healthz", "/api/healthz", "/readyz"):
        assert (await http.get(f"{environment.url}{path}")).status_code == 404
