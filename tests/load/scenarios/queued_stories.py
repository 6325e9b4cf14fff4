"""How fast one worker process gets through a queue, and how big it grows."""

import asyncio
import time

from storybot_common.broker import topology
from tests.load import processes
from tests.load.figures import Section, at_most, percentile
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.visitor import Visitor, scripted

_CLIENTS = 10
INSTANT = {"tokens": 40}
_LLM_SECONDS = 2.0
_TOKENS = 31
_GOAL_OF_IDEAL = at_most(1.15)
_GOAL_MEMORY_MB = at_most(100)
_LOOK_EVERY_S = 0.05


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """Stories that an LLM writes in two seconds each, then stories that it writes in no time."""
    section = Section("A queue of stories on one worker process")
    await stack.stop_worker()
    await stack.clear()
    await stack.start_worker()
    async with processes.watched(await stack.container("story-worker")) as worker:
        seconds = await _slow_stories(stack, sizes.queued_stories)
    section.note(f"{sizes.queued_stories} stories of {_LLM_SECONDS:g} s: first POST → all finished", seconds, "s")
    section.note("the same, of the ideal", seconds / _LLM_SECONDS, "", _GOAL_OF_IDEAL)
    section.note("peak memory of the worker (PSS)", worker.peak_memory, "MB", _GOAL_MEMORY_MB)

    await stack.stop_worker()
    rate, worker = await write_instantly(stack, sizes.instant_stories)
    section.note(f"stories of an instant LLM ({INSTANT['tokens']} tokens)", rate, "1/s")
    section.note("CPU of the worker meanwhile", worker.cpu, "cores")
    section.note("peak memory of the worker meanwhile (PSS)", worker.peak_memory, "MB", _GOAL_MEMORY_MB)
    return section


async def _slow_stories(stack: Stack, count: int) -> float:
    started = time.perf_counter()
    first = 0.5
    await _submit(
        [f"slow{turn}" for turn in range(count)],
        tokens=_TOKENS,
        first=first,
        delay=(_LLM_SECONDS - first) / (_TOKENS - 1),
    )

    async def all_finished() -> bool:
        return await stack.finished() == count

    await stack.until(all_finished, f"{count} stories are finished")
    return time.perf_counter() - started


async def write_instantly(stack: Stack, count: int) -> tuple[float, processes.Usage]:
    """Stories a second of an LLM that needs no time, with the worker started on a full queue."""
    await stack.clear()
    await _submit([f"instant{turn}" for turn in range(count)], **INSTANT)
    await stack.until(stack.outbox_is_empty, "the relay has published everything")
    return await finishing_rate(stack, count)


async def finishing_rate(
    stack: Stack, count: int, *, table: str = "stories", worker: str = "story-worker", queue: str = topology.JOBS
) -> tuple[float, processes.Usage]:
    """Start a worker; how many of its stories a second are finished between the first and the last tenth."""
    times: list[float] = []

    async def all_finished() -> bool:
        finished = await stack.finished(table)
        times.extend([time.perf_counter()] * (finished - len(times)))
        await asyncio.sleep(_LOOK_EVERY_S)
        return finished == count

    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(stack.until(all_finished, f"{count} stories are finished"))
        await stack.start_worker(worker, queue)
        async with processes.watched(await stack.container(worker)) as usage:
            await looking
    began, ended = percentile(times, 10), percentile(times, 90)
    return 0.8 * count / max(ended - began, _LOOK_EVERY_S), usage


async def _submit(stories: list[str], **script: float) -> None:
    """Several visitors ask for the stories at the same time."""

    async def visit(mine: list[str]) -> None:
        visitor = await Visitor.arrive(API_PORT)
        for story in mine:
            await visitor.submit_in_turn(scripted(story, **script))
        visitor.leave()

    async with asyncio.TaskGroup() as visits:
        for visitor in range(_CLIENTS):
            visits.create_task(visit(stories[visitor::_CLIENTS]))
