"""One viewer's stream, with the hub and the connection faked."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from prompt_api.http.problems import NotFound
from prompt_api.metrics import Metrics
from prompt_api.stream.live_story import LiveStory
from prompt_api.stream.position import Position
from prompt_api.stream.response import StoryEvents
from prompt_api.stream.viewer import Pulse
from tests.unit.test_api_live_story import STORY, snapshot

if TYPE_CHECKING:
    from prompt_api.stream.hub import Hub

OWNER = UUID(int=2)  # as in the snapshots


class StillHub:
    """Shows one story that nobody reads anew."""

    def __init__(self, story: LiveStory) -> None:
        self.story = story
        self.is_closing = False

    @asynccontextmanager
    async def watch(self, _story_id: UUID, woken: asyncio.Event) -> AsyncIterator[LiveStory]:
        self.story.viewers.add(woken)
        yield self.story
        self.story.viewers.discard(woken)


class Connection:
    """A viewer's end. While ``takes`` is not set, nothing that is sent arrives."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.body = b""
        self.arrived = asyncio.Event()
        self.takes = asyncio.Event()
        self.takes.set()
        self.has_left = asyncio.Event()
        self.is_complete = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")
            self.is_complete = not message.get("more_body", False)
        self.arrived.set()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.has_left.wait()
        return {"type": "http.disconnect"}


@pytest.fixture
def story() -> LiveStory:
    story = LiveStory(STORY)
    story.take(snapshot("a"))
    return story


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


@pytest.fixture
def connection() -> Connection:
    return Connection()


async def serve(
    hub: StillHub,
    connection: Connection,
    metrics: Metrics,
    *,
    owner_id: UUID = OWNER,
    position: Position | None = None,
    heartbeat: float = 60,
    patience: float = 60,
) -> None:
    pulse = Pulse(heartbeat=heartbeat, patience=patience)
    response = StoryEvents(STORY, owner_id, position, hub=cast("Hub", hub), pulse=pulse, metrics=metrics)
    beating = asyncio.create_task(pulse.run())
    try:
        async with asyncio.timeout(20):
            await response({"type": "http"}, connection.receive, connection.send)
    finally:
        beating.cancel()


async def test_the_stream_ends_with_the_story(story: LiveStory, connection: Connection, metrics: Metrics) -> None:
    serving = asyncio.create_task(serve(StillHub(story), connection, metrics))
    await connection.arrived.wait()
    story.take(snapshot(" fox", offset=1, status="finished"))
    await serving
    assert connection.is_complete
    assert connection.body.startswith(b"retry: 1000\n\n")
    assert connection.body.index(b"event: finished") > connection.body.index(b'{"offset": 1, "text": " fox"}')


async def test_a_viewer_who_leaves_holds_nothing(story: LiveStory, connection: Connection, metrics: Metrics) -> None:
    serving = asyncio.create_task(serve(StillHub(story), connection, metrics))
    await connection.arrived.wait()
    assert story.viewers
    connection.has_left.set()
    await serving
    assert not story.viewers
    assert metrics.registry.get_sample_value("storybot_streams_open") == 0


async def test_silence_is_filled_with_comments(story: LiveStory, connection: Connection, metrics: Metrics) -> None:
    serving = asyncio.create_task(serve(StillHub(story), connection, metrics, heartbeat=0.001))
    while b"\n\n: " not in connection.body:
        connection.arrived.clear()
        await connection.arrived.wait()
    connection.has_left.set()
    await serving


async def test_a_viewer_who_takes_nothing_is_cut_off(
    story: LiveStory, connection: Connection, metrics: Metrics
) -> None:
    serving = asyncio.create_task(serve(StillHub(story), connection, metrics, patience=0.05))
    await connection.arrived.wait()
    connection.takes.clear()
    story.take(snapshot(" fox", offset=1))
    await serving
    assert not connection.is_complete
    assert metrics.registry.get_sample_value("storybot_streams_cut_off_total") == 1


async def test_a_viewer_who_was_slow_gets_the_rest_as_one_piece(
    story: LiveStory, connection: Connection, metrics: Metrics
) -> None:
    serving = asyncio.create_task(serve(StillHub(story), connection, metrics))
    await connection.arrived.wait()
    connection.takes.clear()
    for offset, letter in enumerate("bcd", start=1):
        story.take(snapshot(letter, offset=offset))
        await asyncio.sleep(0)
    story.take(snapshot("e", offset=4, status="finished"))
    connection.takes.set()
    await serving
    deltas = [line for line in connection.body.decode().split("\n") if '"offset"' in line]
    assert deltas[-1] in {'data: {"offset": 1, "text": "bcde"}', 'data: {"offset": 2, "text": "cde"}'}


async def test_when_the_hub_closes_the_stream_ends_cleanly(
    story: LiveStory, connection: Connection, metrics: Metrics
) -> None:
    hub = StillHub(story)
    serving = asyncio.create_task(serve(hub, connection, metrics))
    await connection.arrived.wait()
    hub.is_closing = True
    for woken in story.viewers:
        woken.set()
    await serving
    assert connection.is_complete


async def test_somebody_elses_story_does_not_exist(story: LiveStory, connection: Connection, metrics: Metrics) -> None:
    with pytest.raises(NotFound):
        await serve(StillHub(story), connection, metrics, owner_id=UUID(int=3))


async def test_who_had_everything_is_told_not_to_come_back(
    story: LiveStory, connection: Connection, metrics: Metrics
) -> None:
    story.take(snapshot("", offset=1, status="finished"))
    await serve(StillHub(story), connection, metrics, position=Position(0, 1, ended=True))
    assert connection.status == 204
    assert connection.body == b""
