"""CPU time and memory of a container's main process, read from /proc inside it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter

_INTERVAL_S = 0.5
_TICKS_A_SECOND = 100
# The main process is the first one, or the child of the init that Docker put before it. It answers as often as it is
# asked, so that no shell outlives the measurement.
_ANSWER = """
main=$(cat /proc/1/task/1/children); main=${main%% *}; main=${main:-1}
while read -r _; do cat "/proc/$main/stat" "/proc/$main/smaps_rollup"; echo .; done
"""


@dataclass(slots=True)
class Usage:
    """Of one process during one measurement. `cpu` is the share of one core, memory is in MB (PSS)."""

    samples: list[tuple[float, float, float]] = field(default_factory=list)  # (time, CPU seconds, PSS in MB)

    @property
    def cpu(self) -> float:
        (began, cpu_began, _), (ended, cpu_ended, _) = self.samples[0], self.samples[-1]
        return (cpu_ended - cpu_began) / (ended - began)

    @property
    def peak_memory(self) -> float:
        return max(memory for _time, _cpu, memory in self.samples)


@asynccontextmanager
async def watched(container: str) -> AsyncIterator[Usage]:
    """Sample the container's main process twice a second while the block runs; the usage is complete after it."""
    process = await asyncio.create_subprocess_exec(
        "docker", "exec", "-i", container, "sh", "-c", _ANSWER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    usage, stop = Usage(), asyncio.Event()
    sampling = asyncio.create_task(_keep_sampling(process, usage, stop))
    try:
        yield usage
    finally:
        stop.set()
        await sampling
        if process.stdin:
            process.stdin.close()
        await process.wait()


async def _keep_sampling(process: asyncio.subprocess.Process, usage: Usage, stop: asyncio.Event) -> None:
    """The last sample is taken after `stop`."""
    stopped = False
    while not stopped:
        stopped = stop.is_set()
        usage.samples.append(await _sample(process))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0 if stopped else _INTERVAL_S)


async def _sample(process: asyncio.subprocess.Process) -> tuple[float, float, float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    answer = (await process.stdout.readuntil(b"\n.\n")).decode()
    # after the name in brackets: fields 14 and 15 of proc(5)'s stat are user and system time
    fields = answer.partition(") ")[2].split()
    pss = re.search(r"^Pss:\s+(\d+) kB", answer, re.MULTILINE)
    assert pss, answer
    return perf_counter(), (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND, int(pss[1]) / 1024
