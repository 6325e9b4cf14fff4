"""The Compose project on the host, always through ``current``."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from storybot_cli.console import Problem

from . import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .host import Host

DEFAULT_FILES = "docker-compose.yml:compose/production.yml:compose/rolling.yml"
_PATIENCE_S = 300
_LOOK_EVERY_S = 1.0
_LOG_LINES = 20


class Container(NamedTuple):
    """What the engine says about one."""

    id: str
    service: str
    image: str
    state: str
    health: str
    exit_code: int
    restarts: int
    started: str

    @property
    def is_up(self) -> bool:
        """Running, and healthy if it has a health check."""
        return self.state == "running" and self.health in {"", "healthy"}

    @property
    def has_failed(self) -> bool:
        """It will not come up without something being done."""
        return self.health == "unhealthy" or self.restarts > 1 or (self.state == "exited" and self.exit_code != 0)


def compose_files(env: str) -> list[str]:
    """The Compose files that the host's settings name, or the usual ones."""
    named = re.search(r"^COMPOSE_FILE=(.+)$", env, re.MULTILINE)
    return (named.group(1).strip() if named else DEFAULT_FILES).split(":")


class Stack:
    """Commands for the project."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.files = compose_files(host.do("Reading the settings", "cat", layout.ENV_FILE))

    def command(self, *arguments: str) -> list[str]:
        """A ``docker compose`` command line for the host."""
        words = ["docker", "compose", "--project-name", layout.PROJECT, "--project-directory", layout.CURRENT]
        for name in (".env", "release.env"):
            words += ["--env-file", f"{layout.CURRENT}/{name}"]
        for file in self.files:
            words += ["--file", f"{layout.CURRENT}/{file}"]
        return [*words, *arguments]

    def do(self, what: str, *arguments: str) -> str:
        """Run a Compose command."""
        return self._host.do(what, *self.command(*arguments))

    def services(self) -> dict[str, dict[str, Any]]:
        """The services of the current release, as Compose understands them. Missing settings are named."""
        answer = self._host.ask(*self.command("config", "--format", "json"))
        if not answer.ok:
            raise Problem(
                f"The settings on {self._host.name} are not complete:\n{answer.out.strip()}",
                "Add what is missing to your settings and run fab prepare --settings=FILE.",
            )
        services: dict[str, dict[str, Any]] = json.loads(answer.out[answer.out.index("{") :])["services"]
        return services

    def hashes(self) -> dict[str, str]:
        """A fingerprint of the settings of each service of the current release."""
        lines = self.do("Comparing settings", "config", "--hash", "*").splitlines()
        return dict(line.split() for line in lines if len(line.split()) == 2)

    def containers(self) -> list[Container]:
        """All containers of the project."""
        label = f"label=com.docker.compose.project={layout.PROJECT}"
        ids = self._host.do("Listing containers", "docker", "ps", "--all", "--quiet", "--filter", label).split()
        answer = self._host.ask("docker", "inspect", *ids) if ids else None
        if answer is None or not answer.out.startswith("["):
            return []
        # one that went in between is told of after the list
        found, _ = json.JSONDecoder().raw_decode(answer.out)
        return sorted(map(_container, found), key=lambda one: (one.service, one.started))

    def wait(self, what: str, done: Callable[[list[Container]], bool]) -> None:
        """Poll until it is true of the containers. A Problem with logs when one failed or time is over."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            containers = self.containers()
            if done(containers):
                return
            if time.monotonic() > deadline:
                waiting = [
                    one for one in containers if not one.is_up and not (one.state == "exited" and not one.exit_code)
                ]
                raise self.problem(f"{what}: not within {_PATIENCE_S} s", waiting)
            time.sleep(_LOOK_EVERY_S)

    def problem(self, what: str, containers: Sequence[Container]) -> Problem:
        """A failure, with the last lines of the containers that are concerned."""
        parts = [what]
        for one in containers:
            lines = self._host.ask("docker", "logs", "--tail", str(_LOG_LINES), one.id).out.strip()
            parts.append(f"--- {one.service} ({one.image}, {one.health or one.state}), its last lines:\n{lines}")
        return Problem("\n".join(parts), "More: fab logs --service=NAME; what runs: fab status.")


def _container(found: dict[str, Any]) -> Container:
    state = found["State"]
    return Container(
        id=found["Id"],
        service=found["Config"]["Labels"].get("com.docker.compose.service", ""),
        image=found["Config"]["Image"],
        state=state["Status"],
        health=state.get("Health", {}).get("Status", ""),
        exit_code=state["ExitCode"],
        restarts=found["RestartCount"],
        started=state["StartedAt"],
    )
