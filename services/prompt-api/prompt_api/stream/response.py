"""The answer that streams a story.

Neither FastAPI's own event streams nor sse-starlette are used for the sending: both run several tasks and queues for
each viewer, and with thousands of viewers that is most of the work. Here a viewer is one loop over frames that it
shares with others, and one task that notices when it leaves.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import UUID

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from prompt_api.http.problems import NotFound
from prompt_api.metrics import Metrics
from prompt_api.stream.hub import Hub
from prompt_api.stream.live_story import LiveStory
from prompt_api.stream.position import Position
from prompt_api.stream.viewer import Pulse, Viewer
from storybot_common.logs import get_logger

_COME_BACK_AFTER_MS = 1000
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

log = get_logger(__name__)


class StoryEvents(Response):
    """Sends a story's events from ``position`` on until it has ended, the viewer has left, or the hub closes.

    Raises NotFound when the owner has no such story. 204 tells a viewer who has had everything not to come back.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        story_id: UUID,
        owner_id: UUID,
        position: Position | None,
        *,
        hub: Hub,
        pulse: Pulse,
        metrics: Metrics,
    ) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._story_id = story_id
        self._owner_id = owner_id
        self._position = position
        self._hub = hub
        self._pulse = pulse
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one viewer."""
        with self._pulse.viewer() as viewer:
            try:
                await self._serve(viewer, scope, receive, send)
            except asyncio.CancelledError:
                if not viewer.was_cut_off:
                    raise
                viewer.survive()
                self._metrics.streams_cut_off.inc()
                log.info("slow_viewer_cut_off")

    async def _serve(self, viewer: Viewer, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._hub.watch(self._story_id, viewer.woken) as story:
            if story.owner_id != self._owner_id:
                raise NotFound("There is no such story.")
            if story.is_over_for(self._position):
                await Response(status_code=HTTPStatus.NO_CONTENT)(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": self.raw_headers})
            with self._metrics.streams_open.track_inprogress():
                async with _departure(receive, viewer):
                    await self._stream(story, viewer, send)

    async def _stream(self, story: LiveStory, viewer: Viewer, send: Send) -> None:
        frames = format_sse_event(retry=_COME_BACK_AFTER_MS)
        place = story.entrance(self._position)
        while True:
            events, place = story.frames_from(place)
            frames += events
            is_last = story.has_ended or self._hub.is_closing
            if frames or is_last:
                await viewer.send(send, frames, is_last=is_last)
                (self._metrics.heartbeats_sent if frames == KEEPALIVE_COMMENT else self._metrics.pieces_sent).inc()
            if is_last or viewer.has_left:
                return
            frames = KEEPALIVE_COMMENT if await viewer.sleep() else b""


@asynccontextmanager
async def _departure(receive: Receive, viewer: Viewer) -> AsyncIterator[None]:
    """Tell the viewer's stream when the other end leaves."""

    async def notice() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        viewer.leave()

    noticing = asyncio.create_task(notice())
    try:
        yield
    finally:
        noticing.cancel()
