"""The HTTP response to one caller, who may hang up at any time."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Message, Receive, Send


class ClientClosed(Exception):
    """The caller closed the connection before the answer was complete."""


class ClientConnection:
    """Writes a response bit by bit and notices the caller's leaving even while nothing is written.

    Used as a context manager, after the request's body has been read.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._watch: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._wait_for_disconnect())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()

    async def start(self, status: int, content_type: str, headers: dict[str, str] | None = None) -> None:
        """Send the status line and headers."""
        pairs = {"content-type": content_type, **(headers or {})}
        encoded = [(name.encode(), value.encode()) for name, value in pairs.items()]
        await self._put({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, body: bytes) -> None:
        """Send a part of the body."""
        await self._put({"type": "http.response.body", "body": body, "more_body": True})

    async def finish(self, body: bytes = b"") -> None:
        """Send the last part of the body. A response left without this is cut off by the server."""
        await self._put({"type": "http.response.body", "body": body, "more_body": False})

    async def pause(self, seconds: float | None) -> None:
        """Wait so long (None: for ever); raises ClientClosed as soon as the caller has gone."""
        await asyncio.wait({self._watch}, timeout=seconds)
        if self._watch.done():
            raise ClientClosed

    async def _put(self, message: Message) -> None:
        if self._watch.done():
            raise ClientClosed
        await self._send(message)

    async def _wait_for_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
