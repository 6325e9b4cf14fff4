"""CPU time and memory of a container's processes, read from /proc inside it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter

_INTERVAL_S = 0.5
_TICKS_A_SECOND = 100
# Of every process but init and this shell itself. It answers as often as it is asked, so that no shell outlives the
# measurement.
_ANSWER = """
while read -r _; do
    for process in /proc/[0-9]*; do
        read -r name < $process/comm
        case $name in docker-init | sh) ;; *) cat $process/stat $process/smaps_rollup ;; esac
    done
    echo .
done
"""
_STAT = re.compile(r"^\d+ \(.*\) [A-Z] (?P<fields>[-\d ]+)$", re.MULTILINE)
_PSS = re.compile(r"^Pss:\s+(?P<kilobytes>\d+) kB", re.MULTILINE)


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
    # fields 14 and 15 of proc(5)'s stat are user and system time; the first three stand before `fields`
    times = [[int(ticks) for ticks in stat["fields"].split()[10:12]] for stat in _STAT.finditer(answer)]
    memory = sum(int(pss["kilobytes"]) for pss in _PSS.finditer(answer)) / 1024
    return perf_counter(), sum(map(sum, times)) / _TICKS_A_SECOND, memory
