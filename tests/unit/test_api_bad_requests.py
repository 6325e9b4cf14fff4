"""Requests that are refused before anything is stored or read."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from prompt_api.app import create_app
from prompt_api.configuration import ApiSettings
from prompt_api.http import problems
from prompt_api.wiring import build
from storybot_common.database.group_commit import Overloaded
from storybot_common.database.unit_of_work import DatabaseUnavailable

PROMPTS = "/api/v1/prompts"


@pytest.fixture
def browser() -> httpx.AsyncClient:
    settings = ApiSettings(
        database_url=SecretStr("postgresql+psycopg://nowhere/none"),
        amqp_url=SecretStr("amqp://nowhere"),
        cookie_secret=SecretStr("a-key-for-this-test-only"),
        llm_base_url="http://nowhere",
        llm_model="none",
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(build(settings))), base_url="http://storybot")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n\t　"}, "content"),
        ({"content": "x" * 4001}, "content"),
        ({"content": 7}, "content"),
        ({"content": None}, "content"),
        ({"content": ["a fox"]}, "content"),
        ({"content": "a\x00fox"}, "content"),
        ({"content": "a\x1b[31mfox"}, "content"),
        ({"content": "a fox", "contents": "x"}, "contents"),
        ({"content": "a fox", "options": {"colour": "red"}}, "options.colour"),
        ({"content": "a fox", "options": {"age": -1}}, "options.age"),
        ({"content": "a fox", "options": {"age": "six"}}, "options.age"),
        ({"content": "a fox", "options": {"age": "6"}}, "options.age"),
        ({"content": "a fox", "options": {"age": True}}, "options.age"),
        ({"content": "a fox", "options": {"language": "<b>"}}, "options.language"),
        ({"content": "a fox", "options": {"length": "endless"}}, "options.length"),
        ({"content": "a fox", "options": {"protagonist": "x" * 81}}, "options.protagonist"),
        ({"content": "a fox", "options": {"protagonist": "\x07"}}, "options.protagonist"),
        ({"content": "a fox", "options": 1}, "options"),
    ],
)
async def test_a_wrong_field_is_named(browser: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    answer = await browser.post(PROMPTS, json=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["detail"].startswith(f"{field}: ")
    assert len(answer.content) < 1000, "the answer repeats what was sent"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"a fox",
        b'{"content": "\xff\xfe"}',
        b'{"content": "\\ud800"}',
        '{"content": "a fox"}'.encode("utf-16"),
        b"\x00" * 100,
        b'{"content":' * 10_000,
    ],
)
async def test_a_body_that_is_no_json_in_utf_8_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    answer = await browser.post(PROMPTS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The body of the request is not JSON in UTF-8."


@pytest.mark.parametrize("body", [b"[]", b"null", b'"a fox"', b"7"])
async def test_json_that_is_no_object_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    answer = await browser.post(PROMPTS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


async def test_an_enormous_body_is_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(PROMPTS, json={"content": "x" * 1_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("key", ["", " ", "with space", "x" * 129, "schlüssel"])
async def test_a_malformed_idempotency_key_is_refused(browser: httpx.AsyncClient, key: str) -> None:
    answer = await browser.post(PROMPTS, json={"content": "a fox"}, headers={b"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=garbage", "cursor"),
        ("cursor=" + "x" * 65, "cursor"),
        ("cursor=%00%ff", "cursor"),
        ("q=" + "x" * 201, "q"),
        ("q=a%00b", "q"),
    ],
)
async def test_a_malformed_query_is_refused(browser: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await browser.get(f"{PROMPTS}?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("path", ["/prompts/7", "/stories/not-an-id", "/stories/7/events", "/prompts/%00"])
async def test_a_malformed_id_is_refused(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"/api/v1{path}")).status_code == 422


async def test_an_unknown_address_and_an_unfit_method_are_problems_too(browser: httpx.AsyncClient) -> None:
    for answer, status in [(await browser.get("/api/v1/nothing"), 404), (await browser.put(PROMPTS), 405)]:
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


async def test_the_docs_page_needs_nothing_from_elsewhere(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/api/docs")
    assert "//" not in page.text
    assert "<script>" not in page.text
    for path in ("docs/start.js", "docs/assets/swagger-ui-bundle.js", "docs/assets/swagger-ui.css", "openapi.json"):
        assert (await browser.get(f"/api/{path}")).status_code == 200, path


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (DatabaseUnavailable(OSError(), in_doubt=False), 503, "unavailable"),
        (DatabaseUnavailable(OSError(), in_doubt=True), 504, "outcome-unknown"),
        (Overloaded(), 503, "unavailable"),
        (problems.TooManyStories(100), 429, "too-many-stories"),
    ],
)
async def test_whoever_may_come_back_is_told_when(error: Exception, status: int, kind: str) -> None:
    api = FastAPI()
    problems.install(api)

    @api.get("/")
    async def fail(request: Request) -> None:
        request.state.trace_id = "a-trace-id"
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://storybot") as browser:
        answer = await browser.get("/")
    assert answer.status_code == status
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == f"urn:problem-type:storybot:{kind}"
