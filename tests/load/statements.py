"""What Postgres itself says about the services' statements: how long they take, and their plans."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.load.stack import Stack

_EXPLAIN = {"log_min_duration": "0", "log_analyze": "on", "log_buffers": "on", "log_nested_statements": "on"}
_ENTRY = re.compile(r"duration: (?P<ms>[\d.]+) ms  plan:\n(?P<plan>(?:\t.*\n)+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """One execution of a statement, as EXPLAIN (ANALYZE, BUFFERS) shows it. Explaining itself takes time."""

    milliseconds: float
    text: str


class Statements:
    """Extensions pg_stat_statements and auto_explain, which compose.yml loads into the bench's Postgres."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def start_counting(self) -> None:
        """Forget what was counted before."""
        await self._stack.rows("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await self._stack.rows("SELECT pg_stat_statements_reset()")

    async def mean_milliseconds(self, part: str) -> float:
        """Mean time of the statement that contains `part`; ValueError when there was none."""
        found = await self._stack.rows(
            "SELECT sum(total_exec_time) / nullif(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE %s",
            f"%{part}%",
        )
        if found[0][0] is None:
            raise ValueError(f"no statement with {part!r} was run")
        return float(found[0][0])

    @asynccontextmanager
    async def explained(self) -> AsyncIterator[list[Plan]]:
        """Explain everything that runs during the block; the list is filled, slowest first, when it has ended."""
        plans: list[Plan] = []
        await self._configure({f"auto_explain.{name}": value for name, value in _EXPLAIN.items()})
        since = datetime.now(UTC)
        try:
            yield plans
        finally:
            await self._configure({f"auto_explain.{name}": None for name in _EXPLAIN})
        log = await self._stack.log("postgres", since)
        found = [Plan(float(entry["ms"]), entry["plan"].replace("\t", "")) for entry in _ENTRY.finditer(log)]
        plans.extend(sorted(found, key=lambda plan: -plan.milliseconds))

    async def _configure(self, values: dict[str, str | None]) -> None:
        for name, value in values.items():
            await self._stack.rows(f"ALTER SYSTEM SET {name} = {value}" if value else f"ALTER SYSTEM RESET {name}")
        await self._stack.rows("SELECT pg_reload_conf()")
