"""Visitors who ask for stories and read them to the end while something is done to the installation."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import override

import httpx

from tests.support.event_stream import Reading
from tests.support.fake_llm.story_text import story_text
from tests.support.poll import eventually
from tests.support.site import FRESH_CONNECTIONS
from tests.support.story_client import StoryClient, Submission

_VISITORS = 4
_EVERY_S = 0.5
_TOKENS = 120
_TOKEN_EVERY_S = 0.1
_SETTLE_S = 150


@dataclass(slots=True)
class Wish:
    """One story: what the LLM will tell, what was asked, what was read."""

    expected: str
    submission: Submission
    reading: Reading = field(default_factory=Reading)


class Audience:
    """Four visitors, two new stories a second, each told for twelve seconds."""

    def __init__(self, clients: list[StoryClient]) -> None:
        self._clients = clients
        self._errands: list[asyncio.Task[None]] = []
        self._name = secrets.token_hex(3)
        self.wishes: list[Wish] = []

    @property
    def in_flight(self) -> int:
        """Stories that were accepted and are not read to their end."""
        return sum(wish.submission.accepted and wish.reading.final is None for wish in self.wishes)

    @property
    def first_answers(self) -> Counter[str]:
        """What the first request for each story was answered."""
        return Counter(wish.submission.tries[0].answer for wish in self.wishes if wish.submission.tries)

    def figures(self) -> str:
        """For people."""
        answers = ", ".join(f"{number} × {answer}" for answer, number in self.first_answers.most_common())
        reconnections = sum(max(0, wish.reading.connections - 1) for wish in self.wishes)
        slowest = max(wish.submission.tries[0].seconds for wish in self.wishes)
        return (
            f"{len(self.wishes)} stories asked for, first answers: {answers}, slowest {slowest:.1f} s; "
            f"streams that went on after a break: {reconnections}"
        )

    def faults(self) -> list[str]:
        """What went wrong for a reader; nothing when every story was told whole, once."""
        found = []
        for wish in self.wishes:
            if not wish.submission.accepted:
                found.append(f"never accepted: {[one.answer for one in wish.submission.tries]}")
            elif len(wish.submission.stories) > 1:
                found.append(f"one key made {len(wish.submission.stories)} stories")
            elif wish.reading.problems or wish.reading.final != "finished" or wish.reading.text != wish.expected:
                found.append(
                    f"{wish.submission.story_id}: {wish.reading.final}, {len(wish.reading.text)} of "
                    f"{len(wish.expected)} code points, {wish.reading.problems}"
                )
        return found

    async def until_in_flight(self, number: int) -> None:
        """Wait until so many stories are under way."""

        async def so_many() -> bool:
            return self.in_flight >= number

        await eventually(so_many, f"{number} stories under way", _SETTLE_S)

    async def _ask_steadily(self) -> None:
        for number in count(1):
            self._errands.append(asyncio.create_task(self._errand(number)))
            await asyncio.sleep(_EVERY_S)

    async def _errand(self, number: int) -> None:
        mark = f"~{self._name}-{number}"
        directive = f"[[fake: id={self._name}-{number} tokens={_TOKENS} delay={_TOKEN_EVERY_S} mark={mark}]]"
        wish = Wish(story_text("en", _TOKENS, mark), Submission(f"A story about a fox and a lamp. {directive}"))
        self.wishes.append(wish)
        client = self._clients[number % len(self._clients)]
        await client.submit(wish.submission, _SETTLE_S)
        await client.follow(wish.submission.story_id, wish.reading)

    async def _read_to_the_end(self) -> None:
        await asyncio.wait(self._errands, timeout=_SETTLE_S)

    def _leave(self) -> None:
        for errand in self._errands:
            errand.cancel()


class SiteAt(httpx.AsyncHTTPTransport):
    """The way to a site that the name service does not know; its certificate is self-signed."""

    def __init__(self, *addresses: str) -> None:
        super().__init__(verify=False, limits=FRESH_CONNECTIONS)
        self._addresses = addresses

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        *others, last = self._addresses
        # where nobody listens the next one is tried, as browsers do with a name that has several addresses
        for address in others:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await super().handle_async_request(_sent_to(address, request))
        return await super().handle_async_request(_sent_to(last, request))


def _sent_to(address: str, request: httpx.Request) -> httpx.Request:
    """The same request to an address; the one that the client holds keeps its host, whose cookies are kept by it."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def _visit(site: str, addresses: Sequence[str]) -> AbstractAsyncContextManager[StoryClient]:
    return StoryClient.visit(f"https://{site}", SiteAt(*addresses))


@asynccontextmanager
async def audience(site: str, *addresses: str) -> AsyncIterator[Audience]:
    """Visitors of the site at the addresses for the length of the block; at its end they have read everything."""
    async with AsyncExitStack() as visits:
        clients = [await visits.enter_async_context(_visit(site, addresses)) for _ in range(_VISITORS)]
        crowd = Audience(clients)
        asking = asyncio.create_task(crowd._ask_steadily())
        try:
            yield crowd
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            await crowd._read_to_the_end()
        finally:
            asking.cancel()
            crowd._leave()
