"""What is installed on this machine and runs: Compose with the files that .env or the environment names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .console import Problem
from .health import parse
from .paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from .health import Container
    from .shell import Result, Shell

_COMPOSE = ("docker", "compose", "--project-directory", str(ROOT))
_LONG_S = 3600.0


class Installed(NamedTuple):
    """The containers of the installation, which are never made anew from here, only used, stopped and started."""

    shell: Shell

    def containers(self) -> dict[str, list[Container]]:
        """By service, those that ended too."""
        listing = self.shell.ask(*_COMPOSE, "ps", "--all", "--format", "json")
        if not listing.ok:
            raise Problem(f"Compose does not say what is installed:\n{listing.out.strip()}")
        found: dict[str, list[Container]] = {}
        for container in parse(listing.out):
            found.setdefault(container.service, []).append(container)
        return found

    def running(self, service: str) -> str | None:
        """The name of a container of the service that runs."""
        return next((one.name for one in self.containers().get(service, []) if one.state == "running"), None)

    def need(self, service: str) -> str:
        """The same; a Problem when there is none."""
        name = self.running(service)
        if name is None:
            raise Problem(f"{service} does not run here.", "Start Storybot first; the new one may be empty.")
        return name

    def save(self, title: str, file: Path, container: str, *command: str) -> None:
        """Write what a command in the container prints into a file."""
        self.shell.task(title, "sh", "-c", 'exec "$@" >"$0"', str(file), "docker", "exec", container, *command)

    def load(self, title: str, file: Path, container: str, *command: str) -> None:
        """Give a command in the container a file to read."""
        arguments = ("docker", "exec", "--interactive", container, *command)
        self.shell.task(title, "sh", "-c", 'exec "$@" <"$0"', str(file), *arguments)

    def sql(self, statement: str, *, database: str = "$POSTGRES_DB") -> str:
        """What a statement gives, as the database's administrator; ``;`` separates several, each a transaction."""
        program = f'exec psql --no-psqlrc -qtA --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "{database}"'
        commands = [part for one in statement.split(";") if one.strip() for part in ("--command", one.strip())]
        result = self._ask("docker", "exec", self.need("postgres"), "sh", "-c", f'{program} "$@"', "psql", *commands)
        return result.out.strip()

    def again(self, service: str) -> None:
        """Let a container that does its work once do it again, if there is one."""
        for container in self.containers().get(service, []):
            self.shell.task(f"Running {service} again", "docker", "start", "--attach", container.name)

    def stop(self, *services: str) -> list[str]:
        """Stop the services that run; the containers' names."""
        all_of_them = self.containers()
        names = [one.name for service in services for one in all_of_them.get(service, []) if one.state == "running"]
        if names:
            self.shell.task(f"Stopping {', '.join(services)}", "docker", "stop", *names)
        return names

    def start(self, names: list[str]) -> None:
        """Start containers that were stopped."""
        if names:
            self.shell.task(f"Starting {', '.join(names)}", "docker", "start", *names)

    def published(self, service: str, port: int) -> str:
        """Where on this machine a port of a service is reached."""
        return self._ask(*_COMPOSE, "port", service, str(port)).out.strip().splitlines()[0]

    def environment(self, container: str) -> dict[str, str]:
        """The variables that a container was started with."""
        told = self._ask("docker", "inspect", "--format", "{{json .Config.Env}}", container)
        lines: list[Any] = json.loads(told.out)
        return dict(str(line).split("=", 1) for line in lines)

    def _ask(self, *command: str) -> Result:
        result = self.shell.ask(*command, timeout=_LONG_S)
        if not result.ok:
            raise Problem(f"{' '.join(command[:4])} … failed:\n{result.out.strip()}")
        return result
