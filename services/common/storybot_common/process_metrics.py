"""Metrics that every process has: the process itself, its container's limits, and the shipping of its log lines."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import override

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from storybot_common.log_shipping import LogstashHandler

_CGROUP = Path("/sys/fs/cgroup")
_MICROSECONDS = 1_000_000


def register(registry: CollectorRegistry) -> None:
    """Add them to ``registry``."""
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(ContainerCollector())
    registry.register(LogShippingCollector())


class ContainerCollector(Collector):
    """What the kernel counts for our own control group (v2): no privileged container has to look from outside."""

    def __init__(self, directory: Path = _CGROUP) -> None:
        self._directory = directory

    @override
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The figures that can be read."""
        if (used := self._number("memory.current")) is not None:
            yield GaugeMetricFamily("storybot_container_memory_bytes", "Memory that the container uses.", used)
        if (limit := self._number("memory.max")) is not None:
            yield GaugeMetricFamily("storybot_container_memory_limit_bytes", "Memory that it may use.", limit)
        cpu = self._pairs("cpu.stat")
        if "usage_usec" in cpu:
            yield CounterMetricFamily(
                "storybot_container_cpu_seconds_total", "CPU time.", cpu["usage_usec"] / _MICROSECONDS
            )
        kills = self._pairs("memory.events")
        if "oom_kill" in kills:
            yield CounterMetricFamily(
                "storybot_container_oom_kills_total", "Processes killed for want of memory.", kills["oom_kill"]
            )

    def _number(self, name: str) -> float | None:
        """A file with one number; None when there is none, or no limit."""
        try:
            return float((self._directory / name).read_text())
        except (OSError, ValueError):
            return None

    def _pairs(self, name: str) -> dict[str, float]:
        """A file with a name and a number a line."""
        try:
            lines = (self._directory / name).read_text().splitlines()
            return {key: float(value) for key, value in (line.split() for line in lines)}
        except (OSError, ValueError):
            return {}


class LogShippingCollector(Collector):
    """How log lines get to Logstash; nothing when they are not sent there."""

    @override
    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The figures of this process's Logstash handler."""
        for handler in logging.getLogger().handlers:
            if isinstance(handler, LogstashHandler):
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
