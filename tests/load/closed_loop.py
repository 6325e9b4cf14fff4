"""So many clients, each taking its next step when the last one is done."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.load.figures import Latencies

type Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Throughput:
    """What the clients got. `client_cpu` is the share of one core that the load generator itself took."""

    per_second: float
    latencies: Latencies
    client_cpu: float


async def run(steps: Sequence[Step], *, seconds: float) -> Throughput:
    """Let each client repeat its step for so long. A step that raises ends the run: a refusal is no speed."""
    durations: list[float] = []
    started, cpu_started = time.perf_counter(), time.process_time()
    deadline = started + seconds

    async def client(step: Step) -> None:
        began = time.perf_counter()
        while began < deadline:
            await step()
            ended = time.perf_counter()
            durations.append(ended - began)
            began = ended

    async with asyncio.TaskGroup() as clients:
        for step in steps:
            clients.create_task(client(step))
    elapsed = time.perf_counter() - started
    return Throughput(
        per_second=len(durations) / elapsed,
        latencies=Latencies.of(durations),
        client_cpu=(time.process_time() - cpu_started) / elapsed,
    )
