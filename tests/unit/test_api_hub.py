"""The hub: how often it reads, and who is woken."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from prompt_api.stream.hub import Hub
from prompt_api.stream.live_story import Known, LiveStory, Snapshot
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.ids import new_id
from tests.unit.test_api_live_story import snapshot


class Shelf:
    """Stands for the database."""

    def __init__(self) -> None:
        self.stories: dict[UUID, Snapshot] = {}
        self.readings: list[list[Known]] = []
        self.is_away = False
        self.was_asked_in_vain = asyncio.Event()
        self.positions: dict[UUID, int] = {}

    async def read(self, known: Sequence[Known]) -> Mapping[UUID, Snapshot]:
        self.readings.append(list(known))
        if self.is_away:
            self.was_asked_in_vain.set()
            raise DatabaseUnavailable(OSError(), in_doubt=False)
        return {one.story_id: self.stories[one.story_id] for one in known if one.story_id in self.stories}

    async def read_positions(self, story_ids: Collection[UUID]) -> Mapping[UUID, int]:
        return {story_id: self.positions[story_id] for story_id in story_ids if story_id in self.positions}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def hub(shelf: Shelf) -> AsyncIterator[Hub]:
    hub = Hub(shelf.read, shelf.read_positions)
    jobs = [asyncio.create_task(hub.run()), asyncio.create_task(hub.follow_the_queue())]
    yield hub
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


@asynccontextmanager
async def watching(hub: Hub, story_id: UUID) -> AsyncIterator[tuple[LiveStory, asyncio.Event]]:
    woken = asyncio.Event()
    async with hub.watch(story_id, woken) as story:
        woken.clear()
        yield story, woken


async def test_a_story_is_read_before_it_is_shown(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a fox")
    async with watching(hub, story_id) as (story, _woken):
        assert story.text == "a fox"


async def test_a_change_is_read_once_whatever_the_number_of_viewers(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a")
    async with watching(hub, story_id) as (_, first), watching(hub, story_id) as (_, second):
        before = len(shelf.readings)
        shelf.stories[story_id] = snapshot("b", offset=1)
        await hub.heard(str(story_id))
        await asyncio.gather(first.wait(), second.wait())
        assert len(shelf.readings) == before + 1


async def test_only_what_is_not_known_yet_is_asked_for(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("abc", restarts=1)
    async with watching(hub, story_id) as (_story, woken):
        shelf.stories[story_id] = snapshot("d", offset=3, restarts=1)
        await hub.heard(str(story_id))
        await woken.wait()
    assert shelf.readings[-1] == [Known(story_id, 1, 3)]


async def test_stories_that_nobody_watches_are_not_read(hub: Hub, shelf: Shelf) -> None:
    watched, other = new_id(), new_id()
    shelf.stories |= {watched: snapshot("a"), other: snapshot("b")}
    async with watching(hub, watched) as (_story, woken):
        shelf.stories[watched] = snapshot("c", offset=1)
        await hub.heard(f"{other},{watched}")
        await woken.wait()
    await hub.heard(f"{other},{watched}")
    assert {one.story_id for reading in shelf.readings for one in reading} == {watched}


async def test_after_lost_notifications_everything_watched_is_read(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a")
    async with watching(hub, story_id) as (story, woken):
        shelf.stories[story_id] = snapshot("b", offset=1)
        await hub.look_at_everything()
        await woken.wait()
        assert story.text == "ab"


async def test_while_the_database_is_away_viewers_wait_and_then_go_on(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a")
    async with watching(hub, story_id) as (story, woken):
        shelf.is_away = True
        await hub.heard(str(story_id))
        await shelf.was_asked_in_vain.wait()
        assert not woken.is_set()
        shelf.stories[story_id] = snapshot("b", offset=1)
        shelf.is_away = False
        await woken.wait()
        assert story.text == "ab"


async def test_a_deleted_story_ends_for_its_viewers(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a")
    async with watching(hub, story_id) as (story, woken):
        del shelf.stories[story_id]
        await hub.heard(str(story_id))
        await woken.wait()
        assert story.has_ended


async def test_viewers_of_a_queued_story_hear_when_it_moves_up(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot(status="queued")
    shelf.positions[story_id] = 2
    async with hub.watch(story_id, woken := asyncio.Event()) as story:
        while story.queue_position is None:
            woken.clear()
            await woken.wait()
        assert story.queue_position == 2


async def test_closing_wakes_everybody(hub: Hub, shelf: Shelf) -> None:
    story_id = new_id()
    shelf.stories[story_id] = snapshot("a")
    async with watching(hub, story_id) as (_story, woken):
        hub.close()
        assert woken.is_set()
    assert hub.is_closing
