"""One fault, the stage on which it happens, and what is noted down for the claims."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

import httpx

from tests.faults.form import Form
from tests.support.broker_pages import BrokerPages
from tests.support.fake_llm.calls import Call
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import eventually
from tests.support.stack import Container, Stack

_MARKER_SQL = r"substring(p.content from 'id=(\S+)')"


@dataclass(frozen=True, slots=True)
class Stage:
    """The running project and the ways into it."""

    stack: Stack
    base_url: str
    fake: FakeLlmControl
    broker: BrokerPages

    async def serves(self) -> bool:
        """Whether visitors get an answer that needs everything between them and Postgres."""
        try:
            async with httpx.AsyncClient(base_url=self.base_url, timeout=5) as http:
                return (await http.get("/api/readyz")).is_success
        except httpx.TransportError:
            return False

    async def is_complete(self, workers: int) -> bool:
        """Whether visitors are served, tickets are taken by so many workers, and the LLM answers."""
        try:
            await asyncio.to_thread(self.fake.reset)
            return await self.serves() and await self.broker.consumers() == workers
        except httpx.HTTPError:
            return False

    async def calls(self) -> list[Call]:
        """Every call that the fake LLM remembers."""
        return await asyncio.to_thread(self.fake.calls)

    async def stories(self, scene: str) -> list[dict[str, Any]]:
        """The stories of a scene as Postgres has them."""
        return await self.stack.query(
            f"""
            SELECT {_MARKER_SQL} AS marker, p.id AS prompt_id, p.idempotency_key AS key, s.id AS story_id, s.status,
                   s.text, s.text_length, s.trace_id, s.attempt, s.deliveries, s.restarts, s.resumption, s.worker,
                   (SELECT count(*) FROM story_chunks AS c WHERE c.story_id = s.id) AS chunks
            FROM prompts AS p LEFT JOIN stories AS s ON s.prompt_id = p.id
            WHERE {_MARKER_SQL} LIKE :'scene' || '-%'
            """,
            scene=scene,
        )

    async def outbox_rows(self) -> int:
        """Messages that wait to be published."""
        (row,) = await self.stack.query("SELECT count(*) AS waiting FROM outbox")
        return int(row["waiting"])


@dataclass(frozen=True, slots=True)
class Interruption:
    """A moment in which calls of the LLM were cut, by the end of a worker or of the LLM itself.

    Times are nanoseconds since the epoch. ``writing`` are the markers of the stories in the hands of the worker when
    it was looked up at ``looked_ns``; what was begun between then and ``until_ns`` was cut as well.
    """

    who: Literal["worker", "llm"]
    looked_ns: int
    until_ns: int
    writing: frozenset[str]


@dataclass(slots=True)
class Scene:
    """What a fault may use, and where it notes what it did."""

    name: str
    form: Form
    stage: Stage
    random: Random
    interruptions: list[Interruption] = field(default_factory=list)
    earlier_calls: list[Call] = field(default_factory=list)
    """Of an LLM that was ended since, and forgot them."""
    poison: list[bytes] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.stage.stack

    async def hold(self, seconds: float) -> None:
        """Let the fault last."""
        await asyncio.sleep(seconds)

    async def one_of(self, service: str) -> Container:
        """Some container of a service."""
        return self.random.choice(await self.stack.containers(service))

    async def serving(self, *containers: Container) -> None:
        """Wait until these containers are healthy again and visitors are served."""

        async def healed() -> bool:
            return all([await self.stack.is_healthy(one) for one in containers]) and await self.stage.serves()

        await eventually(healed, "healthy after the fault", self.form.settle, interval=0.5)

    @asynccontextmanager
    async def ending_worker(self, *workers: Container) -> AsyncIterator[frozenset[str]]:
        """Note what these workers write (markers of stories) while the block ends or freezes them."""
        looked_ns = time.time_ns()
        rows = await self.stage.stories(self.name)
        hosts = {worker.host_name for worker in workers}
        writing = frozenset(row["marker"] for row in rows if row["worker"] in hosts)
        yield writing
        self.interruptions.append(Interruption("worker", looked_ns, time.time_ns(), writing))

    async def others_write(self, markers: frozenset[str], worker: Container) -> bool:
        """Whether somebody other than ``worker`` is writing one of these stories just now."""
        rows = await self.stage.stories(self.name)
        return any(row["marker"] in markers and row["worker"] not in {None, worker.host_name} for row in rows)

    @asynccontextmanager
    async def ending_llm(self) -> AsyncIterator[None]:
        """Keep the record of calls while the block ends the LLM and starts it again."""
        looked_ns = time.time_ns()
        self.earlier_calls += await self.stage.calls()
        yield
        writing = frozenset(call.story for call in self.earlier_calls if call.ended_ns is None)
        self.interruptions.append(Interruption("llm", looked_ns, time.time_ns(), writing))


type Strike = Callable[[Scene], Awaitable[None]]
