"""``/healthz`` and ``/metrics`` on a port of their own.

An answer of ``/healthz`` shows that the event loop turns. Broker and database are no part of it: the worker survives
their absence by itself, and a restart would not bring them back; they are gauges in the metrics.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

_REQUEST_TIMEOUT_S = 5
_TEXT = "text/plain; charset=utf-8"


@asynccontextmanager
async def serve(registry: CollectorRegistry, *, port: int, host: str = "0.0.0.0") -> AsyncIterator[int]:  # noqa: S104
    """Answer requests while the block runs; yields the port (useful when 0 was asked for)."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_TIMEOUT_S):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(request, registry))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever asks this way gets no answer
        finally:
            writer.close()

    server = await asyncio.start_server(answer, host, port)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _response(request: bytes, registry: CollectorRegistry) -> bytes:
    method, _, rest = request.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if method not in {b"GET", b"HEAD"}:
        status, kind, body = HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, b""
    elif path == b"/healthz":
        status, kind, body = HTTPStatus.OK, _TEXT, b"ok\n"
    elif path == b"/metrics":
        status, kind, body = HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(registry)
    else:
        status, kind, body = HTTPStatus.NOT_FOUND, _TEXT, b"not found\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == b"HEAD" else body)
