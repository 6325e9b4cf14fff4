"""The test stack, up for as long as a step of the checks needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import health
from .console import Problem
from .paths import TEST_RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operate import Tools
    from .stack import Stack


class Running:
    """The test stack while a block runs: fresh before, gone after, its logs kept when the block fails."""

    def __init__(self, tools: Tools, stack: Stack, name: str, env: Mapping[str, str], *services: str) -> None:
        self._tools, self._stack = tools, stack
        self._name, self._env, self._services = name, env, services

    def __enter__(self) -> Running:
        self._remove()
        try:
            self.start(self._env)
        except BaseException:
            self.__exit__(Problem)
            raise
        return self

    def start(self, env: Mapping[str, str]) -> None:
        """Bring the services up with these variables; what they do not concern stays as it is."""
        health.start(self._tools.shell, self._tools.console, self._stack, *self._services, env=env)

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is not None:
            self._keep_logs()
        self._remove()

    def _keep_logs(self) -> None:
        folder = TEST_RESULTS / "logs" / self._name
        folder.mkdir(parents=True, exist_ok=True)
        for container in health.containers_of(self._tools.shell, self._stack):
            text = self._tools.shell.ask("docker", "logs", "--timestamps", container.name).out
            (folder / f"{container.name}.log").write_text(text)
        self._tools.console.warn(f"The containers' logs: {folder}")

    def _remove(self) -> None:
        self._tools.shell.ask(
            *self._stack.command("down", "--volumes", "--remove-orphans", "--timeout", "3"), timeout=120
        )
