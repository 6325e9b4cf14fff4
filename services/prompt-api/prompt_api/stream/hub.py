"""The hub: reads stories that are watched, once a change whatever the number of viewers.

Notifications say which stories changed. All that changed since the last reading are read by one statement, at once
when nothing happened for a while and every few milliseconds under load. Viewers hold no connection and no
transaction; while Postgres is away they wait.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from prompt_api.stories.schemas import StoryStatus
from prompt_api.stream.live_story import Known, LiveStory, Snapshot
from storybot_common.database.notifications import ids_in
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger

_PACE_MAX_S = 0.01
_POSITIONS_EVERY_S = 1.0
_PATIENCE_S = 10.0

log = get_logger(__name__)

type Read = Callable[[Sequence[Known]], Awaitable[Mapping[UUID, Snapshot]]]
type ReadPositions = Callable[[Collection[UUID]], Awaitable[Mapping[UUID, int]]]


class Hub:
    """Knows the stories that are watched and keeps them up to date."""

    def __init__(self, read: Read, read_positions: ReadPositions) -> None:
        self._read = read
        self._read_positions = read_positions
        self._stories = dict[UUID, LiveStory]()
        self._changed = set[LiveStory]()
        self._newcomers = list[asyncio.Event]()
        self._wanted = asyncio.Event()
        self.is_closing = False

    @asynccontextmanager
    async def watch(self, story_id: UUID, woken: asyncio.Event) -> AsyncIterator[LiveStory]:
        """The story, as it was after this was called; ``woken`` is set whenever there may be something new.

        Raises DatabaseUnavailable when Postgres stays away.
        """
        story = self._stories.setdefault(story_id, LiveStory(story_id))
        story.viewers.add(woken)
        try:
            await self._read_anew(story)
            yield story
        finally:
            story.viewers.discard(woken)
            if not story.viewers:
                self._stories.pop(story_id, None)
                self._changed.discard(story)

    async def heard(self, payload: str) -> None:
        """Take a notification: these stories have new text or another state."""
        for story_id in ids_in(payload):
            if story := self._stories.get(story_id):
                self._want(story)

    async def look_at_everything(self) -> None:
        """Read every watched story: notifications may have been lost."""
        for story in self._stories.values():
            self._want(story)

    async def run(self) -> None:
        """Read what changed, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            started = clock()
            changed, self._changed = self._changed, set()
            newcomers, self._newcomers = self._newcomers, []
            try:
                await self._update(changed)
            except DatabaseUnavailable:
                log.warning("live_stories_not_read", stories=len(changed))
                self._newcomers += newcomers
                for story in changed:
                    self._want(story)
            else:
                for has_been_read in newcomers:
                    has_been_read.set()
            # reading takes at most half of the time, the rest is for sending; under load there is more in each
            await asyncio.sleep(min(_PACE_MAX_S, clock() - started))

    async def follow_the_queue(self) -> None:
        """Tell viewers of queued stories when their story moves up, about once a second, until cancelled."""
        while True:
            await asyncio.sleep(_POSITIONS_EVERY_S)
            queued = [story for story in self._stories.values() if story.status is StoryStatus.QUEUED]
            with suppress(DatabaseUnavailable):
                positions = await self._read_positions([story.id for story in queued]) if queued else {}
                for story in queued:
                    story.move_up(positions.get(story.id))

    def close(self) -> None:
        """End every stream; viewers come back to another process, or to this one after its restart."""
        self.is_closing = True
        for has_been_read in self._newcomers:
            has_been_read.set()
        for story in self._stories.values():
            for woken in story.viewers:
                woken.set()

    async def _update(self, changed: Collection[LiveStory]) -> None:
        snapshots = await self._read([story.known for story in changed])
        for story in changed:
            snapshot = snapshots.get(story.id)
            if snapshot is None:
                story.vanish()
            elif not story.take(snapshot):
                self._want(story)

    async def _read_anew(self, story: LiveStory) -> None:
        """Return after a reading of the story that began after this was called."""
        has_been_read = asyncio.Event()
        self._newcomers.append(has_been_read)
        self._want(story)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await has_been_read.wait()
        except TimeoutError as error:
            raise DatabaseUnavailable(error, in_doubt=False) from error

    def _want(self, story: LiveStory) -> None:
        self._changed.add(story)
        self._wanted.set()
