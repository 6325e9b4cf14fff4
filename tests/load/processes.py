"""CPU time and memory of a container's processes, read from /proc inside it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter

_INTERVAL_S = 0.5
_TICKS_A_SECOND = 100
# It answers as often as it is asked, so that no shell outlives the measurement. Processes come and go meanwhile.
_ANSWER = """
while read -r _; do
    for process in /proc/[0-9]*; do cat $process/stat $process/smaps_rollup 2>/dev/null; done
    echo .
done
"""
_PROCESS = re.compile(
    r"^(?P<pid>\d+) \((?P<name>.*)\) \S (?P<parent>\d+) (?P<more>.*)\n(?:(?!\d+ \().*\n)*?Pss: +(?P<pss>\d+) kB",
    re.MULTILINE,
)


@dataclass(slots=True)
class Usage:
    """Of a container during one measurement. `cpu` is in cores, memory in MB (PSS)."""

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
    """Sample the container's processes twice a second while the block runs; the usage is complete after it."""
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
    times, memory = 0, 0
    for found in _PROCESS.finditer(answer):
        if found["pid"] == "1" or found["parent"] != "0":  # not those that `docker exec` started, as health checks
            user, system = found["more"].split()[9:11]  # fields 14 and 15 of proc(5)'s stat, `more` begins with 5
            times += int(user) + int(system)
            memory += int(found["pss"])
    return perf_counter(), times / _TICKS_A_SECOND, memory / 1024
