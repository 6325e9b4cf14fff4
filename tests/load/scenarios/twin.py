"""Storybot beside its twin, which is written with the usual tools (tests/support/twin), by turns in one run."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from tests.load import closed_loop, processes
from tests.load.closed_loop import Throughput
from tests.load.figures import Latencies, Section, at_least, at_most, median
from tests.load.http_connection import Connection, post
from tests.load.scenarios.accepting import submissions
from tests.load.scenarios.queued_stories import INSTANT, finishing_rate, write_instantly
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.visitor import OPTIONS, PROMPT, Visitor, scripted

_PORT = 8002
_CLIENTS = 32
_QUEUE = "twin"
_SCRIPT = {"tokens": 20, "first": 0.05, "delay": 0.005}
_LOOK_EVERY_S = 0.001

type Submit = Callable[[str], Awaitable[str]]


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """Accepting, one story at a time, and a queue of instant stories."""
    section = Section("Beside a twin: FastAPI, an ORM session a request, Celery with 8 processes")
    await stack.stop_worker()
    await stack.start_worker("twin-worker", _QUEUE)  # which declares the queue
    await stack.start_service("twin-api", _PORT)
    await _compare_accepting(stack, sizes, section)
    await _compare_lone_stories(stack, sizes, section)
    await _compare_queues(stack, sizes, section)
    await stack.stop("twin-api")
    return section


async def _compare_accepting(stack: Stack, sizes: Sizes, section: Section) -> None:
    await stack.stop("twin-worker")
    await _clear(stack)
    pairs = []
    for _round in range(sizes.rounds):
        twin = await _submissions_to_twin(sizes.loop_seconds)
        pairs.append((await submissions(_CLIENTS, sizes.loop_seconds), twin))
        await stack.until(stack.outbox_is_empty, "the relay has published everything")
    section.note(f"accepted by the twin, {_CLIENTS} clients", median(twin.per_second for _, twin in pairs), "1/s")
    section.note("twin: latency, p50", median(twin.latencies.p50 for _, twin in pairs), "ms")
    section.note("twin: latency, p99", median(twin.latencies.p99 for _, twin in pairs), "ms")
    rate = median(ours.per_second / twin.per_second for ours, twin in pairs)
    section.note("accepted by Storybot, of the twin's", rate, "", at_least(10))
    p50 = median(ours.latencies.p50 / twin.latencies.p50 for ours, twin in pairs)
    section.note("latency p50, of the twin's", p50, "", at_most(0.1))
    p99 = median(ours.latencies.p99 / twin.latencies.p99 for ours, twin in pairs)
    section.note("latency p99, of the twin's", p99, "", at_most(0.4))


async def _compare_lone_stories(stack: Stack, sizes: Sizes, section: Section) -> None:
    """Both are looked at in the database, a thousand times a second, as the twin streams nothing."""
    visitor, connection = await Visitor.arrive(API_PORT), await Connection.open(_PORT)

    async def to_storybot(content: str) -> str:
        return (await visitor.submit(content)).story_id

    async def to_twin(content: str) -> str:
        return await _submit_to_twin(connection, content)

    await _clear(stack)
    await stack.start_worker("twin-worker", _QUEUE)
    twin = await _lone_stories(stack, to_twin, "twin.stories", sizes.lone_stories)
    await stack.stop("twin-worker")
    await _clear(stack)
    await stack.start_worker()
    ours = await _lone_stories(stack, to_storybot, "stories", sizes.lone_stories)
    await stack.stop_worker()
    section.note("twin: accepted → story done, less the LLM's time, p50", twin.p50, "ms")
    section.note("Storybot: the same", ours.p50, "ms", at_most(12))
    section.note("the same, of the twin's", ours.p50 / twin.p50, "", at_most(1))


async def _lone_stories(stack: Stack, submit: Submit, table: str, count: int) -> Latencies:
    accepted, finished = {}, {}
    for turn in range(-1, count):  # the first one warms up
        story_id = await submit(scripted(f"lone{turn}", **_SCRIPT))
        accepted[f"lone{turn}"] = time.time_ns()
        while await stack.value(f"SELECT status FROM {table} WHERE id = %s", story_id) != "finished":  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY_S)
        finished[f"lone{turn}"] = time.time_ns()
    calls = await stack.llm.calls(list(accepted)[1:])
    return Latencies.of(
        (finished[story] - accepted[story] - ((call.ended_ns or 0) - call.received_ns)) / 1e9
        for story, call in calls.items()
    )


async def _compare_queues(stack: Stack, sizes: Sizes, section: Section) -> None:
    await _clear(stack)
    twin, worker = await _write_instantly(stack, sizes.instant_stories)
    await stack.stop("twin-worker")
    ours, _worker = await write_instantly(stack, sizes.instant_stories)
    await stack.stop_worker()
    section.note("twin: stories of an instant LLM", twin, "1/s")
    section.note("Storybot, one process, of the twin's", ours / twin, "", at_least(2))
    section.note("twin: peak memory of its worker (PSS)", worker.peak_memory, "MB")


async def _write_instantly(stack: Stack, count: int) -> tuple[float, processes.Usage]:
    connection = await Connection.open(_PORT)
    for turn in range(count):
        await _submit_to_twin(connection, scripted(f"instant{turn}", **INSTANT))
    connection.close()
    return await finishing_rate(stack, count, table="twin.stories", worker="twin-worker", queue=_QUEUE)


async def _clear(stack: Stack) -> None:
    await stack.clear()
    await stack.rows("TRUNCATE twin.prompts CASCADE")
    await stack.take_tickets_away([_QUEUE])


async def _submissions_to_twin(seconds: float) -> Throughput:
    connections = [await Connection.open(_PORT) for _ in range(_CLIENTS)]

    def step(connection: Connection) -> closed_loop.Step:
        return lambda: _submit_to_twin(connection, PROMPT)

    throughput = await closed_loop.run([step(connection) for connection in connections], seconds=seconds)
    for connection in connections:
        connection.close()
    return throughput


async def _submit_to_twin(connection: Connection, content: str) -> str:
    response = await connection.send(post("/prompts", {"content": content, "options": OPTIONS}), expect=201)
    story_id: str = json.loads(response.body)["stories"][0]["id"]
    return story_id
