"""Metrics that every process has: the process itself, its container's limits, and the shipping of its log lines."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol, override, runtime_checkable

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

_CGROUP = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**62  # version 1 writes the largest number there is


def register(registry: CollectorRegistry) -> None:
    """Add them to ``registry``."""
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(ContainerCollector())
    registry.register(LogShippingCollector())


class ContainerCollector(Collector):
    """What the kernel counts for our own control group: no privileged container has to look from outside.

    Version 2 of control groups, or version 1 where a machine has that.
    """

    def __init__(self, directory: Path = _CGROUP) -> None:
        self._directory = directory

    @override
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The figures that can be read."""
        used = self._number("memory.current", "memory/memory.usage_in_bytes")
        if used is not None:
            yield GaugeMetricFamily(
                "storybot_container_memory_bytes",
                "Memory that the container uses, without cached files that nobody looks at.",
                max(0.0, used - self._idle_cache()),
            )
        limit = self._number("memory.max", "memory/memory.limit_in_bytes")
        if limit is not None and limit < _NO_LIMIT:
            yield GaugeMetricFamily("storybot_container_memory_limit_bytes", "Memory that it may use.", limit)
        if (cpu := self._cpu_seconds()) is not None:
            yield CounterMetricFamily("storybot_container_cpu_seconds_total", "CPU time.", cpu)
        kills = self._pairs("memory.events") or self._pairs("memory/memory.oom_control")
        if "oom_kill" in kills:
            yield CounterMetricFamily(
                "storybot_container_oom_kills_total", "Processes killed for want of memory.", kills["oom_kill"]
            )

    def _idle_cache(self) -> float:
        """Cached parts of files that the kernel would give up first."""
        return self._pairs("memory.stat").get("inactive_file") or self._pairs("memory/memory.stat").get(
            "total_inactive_file", 0.0
        )

    def _cpu_seconds(self) -> float | None:
        microseconds = self._pairs("cpu.stat").get("usage_usec")
        if microseconds is not None:
            return microseconds / 1e6
        nanoseconds = self._number("cpuacct/cpuacct.usage")
        return nanoseconds / 1e9 if nanoseconds is not None else None

    def _number(self, *names: str) -> float | None:
        """The number in the first of these files that has one."""
        for name in names:
            with suppress(OSError, ValueError):  # not there, or "max"
                return float((self._directory / name).read_text())
        return None

    def _pairs(self, name: str) -> dict[str, float]:
        """A file with a name and a number a line."""
        try:
            lines = (self._directory / name).read_text().splitlines()
            return {key: float(value) for key, value in (line.split() for line in lines)}
        except (OSError, ValueError):
            return {}


@runtime_checkable
class Shipping(Protocol):
    """A log handler that sends lines elsewhere and counts them, such as ``log_shipping.LogstashHandler``."""

    waiting: int
    dropped: int
    failures: int


class LogShippingCollector(Collector):
    """How log lines get to Logstash; nothing when they are not sent there."""

    @override
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The figures of this process's Logstash handler."""
        for handler in logging.getLogger().handlers:
            if isinstance(handler, Shipping):
                yield GaugeMetricFamily(
                    "storybot_log_lines_waiting", "Log lines that Logstash has not acknowledged.", handler.waiting
                )
                yield CounterMetricFamily(
                    "storybot_log_lines_dropped_total",
                    "Log lines not shipped for want of room (standard output has them).",
                    handler.dropped,
                )
                yield CounterMetricFamily(
                    "storybot_log_shipping_failures_total", "Tries to reach Logstash that failed.", handler.failures
                )
