"""How late a token is at its viewers, from the LLM's sending to the arrival of the event, on one clock."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.load import processes
from tests.load.event_stream import Viewer
from tests.load.figures import Latencies, Section, at_most
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.visitor import Accepted, Visitor, scripted

_TOKENS_A_SECOND = 30
_VIEWERS_A_SECOND = 400  # allowed for opening their streams before the first token
_VIEWERS_OPENING_AT_ONCE = 50
_DELAYS_LOOKED_AT = 300_000
_GOAL_P50_MS = at_most(15)
_GOAL_P99_MS = at_most(100)
_GOAL_MANY_VIEWERS = 2000
_GOAL_MANY_VIEWERS_P99_MS = at_most(250)


@dataclass(frozen=True, slots=True)
class _Watched:
    """Delays of the tokens, and what it took."""

    delays: Latencies
    deltas_a_second: float
    api: processes.Usage
    worker: processes.Usage
    client_cpu: float


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """One viewer a story first, then crowds on the same number of stories."""
    section = Section(f"{sizes.live_stories} stories at once at {_TOKENS_A_SECOND} tokens a second, on one API process")
    for viewers in (sizes.live_stories, *sizes.viewers):
        watched = await _watch(stack, sizes, viewers)
        p50, p99 = None, None
        if viewers == sizes.live_stories:
            p50, p99 = _GOAL_P50_MS, _GOAL_P99_MS
        elif viewers == _GOAL_MANY_VIEWERS:
            p99 = _GOAL_MANY_VIEWERS_P99_MS
        label = f"{viewers} viewers"
        section.note_latencies(f"{label}: token sent → at the viewer", watched.delays, p50=p50, p99=p99)
        section.note(f"{label}: events received", watched.deltas_a_second, "1/s")
        section.note(f"{label}: CPU of the API", watched.api.cpu, "cores")
        section.note(f"{label}: memory of the API (PSS)", watched.api.peak_memory, "MB")
        section.note(f"{label}: CPU of the worker", watched.worker.cpu, "cores")
        section.note(f"{label}: CPU of the load generator", watched.client_cpu, "cores")
    return section


async def _watch(stack: Stack, sizes: Sizes, count: int) -> _Watched:
    await stack.stop_worker()
    await stack.clear()
    await stack.start_worker()
    first = 1.5 + count / _VIEWERS_A_SECOND
    stories = await _submit(sizes.live_stories, tokens=sizes.live_tokens, first=first, delay=1 / _TOKENS_A_SECOND)
    async with (
        processes.watched(await stack.container("prompt-api")) as api,
        processes.watched(await stack.container("story-worker")) as worker,
    ):
        viewers = await _open(list(stories.values()), count)
        cpu_started, started = time.process_time(), time.perf_counter()
        await asyncio.gather(*(viewer.finished for _story, viewer in viewers))
        elapsed = time.perf_counter() - started
        client_cpu = (time.process_time() - cpu_started) / elapsed
    calls = await stack.llm.calls(list(stories))
    sent = {accepted.story_id: calls[story].sent for story, accepted in stories.items()}
    return _Watched(
        delays=Latencies.of(_delays(viewers, sent)),
        deltas_a_second=sum(viewer.deltas for _story, viewer in viewers) / elapsed,
        api=api,
        worker=worker,
        client_cpu=client_cpu,
    )


async def _submit(count: int, **script: float) -> dict[str, Accepted]:
    visitor = await Visitor.arrive(API_PORT)
    names = [f"live{turn}" for turn in range(count)]
    stories = {name: await visitor.submit_in_turn(scripted(name, **script)) for name in names}
    visitor.leave()
    return stories


async def _open(stories: Sequence[Accepted], count: int) -> list[tuple[str, Viewer]]:
    """Viewers, the same number of each story."""
    turnstile = asyncio.Semaphore(_VIEWERS_OPENING_AT_ONCE)

    async def enter(story: Accepted) -> tuple[str, Viewer]:
        async with turnstile:
            return story.story_id, await Viewer.watch(API_PORT, story.story_id, story.cookie)

    async with asyncio.TaskGroup() as entering:
        tasks = [entering.create_task(enter(stories[turn % len(stories)])) for turn in range(count)]
    return [task.result() for task in tasks]


def _delays(viewers: Sequence[tuple[str, Viewer]], sent: dict[str, list[tuple[int, int]]]) -> Iterator[float]:
    """Of every token at every viewer, or of every n-th at each when those are too many to look at."""
    tokens = sum(len(sent[story]) for story, _viewer in viewers)
    step = 1 + tokens // _DELAYS_LOOKED_AT
    for turn, (story, viewer) in enumerate(viewers):
        yield from viewer.delays(sent[story][turn % step :: step])
