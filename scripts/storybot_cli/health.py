"""Starts a stack and waits until every service is healthy, showing each change of state."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

from .advice import advice_for
from .console import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .console import Console
    from .shell import Shell
    from .stack import Stack

ONE_SHOT = frozenset(
    {"migrate", "elasticsearch-setup", "kibana-setup", "production-check", "database-roles", "broker-users"}
)
_DEADLINE_S = 300
_LOOK_EVERY_S = 1
_BAD_CONFIGURATION = 78  # the services' exit code for a wrong setting: starting again cannot help
_LOG_LINES = "20"


class Container(NamedTuple):
    """One container as ``docker compose ps`` tells it."""

    service: str
    name: str
    state: str
    health: str
    exit_code: int

    @property
    def ready(self) -> bool:
        """Doing its work, or done with it."""
        if self.service in ONE_SHOT:
            return self.state == "exited" and self.exit_code == 0
        return self.state == "running" and self.health in {"", "healthy"}

    @property
    def hopeless(self) -> bool:
        """Ended for good."""
        if self.service in ONE_SHOT:
            return self.state == "exited" and self.exit_code != 0
        return self.state in {"exited", "dead"} or (self.state == "restarting" and self.exit_code == _BAD_CONFIGURATION)

    @property
    def condition(self) -> str:
        """A word or two for a person."""
        if self.service in ONE_SHOT and self.ready:
            return "done"
        if self.state == "exited":
            return f"ended with code {self.exit_code}"
        return self.health if self.state == "running" and self.health else self.state


def parse(listing: str) -> list[Container]:
    """The containers in the output of ``docker compose ps --all --format json`` (one object a line, or a list)."""
    text = listing.strip()
    objects = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    return [
        Container(item["Service"], item["Name"], item["State"], item.get("Health", ""), int(item["ExitCode"]))
        for item in objects
    ]


def start(shell: Shell, console: Console, stack: Stack, *services: str, env: Mapping[str, str] | None = None) -> None:
    """``up`` without building, then wait. Raises a Problem with the last log lines of what did not come up."""
    up = stack.command("up", "--detach", "--no-build", "--remove-orphans", *services)
    shown: dict[str, str] = {}
    with shell.background("Starting the services", *up, env=env) as starting:
        deadline = float("inf")  # compose itself gives up on a service that others wait for
        while True:
            result = starting.result()
            containers = containers_of(shell, stack)
            _show(console, containers, shown)
            if result is not None and not result.ok:
                raise _failure(shell, stack, containers, result.out)
            if result is not None:
                if all(container.ready for container in containers):
                    return
                deadline = min(deadline, time.monotonic() + _DEADLINE_S)
                if any(container.hopeless for container in containers) or time.monotonic() > deadline:
                    raise _failure(shell, stack, containers, "")
            time.sleep(_LOOK_EVERY_S)


def containers_of(shell: Shell, stack: Stack) -> list[Container]:
    """All containers of the stack, running or not; empty when compose cannot say."""
    listing = shell.ask(*stack.command("ps", "--all", "--format", "json"))
    return parse(listing.out) if listing.ok else []


def _show(console: Console, containers: list[Container], shown: dict[str, str]) -> None:
    for container in containers:
        if shown.get(container.name) != container.condition:
            shown[container.name] = container.condition
            console.say(f"    {container.service:<19} {container.condition}")
    waiting = [container.service for container in containers if not container.ready]
    if waiting:
        console.moving(f"    waiting for {', '.join(waiting)} … {console.elapsed():.0f} s")


def _failure(shell: Shell, stack: Stack, containers: list[Container], output: str) -> Problem:
    """What did not come up, with the last lines it wrote."""
    bad = [container for container in containers if not container.ready and container.state != "created"]
    parts = [output.strip()] if output.strip() else []
    for container in bad:
        lines = shell.ask("docker", "logs", "--tail", _LOG_LINES, container.name).out.strip()
        parts.append(f"--- {container.service} ({container.condition}), its last lines:\n{lines}")
    names = ", ".join(container.service for container in bad) or "a service"
    look = (
        " ".join(stack.command("logs", *[container.service for container in bad]))
        if stack.env_file
        else (f"make logs SERVICE={bad[0].service}" if bad else "make logs")
    )
    return Problem(
        f"Not everything came up: {names}.\n" + "\n".join(parts),
        *advice_for("\n".join(parts)),
        f"More of the log: {look}",
    )
