"""Plays a script to a caller: the tokens in their time, and what goes wrong."""

import time

from .calls import Call
from .client_connection import ClientConnection
from .continuation import remaining_tokens
from .openai_shapes import DONE, StreamShapes, error_body, usage, whole_answer
from .playbook import Playbook
from .script import Fault, Script, text_of

_EVENTS_PER_WRITE = 64
_GARBAGE = b"\x00\xfe\xffdata: {not json, not text\n\n"
_WEB_PAGE = b"<!doctype html><title>Sign in</title><p>Please sign in to the network.</p>"
_EVENT_STREAM = "text/event-stream"


class Answer:
    """One answer to one call."""

    def __init__(self, call: Call, script: Script, written: str, playbook: Playbook) -> None:
        self._call = call
        self._script = script
        self._playbook = playbook
        self._tokens = remaining_tokens(script, written)
        self._offset = len("".join(script.words())) - len("".join(self._tokens))
        self._reason: str = script.finish
        limit = call.parameters.get("max_completion_tokens") or call.parameters.get("max_tokens")
        if limit is not None and limit < len(self._tokens):
            self._tokens = self._tokens[:limit]
            self._reason = "length"

    async def play(self, fault: Fault | None, caller: ClientConnection) -> str:
        """Answer to the end or to the fault; returns the outcome for the record."""
        match fault:
            case None if self._call.streamed:
                return await self._stream(caller)
            case None:
                return await self._answer_whole(caller)
            case Fault(kind="status"):
                return await self.refuse(caller, fault.status)
            case Fault(kind="hang"):
                await caller.pause(None)
            case Fault(kind="html"):
                await caller.start(200, "text/html")
                await caller.finish(_WEB_PAGE)
            case Fault(kind="blank"):
                await caller.start(200, _EVENT_STREAM)
                await caller.finish()
            case Fault(kind="empty"):
                self._tokens = []
                await self._stream(caller)
            case _:
                await self._break_stream(fault, caller)
        return fault.kind

    async def refuse(self, caller: ClientConnection, status: int) -> str:
        """Answer with an error status."""
        after = self._script.retry_after
        headers = {"retry-after": f"{after:g}"} if after is not None else {}
        await caller.start(status, "application/json", headers)
        await caller.finish(error_body(status, self._script.code))
        return str(status)

    async def _stream(self, caller: ClientConnection) -> str:
        shapes = await self._begin(caller)
        if not await self._send_tokens(caller, shapes, self._tokens):
            return "down"
        last = shapes.finish(self._reason)
        if self._announces_usage:
            last += shapes.usage(self._counted())
        await caller.finish(last + DONE)
        return "finished"

    async def _break_stream(self, fault: Fault, caller: ClientConnection) -> None:
        shapes = await self._begin(caller)
        await self._send_tokens(caller, shapes, self._tokens[: fault.after])
        match fault.kind:
            case "stall":
                await caller.pause(None)
            case "garbage":
                await caller.finish(_GARBAGE)
            case "error":
                await caller.finish(b"data: " + error_body(500, self._script.code) + b"\n\n")
            # "break": the response is left as it is and the server cuts the connection

    async def _begin(self, caller: ClientConnection) -> StreamShapes:
        shapes = StreamShapes(self._call.number, self._call.model, announce_usage=self._announces_usage)
        await caller.start(200, _EVENT_STREAM)
        await caller.write(shapes.role())
        return shapes

    async def _send_tokens(self, caller: ClientConnection, shapes: StreamShapes, tokens: list[str]) -> bool:
        """Send each token at its time, counted from the start so that lateness does not add up; False when cut."""
        start = time.monotonic() + self._script.first
        offset = self._offset
        sent = 0
        while sent < len(tokens):
            await caller.pause(max(0.0, start + sent * self._script.delay - time.monotonic()))
            if self._playbook.down_mode():
                return False
            due = tokens[sent : sent + self._due_by_now(start, sent)]
            now = time.time_ns()
            for token in due:
                offset += len(token)
                self._call.sent.append((offset, now))
            await caller.write(b"".join(map(shapes.token, due)))
            sent += len(due)
        return True

    def _due_by_now(self, start: float, sent: int) -> int:
        """How many tokens to send at once: more than one only when the script is faster than the loop."""
        if self._script.delay == 0:
            return _EVENTS_PER_WRITE
        late = time.monotonic() - (start + sent * self._script.delay)
        return min(_EVENTS_PER_WRITE, max(1, int(late / self._script.delay)))

    async def _answer_whole(self, caller: ClientConnection) -> str:
        await caller.pause(self._script.first + len(self._tokens) * self._script.delay)
        text = "".join(self._tokens)
        self._call.sent.append((self._offset + len(text), time.time_ns()))
        body = whole_answer(self._call.number, self._call.model, text, self._reason, self._whole_usage())
        await caller.start(200, "application/json")
        await caller.finish(body)
        return "finished"

    @property
    def _announces_usage(self) -> bool:
        options = self._call.parameters.get("stream_options") or {}
        return self._script.usage and bool(options.get("include_usage"))

    def _whole_usage(self) -> dict[str, int] | None:
        return self._counted() if self._script.usage else None

    def _counted(self) -> dict[str, int]:
        prompt_tokens = sum(len(text_of(message).split()) for message in self._call.messages)
        return usage(prompt_tokens, len(self._tokens))
