"""A visitor who behaves like a good web page or SDK.

It sends an ``Idempotency-Key`` with every prompt, repeats with the same key what may be repeated, and follows a
story through broken connections with ``Last-Event-ID``. It notes what it was told at every step.
"""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

import httpx

from storybot_common.ids import new_id
from storybot_common.trace import new_trace_id
from tests.support.event_stream import Reading, events

_ANSWER_TIMEOUT_S = 90
"""Above the time for which the API pursues a commit whose answer never came: what it says then is the truth."""
_SILENCE_TIMEOUT_S = 30
"""Of an event stream: two heartbeats."""
_PAUSES_S = (0.2, 0.5, 1.0, 2.0)


class Told(StrEnum):
    """What the visitor knows after one request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """An honest no: nothing was stored."""
    UNKNOWN = "unknown"
    """No answer, or one that promises nothing."""


@dataclass(frozen=True, slots=True)
class Try:
    """One request: when it was sent (Unix time), how long it took, what came back."""

    sent_at: float
    seconds: float
    told: Told
    answer: str
    retry_after: float | None = None


@dataclass(slots=True)
class Submission:
    """One prompt that a visitor wants a story for, and all that was heard about it."""

    content: str
    key: str = field(default_factory=lambda: secrets.token_hex(16))
    trace_id: str = field(default_factory=new_trace_id)
    tries: list[Try] = field(default_factory=list)
    stories: set[tuple[str, str]] = field(default_factory=set)
    """(prompt id, story id) of every 201: one element, however often it was sent."""

    @property
    def accepted(self) -> bool:
        return bool(self.stories)

    @property
    def story_id(self) -> str:
        """The story that the first 201 named."""
        return min(self.stories)[1]


class StoryClient:
    """One visitor with a cookie of their own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def visit(cls, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Self]:
        """Come as a visitor who was here before, and has an owner's cookie.

        ``transport`` is another way to the server than by its address.

        A newcomer gets it with the answer to the first thing they write. Deleting what is not there is such a thing,
        and leaves nothing behind.
        """
        async with httpx.AsyncClient(
            base_url=f"{base_url}/api/v1",
            timeout=httpx.Timeout(_ANSWER_TIMEOUT_S, connect=5),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=4),
            transport=transport,
        ) as http:
            await http.delete(f"/prompts/{new_id()}")
            if not http.cookies:
                raise ConnectionError("the API makes no visitor")
            yield cls(http)

    async def send(self, submission: Submission) -> Try:
        """Send the prompt once."""
        sent_at = time.time()
        retry_after: float | None = None
        try:
            response = await self._http.post(
                "/prompts",
                json={"content": submission.content},
                headers={"Idempotency-Key": submission.key, "X-Trace-Id": submission.trace_id},
            )
        except httpx.TransportError as error:
            told, answer = Told.UNKNOWN, type(error).__name__
        else:
            told, answer = _told(response.status_code), str(response.status_code)
            retry_after = _seconds(response.headers.get("retry-after"))
            if told is Told.ACCEPTED:
                prompt = response.json()
                submission.stories.update((prompt["id"], story["id"]) for story in prompt["stories"])
        done = Try(sent_at, time.time() - sent_at, told, answer, retry_after)
        submission.tries.append(done)
        return done

    async def link(self) -> str:
        """Make a link to the library; its code."""
        code: str = (await self._http.post("/library/links")).raise_for_status().json()["code"]
        return code

    async def leave(self) -> None:
        """Leave the device."""
        (await self._http.delete("/device")).raise_for_status()

    async def look(self, path: str) -> str:
        """Read something once: the status of the answer, or what cut it off."""
        try:
            return str((await self._http.get(path)).status_code)
        except httpx.TransportError as error:
            return type(error).__name__

    async def submit(self, submission: Submission, patience_s: float) -> None:
        """Send the prompt until it is accepted, or until ``patience_s`` have gone by."""
        give_up = time.monotonic() + patience_s
        while True:
            last = await self.send(submission)
            if last.told is Told.ACCEPTED or time.monotonic() > give_up:
                return
            await asyncio.sleep(last.retry_after if last.retry_after is not None else _pause(len(submission.tries)))

    async def follow(self, story_id: str, reading: Reading, *, leave_after: int | None = None) -> None:
        """Read the story to its end, from where ``reading`` is.

        ``leave_after``: a reader who closes the stream after so many events and comes back where they left.
        """
        failures = 0
        while reading.final is None:
            try:
                await self._read_on(story_id, reading, leave_after)
                failures = 0
            except httpx.TransportError:
                failures += 1
            leave_after = None
            if reading.final is None:
                await asyncio.sleep(_pause(failures))

    async def _read_on(self, story_id: str, reading: Reading, leave_after: int | None) -> None:
        headers = {"Last-Event-ID": reading.position} if reading.position else {}
        timeout = httpx.Timeout(_SILENCE_TIMEOUT_S, connect=5)
        async with self._http.stream(
            "GET", f"/stories/{story_id}/events", headers=headers, timeout=timeout
        ) as response:
            if response.status_code == httpx.codes.NO_CONTENT:
                reading.problems.append("204 before a final event")
            if response.status_code != httpx.codes.OK:
                return
            reading.connections += 1
            seen = 0
            async for event in events(response.aiter_bytes()):
                reading.take(event)
                seen += 1
                if seen == leave_after:
                    return


def _told(status: int) -> Told:
    """4xx and 503 say that nothing was stored; 500, 502 and 504 say nothing about it."""
    if status == httpx.codes.CREATED:
        return Told.ACCEPTED
    if status == httpx.codes.SERVICE_UNAVAILABLE or httpx.codes.is_client_error(status):
        return Told.REFUSED
    return Told.UNKNOWN


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None else None


def _pause(failures: int) -> float:
    return _PAUSES_S[min(failures, len(_PAUSES_S) - 1)] * random.uniform(0.5, 1.0)
