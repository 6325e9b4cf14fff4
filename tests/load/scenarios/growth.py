"""What a bigger database costs: the same requests with few and with many stories in it."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from tests.load import closed_loop
from tests.load.figures import Latencies, Section
from tests.load.seeding import Seed, plant
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.statements import Plan, Statements
from tests.load.visitor import Visitor

PLANS = Path("test-results/bench-plans.txt")
_CLAIM = "SKIP LOCKED"
_QUEUE_LENGTHS = ((100, 20), (10_000, 500))  # stories waiting, of so many owners
_PLANS_SHOWN = 2
_SHOWN_FROM_MS = 1.0
_SEARCHES = {"a word in most stories": "chimney", "a word in one story of a thousand": "xylophone", "no match": "qqq"}

_CLAIMED = 64

type Requests = dict[str, Callable[[], Awaitable[object]]]


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """Latencies of single requests, one after another, and the mean time of a claim in Postgres."""
    await stack.stop_worker()
    measured: dict[str, dict[int, float]] = {}
    plans: dict[str, list[Plan]] = {}
    for size in sizes.database_sizes:
        for queued, owners in _QUEUE_LENGTHS:
            database = _Database(stack, sizes, size, queued)
            await database.fill(owners)
            for name, milliseconds in (await database.measure()).items():
                measured.setdefault(name, {})[size] = milliseconds
            plans |= database.plans
    _write(plans)
    section = Section("Growth of the database (medians, one client at a time)")
    for name, by_size in measured.items():
        for size, milliseconds in by_size.items():
            section.note(f"{size:,} stories: {name}", milliseconds, "ms")
    return section


class _Database:
    """One filling of the database: so many stories told, and so many waiting."""

    def __init__(self, stack: Stack, sizes: Sizes, size: int, queued: int) -> None:
        self._stack = stack
        self._sizes = sizes
        self._size = size
        self._queued = queued
        self._statements = Statements(stack)
        self._requests: Requests = {}
        self.plans: dict[str, list[Plan]] = {}

    async def fill(self, owners: int) -> None:
        """Plant the stories and make ready what is asked."""
        await self._stack.clear()
        keen, newcomer, crowd = [await Visitor.arrive(API_PORT) for _ in range(3)]
        await keen.submit()
        keen_owner = await self._stack.value("SELECT owner_id FROM prompts")
        await plant(self._stack, Seed(self._size, self._queued, owners, keen_owner))
        waiting = await newcomer.submit()
        self._requests[f"a story that waits behind {self._queued:,}"] = _get(newcomer, f"/stories/{waiting.story_id}")
        if self._queued == _QUEUE_LENGTHS[0][0]:
            self._requests |= await _reading(keen)
            self._requests["create a prompt"] = crowd.submit_in_turn

    async def measure(self) -> dict[str, float]:
        """Milliseconds by what was asked; fills `plans`."""
        measured = {
            name: await _median(request, self._sizes.growth_requests) for name, request in self._requests.items()
        }
        for name, request in self._requests.items():
            async with self._statements.explained() as plans:
                await request()
            self.plans[f"{self._size:,} stories: {name}"] = plans
        claim = f"claims from {self._queued:,} that wait, in Postgres"
        measured[claim] = await self._claim(claim)
        return measured

    async def _claim(self, name: str) -> float:
        """Mean time of the statement that claims, over batches of whatever size came about."""
        await self._stack.take_tickets_away()
        await self._stack.start_worker()
        await self._statements.start_counting()
        await self._write_some()
        mean = await self._statements.mean_milliseconds(_CLAIM)
        async with self._statements.explained() as plans:
            await self._write_some()
        self.plans[f"{self._size:,} stories: {name}"] = [plan for plan in plans if _CLAIM in plan.text]
        await self._stack.stop_worker()
        return mean

    async def _write_some(self) -> None:
        count = min(_CLAIMED, self._queued // 3)
        enough = await self._stack.finished() + count

        async def written() -> bool:
            return await self._stack.finished() >= enough

        await self._stack.issue_tickets(count)
        await self._stack.until(written, f"{count} stories are claimed and written")


async def _reading(keen: Visitor) -> Requests:
    """What the owner of many stories looks at."""
    page = await keen.read("/prompts?limit=20")
    told = page["items"][1]
    story_id, older = told["stories"][0]["id"], quote(page["next_cursor"])
    requests = {
        "list, first page of the owner with most": _get(keen, "/prompts?limit=20"),
        "list, second page of the owner with most": _get(keen, f"/prompts?limit=20&cursor={older}"),
        "a story that is told": _get(keen, f"/stories/{story_id}"),
        "a prompt with its story": _get(keen, f"/prompts/{told['id']}"),
    }
    searches = {
        f"search of the owner with most, {what}": _get(keen, f"/prompts?limit=20&q={word}")
        for what, word in _SEARCHES.items()
    }
    return requests | searches


def _get(visitor: Visitor, path: str) -> closed_loop.Step:
    return lambda: visitor.read(path)


async def _median(request: closed_loop.Step, count: int) -> float:
    durations = []
    for _ in range(count):
        started = time.perf_counter()
        await request()
        durations.append(time.perf_counter() - started)
    return Latencies.of(durations).p50


def _write(plans: dict[str, list[Plan]]) -> None:
    """The slowest statements of each request, for reading."""
    shown = [
        f"== {name}: {plan.milliseconds:g} ms\n{plan.text}"
        for name, of_request in plans.items()
        for plan in of_request[:_PLANS_SHOWN]
        if plan.milliseconds >= _SHOWN_FROM_MS
    ]
    PLANS.parent.mkdir(parents=True, exist_ok=True)
    PLANS.write_text("\n".join(shown))
