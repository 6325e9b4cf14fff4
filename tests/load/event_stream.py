"""A reader of one story's events that only notes when it had how much of the text."""

import asyncio
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Self, cast

from tests.load.http_connection import get

EVENTS_PATH = "/api/v1/stories/{story_id}/events"
_END_OF_EVENT = b"\n\n"
_ID = b"\nid: "


class Viewer(asyncio.Protocol):
    """Follows a story to its end.

    Positions are read from the event ids (`restarts-offset`), which stand in each event as bytes; nothing else is
    decoded, so that thousands of viewers fit into a small part of one core.
    """

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._rest = b""
        self._arrivals = array("q")  # nanoseconds since the epoch
        self._offsets = array("q")  # code points of the text, ascending
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @classmethod
    async def watch(cls, port: int, story_id: str, cookie: str) -> Self:
        """Open the story's event stream; returns when its first bytes have arrived."""
        request = get(EVENTS_PATH.format(story_id=story_id), {"Cookie": cookie, "Accept": "text/event-stream"})
        loop = asyncio.get_running_loop()
        _transport, viewer = await loop.create_connection(lambda: cls(request), "127.0.0.1", port)
        await viewer.opened
        return viewer

    @property
    def offset(self) -> int:
        """Code points of the story received."""
        return self._offsets[-1] if self._offsets else 0

    @property
    def deltas(self) -> int:
        """How many times more of the text arrived."""
        return len(self._offsets)

    @property
    def first_delta_ns(self) -> int:
        """When the first text arrived."""
        return self._arrivals[0]

    @property
    def last_delta_ns(self) -> int:
        """When the last text arrived."""
        return self._arrivals[-1]

    def delays(self, sent: Sequence[tuple[int, int]]) -> Iterator[float]:
        """Seconds from each token's sending (offset after it, nanoseconds) to its arrival here."""
        for offset, sent_ns in sent:
            yield (self._arrivals[bisect_left(self._offsets, offset)] - sent_ns) / 1e9

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time_ns()
        if not self.opened.done():
            self._open(data)
        events = self._rest + data if self._rest else data
        end = events.rfind(_END_OF_EVENT)
        if end < 0:
            self._rest = events
            return
        self._rest = events[end + len(_END_OF_EVENT) :]
        start = events.rfind(_ID, 0, end)
        if start >= 0:
            start += len(_ID)
            self._note(events[start : events.index(b"\n", start)], now)

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.opened, self.finished):
            if not future.done():
                future.set_exception(exc or ConnectionResetError("the stream broke off"))

    def _open(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 200 "):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(f"no event stream: {data[:300]!r}"))

    def _note(self, position: bytes, now: int) -> None:
        _restarts, offset, *end = position.split(b"-")
        if int(offset) > self.offset:
            self._arrivals.append(now)
            self._offsets.append(int(offset))
        if end and not self.finished.done():
            self.finished.set_result(now)
            self._transport.close()
