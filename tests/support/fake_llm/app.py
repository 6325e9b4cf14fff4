"""The fake's web server: the OpenAI calls and the control calls of the tests."""

import time
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .answer import Answer
from .calls import Call
from .client_connection import ClientClosed, ClientConnection
from .continuation import written_so_far
from .playbook import DownMode, Playbook
from .script import Fault, Script


class _ScriptOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    script: Script
    marker: str | None = None


class _DownOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seconds: float
    mode: DownMode = "503"


def create_app(model: str = "fake-storyteller") -> Starlette:
    """The application, with a playbook of its own."""
    playbook = Playbook()
    control = _Control(playbook)
    public = _Public(playbook, model)
    return Starlette(
        routes=[
            Route("/v1/chat/completions", _ChatCompletions(playbook), methods=["POST"]),
            Route("/v1/models", public.models),
            Route("/health", public.health),
            Route("/control/script", control.set_script, methods=["POST"]),
            Route("/control/down", control.go_down, methods=["POST"]),
            Route("/control/calls", control.calls),
            Route("/control/reset", control.reset, methods=["POST"]),
        ],
        exception_handlers={ValidationError: _bad_order},
    )


class _ChatCompletions:
    """`POST /v1/chat/completions` as a bare ASGI application: it must be able to hang and to break off."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.json()
        call, script = self._record(request, body)
        fault = script.fault_of_call(self._playbook.count_call(call.story))
        answer = Answer(call, script, written_so_far(call.messages), self._playbook)
        async with ClientConnection(receive, send) as caller:
            try:
                call.end(await self._answer(answer, fault, caller))
            except ClientClosed:
                call.end("client_closed")

    def _record(self, request: Request, body: dict[str, Any]) -> tuple[Call, Script]:
        messages = body.pop("messages")
        story, script = self._playbook.script_for(messages)
        written = written_so_far(messages)
        call = Call(
            number=len(self._playbook.calls) + 1,
            received_ns=time.time_ns(),
            story=story,
            headers=dict(request.headers),
            model=body.pop("model"),
            streamed=bool(body.pop("stream", False)),
            messages=messages,
            parameters=body,
            continued_from=len(written),
        )
        self._playbook.calls.append(call)
        return call, script

    async def _answer(self, answer: Answer, fault: Fault | None, caller: ClientConnection) -> str:
        match self._playbook.down_mode():
            case None:
                return await answer.play(fault, caller)
            case "hang":
                await caller.pause(None)
                return "down"
            case "503":
                await answer.refuse(caller, 503)
                return "down"


class _Public:
    def __init__(self, playbook: Playbook, model: str) -> None:
        self._playbook = playbook
        self._model = model

    async def models(self, _: Request) -> Response:
        if self._playbook.down_mode():
            return PlainTextResponse("down", 503)
        model = {"id": self._model, "object": "model", "created": 0, "owned_by": "storybot-tests"}
        return JSONResponse({"object": "list", "data": [model]})

    async def health(self, _: Request) -> Response:
        # the process is alive even while it plays dead: this answers the container's health check
        return JSONResponse({"status": "ok"})


class _Control:
    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    async def set_script(self, request: Request) -> Response:
        order = _ScriptOrder.model_validate_json(await request.body())
        self._playbook.set_script(order.script, order.marker)
        return Response(status_code=204)

    async def go_down(self, request: Request) -> Response:
        order = _DownOrder.model_validate_json(await request.body())
        self._playbook.go_down(order.seconds, order.mode)
        return Response(status_code=204)

    async def calls(self, request: Request) -> Response:
        story = request.query_params.get("story")
        wanted = [call for call in self._playbook.calls if story in {None, call.story}]
        return JSONResponse([call.model_dump() for call in wanted])

    async def reset(self, _: Request) -> Response:
        self._playbook.reset()
        return Response(status_code=204)


async def _bad_order(_: Request, error: Exception) -> Response:
    """An order that cannot be read, in a prompt or over the control API: said to the test, not to the reader."""
    return JSONResponse({"error": {"message": f"fake: {error}", "type": "fake", "code": "bad_script"}}, 400)
