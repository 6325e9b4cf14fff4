"""Event streams taken by those who do not want to read them."""

import asyncio
import re
from contextlib import AsyncExitStack, ExitStack

import httpx
import pytest

from storybot_common.ids import new_id
from tests.e2e.environment import Environment
from tests.e2e.ideas import idea
from tests.support.event_stream import Reading, events
from tests.support.fake_llm.story_text import story_text
from tests.support.poll import eventually

from .wire import Address

pytestmark = pytest.mark.asyncio(loop_scope="session")

MANY = 400
SILENT = 200
_OPEN_STREAMS = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics').read().decode())"


def open_streams(environment: Environment) -> int:
    """How many the API itself counts."""
    printed = environment.compose("exec", "-T", "prompt-api", "python", "-c", _OPEN_STREAMS)
    return int(float(re.findall(r"^storybot_streams_open (\S+)$", printed, re.MULTILINE)[0]))


async def live_story(http: httpx.AsyncClient, tokens: int, delay: float) -> str:
    answer = await http.post("/prompts", json={"content": idea(tokens=tokens, delay=delay).content})
    return str(answer.json()["stories"][0]["id"])


async def read(http: httpx.AsyncClient, story_id: str) -> Reading:
    reading = Reading()
    async with http.stream("GET", f"/stories/{story_id}/events") as answer:
        assert answer.status_code == 200
        async for event in events(answer.aiter_bytes()):
            reading.take(event)
    return reading


async def test_hundreds_of_streams_of_one_visitor_all_end_whole_and_are_forgotten(
    http: httpx.AsyncClient, environment: Environment
) -> None:
    story_id = await live_story(http, tokens=60, delay=0.1)
    readings = await asyncio.gather(*(read(http, story_id) for _ in range(MANY)))
    assert {reading.text for reading in readings} == {story_text("en", 60)}
    assert [reading.problems for reading in readings if reading.problems] == []

    async def forgotten() -> bool:
        return open_streams(environment) == 0

    await eventually(forgotten, "the API holds no stream any more", 30, interval=1)


@pytest.mark.parametrize(
    "position",
    [
        *("", "0", "-1", "0--1", "0-99999999999999999999", "99999999999999999999-0", "0-0-end-end", "NaN", "1e9-0"),
        *("0 - 0", "٣-٤", "0-0; DROP TABLE stories", "../../etc/passwd", "%00", "9" * 4_000),
    ],
)
async def test_a_position_that_is_none_means_from_the_beginning(http: httpx.AsyncClient, position: str) -> None:
    story_id = await live_story(http, tokens=5, delay=0)
    reading = Reading()
    headers = [(b"Last-Event-ID", position.encode())]
    async with http.stream("GET", f"/stories/{story_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        async for event in events(answer.aiter_bytes()):
            reading.take(event)
    assert (reading.text, reading.problems) == (story_text("en", 5), [])


async def test_a_position_longer_than_headers_may_be_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/stories/{new_id()}/events", headers={"Last-Event-ID": "9" * 20_000})
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:problem-type:storybot:bad-request"


async def test_streams_of_stories_that_are_nobodys_open_nothing(
    http: httpx.AsyncClient, environment: Environment
) -> None:
    answers = await asyncio.gather(*(http.get(f"/stories/{new_id()}/events") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {404}
    assert open_streams(environment) == 0


async def test_those_who_never_read_cost_a_reader_nothing(
    http: httpx.AsyncClient, environment: Environment, plain: Address
) -> None:
    """Half-open: they ask, and neither take the answer nor leave. They go when they are found out or hang up."""
    story_id = await live_story(http, tokens=120, delay=0.05)
    cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    request = f"GET /api/v1/stories/{story_id}/events HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
    with ExitStack() as silent:
        for _ in range(SILENT):
            silent.enter_context(plain.connect()).sendall(request)

        async def all_wait() -> bool:
            return open_streams(environment) >= SILENT

        await eventually(all_wait, "all of them are let in", 30, interval=0.5)
        reading = await read(http, story_id)
        assert (reading.text, reading.final, reading.problems) == (story_text("en", 120), "finished", [])

    async def gone() -> bool:
        return open_streams(environment) == 0

    await eventually(gone, "the API holds no stream any more", 30, interval=1)


async def test_coming_and_going_all_the_time_leaves_nothing_behind(
    http: httpx.AsyncClient, environment: Environment
) -> None:
    story_id = await live_story(http, tokens=100, delay=0.05)
    for _ in range(10):
        async with AsyncExitStack() as streams:
            for _ in range(30):
                stream = http.stream("GET", f"/stories/{story_id}/events", headers={"Last-Event-ID": "0-0"})
                assert (await streams.enter_async_context(stream)).status_code == 200

    async def gone() -> bool:
        return open_streams(environment) == 0

    await eventually(gone, "the API holds no stream any more", 30, interval=1)
