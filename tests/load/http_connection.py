"""A keep-alive HTTP/1.1 connection that costs its user next to nothing: one request at a time, bytes in, bytes out."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self, cast

import httptools


@dataclass(slots=True)
class Response:
    """Status, headers (names in lower case; of a repeated one the last) and body."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class HttpError(Exception):
    """An answer that the scenario did not expect."""


class Connection(asyncio.Protocol):
    """Sends prepared requests, reads whole answers.

    >>> connection = await Connection.open(8000)
    >>> (await connection.send(get("/api/v1/settings"))).status
    200
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._parser = httptools.HttpResponseParser(self)
        self._response = Response()
        self._answer: asyncio.Future[Response] | None = None
        self._transport: asyncio.Transport

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of 127.0.0.1."""
        connection = cls(port)
        await connection._connect()
        return connection

    async def send(self, request: bytes, expect: int | None = None) -> Response:
        """The answer to `request`; HttpError when its status is not the expected one.

        Servers hang up on connections that are idle for some seconds: then there is a new one.
        """
        if self._transport.is_closing():
            await self._connect()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        response = await self._answer
        if expect is not None and response.status != expect:
            raise HttpError(f"{response.status} instead of {expect}: {response.body[:500]!r}")
        return response

    async def _connect(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server hung up"))

    def on_message_begin(self) -> None:
        self._response = Response()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._response.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._response.body += body

    def on_message_complete(self) -> None:
        self._response.status = self._parser.get_status_code()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._response)


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a GET request."""
    return _head("GET", path, headers or {}) + b"\r\n"


def post(path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a POST request with a JSON body."""
    payload = json.dumps(body).encode()
    head = _head("POST", path, {"Content-Type": "application/json", **(headers or {})})
    return head + b"Content-Length: %d\r\n\r\n" % len(payload) + payload


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n"
