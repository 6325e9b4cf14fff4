"""What stands behind the gateway in these tests: it tells what it was asked, and misbehaves on request."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]


def create_app() -> Starlette:
    """The application: `uvicorn --factory`."""
    released = asyncio.Event()

    async def events(_: Request) -> Response:
        async def stream() -> AsyncIterator[str]:
            yield "id: 0-1\nevent: delta\ndata: first\n\n"
            await released.wait()
            yield "id: 0-2\nevent: delta\ndata: second\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def release(_: Request) -> Response:
        released.set()
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/api/v1/stories/{story}/events", events),
            Route("/api/v1/release", release, methods=["POST"]),
            Route("/api/v1/die", _die, methods=["GET", "POST"]),
            Route("/api/v1/prompts", _die_if_named, methods=["POST"]),
            Route("/api/v1/long", _long),
            Route("/api/docs", _documentation),
            Route("/api/v1/refused", _refused),
            Route("/{path:path}", _echo, methods=_METHODS),
        ]
    )


async def _die(request: Request) -> Response:
    await request.body()
    os._exit(1)


async def _die_if_named(request: Request) -> Response:
    """One of several dies of a prompt with its name."""
    if await request.body() == socket.gethostname().encode():
        os._exit(1)
    return await _echo(request)


async def _long(_: Request) -> Response:
    return JSONResponse({"items": ["once upon a time"] * 500})


async def _documentation(_: Request) -> Response:
    return HTMLResponse("<p>docs</p>", headers={"Content-Security-Policy": "script-src 'unsafe-inline'"})


async def _refused(_: Request) -> Response:
    return JSONResponse({"title": "Too Many"}, 429, {"Retry-After": "7"}, media_type="application/problem+json")


async def _echo(request: Request) -> Response:
    asked = {
        "host": socket.gethostname(),
        "method": request.method,
        "target": request.scope["raw_path"].decode() + ("?" + request.url.query if request.url.query else ""),
        "headers": dict(request.headers),
        "length": len(await request.body()),
    }
    disclosing = {"Access-Control-Allow-Origin": "*", "Server": "stub/1.0", "X-Trace-Id": "the-stubs-own"}
    return JSONResponse(asked, headers=disclosing)
