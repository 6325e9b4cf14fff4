"""A Compose project of the tests: start it, look into it, and do to it what machines and networks do."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
_TRIES_TO_FREEZE = 5


class CommandFailed(Exception):
    """A docker command ended with an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container; its host name is what the service inside calls itself."""

    id: str
    name: str
    host_name: str


@dataclass(frozen=True, slots=True)
class Stack:
    """The containers of one project.

    ``env_file`` stands in for a developer's .env, ``environment`` (ports, settings) wins over it. All commands raise
    CommandFailed.
    """

    project: str
    files: Sequence[str]
    env_file: str
    environment: Mapping[str, str]

    async def compose(self, *arguments: str, stdin: str | None = None) -> str:
        """``docker compose`` for this project; what it printed."""
        files = [part for file in self.files for part in ("--file", file)]
        project = ["--project-name", self.project, "--env-file", self.env_file]
        return await self._run("compose", *project, *files, *arguments, stdin=stdin)

    async def up(self, **scale: int) -> None:
        """Start what is not running, with so many containers of some services (``-`` is written ``_``)."""
        scales = [part for name, count in scale.items() for part in ("--scale", f"{name.replace('_', '-')}={count}")]
        await self.compose("up", "--detach", *scales)

    async def start_all(self) -> None:
        """Start every container that was stopped. Asks no health check, so that an old word of one stops nothing."""
        await self._run("start", *(await self.compose("ps", "--all", "--quiet")).split())

    async def down(self) -> None:
        """Stop everything and remove its volumes."""
        await self.compose("down", "--volumes", "--remove-orphans", "--timeout", "2")

    async def logs(self) -> str:
        """The logs of every container."""
        return await self.compose("logs", "--no-color", "--timestamps")

    async def containers(self, service: str) -> list[Container]:
        """The containers of a service, stopped ones too, in the order of their numbers."""
        ids = (await self.compose("ps", "--all", "--quiet", service)).split()
        found = json.loads(await self._run("inspect", *ids)) if ids else []
        found.sort(key=lambda one: int(one["Config"]["Labels"]["com.docker.compose.container-number"]))
        return [Container(one["Id"], one["Name"].removeprefix("/"), one["Config"]["Hostname"]) for one in found]

    async def container(self, service: str) -> Container:
        """The first container of a service."""
        return (await self.containers(service))[0]

    async def kill(self, *victims: Container) -> None:
        """End without a warning (SIGKILL)."""
        await self._run("kill", *(victim.id for victim in victims))

    async def stop(self, container: Container) -> None:
        """End as an operator does: SIGTERM, and the service's own grace period."""
        await self._run("stop", container.id)

    async def start(self, *stopped: Container) -> None:
        """Start again what was killed or stopped."""
        await self._run("start", *(container.id for container in stopped))

    async def restart(self, container: Container) -> None:
        """Stop as an operator does (SIGTERM and the service's own grace period), then start."""
        await self._run("restart", container.id)

    async def remove(self, *victims: Container) -> None:
        """Kill and forget containers, their anonymous volumes too."""
        await self._run("rm", "--force", "--volumes", *(victim.id for victim in victims))

    async def is_healthy(self, container: Container) -> bool:
        """What the container's own health check says now; Docker's word is as old as the check's interval."""
        kind, *command = json.loads(
            await self._run("inspect", "--format", "{{json .Config.Healthcheck.Test}}", container.id)
        )
        try:
            await self._run("exec", container.id, *(command if kind == "CMD" else ["sh", "-c", *command]))
        except CommandFailed:
            return False
        return True

    @asynccontextmanager
    async def frozen(self, container: Container) -> AsyncIterator[None]:
        """Stop the container's clock: it neither answers nor notices."""
        await self._freeze(container)
        try:
            yield
        finally:
            await self._run("unpause", container.id)

    async def _freeze(self, container: Container) -> None:
        """On a busy machine the kernel may not get hold of all processes in time, and then the engine gives up."""
        for _ in range(_TRIES_TO_FREEZE - 1):
            with suppress(CommandFailed):
                await self._run("pause", container.id)
                return
        await self._run("pause", container.id)

    @asynccontextmanager
    async def cut_off(self, container: Container, network: str) -> AsyncIterator[None]:
        """Pull the container's plug from the project's ``network``, and put it back with the same names."""
        name = f"{self.project}_{network}"
        networks = json.loads(
            await self._run("inspect", "--format", "{{json .NetworkSettings.Networks}}", container.id)
        )
        aliases = [part for alias in networks[name]["Aliases"] or [] for part in ("--alias", alias)]
        await self._run("network", "disconnect", name, container.id)
        try:
            yield
        finally:
            await self._run("network", "connect", *aliases, name, container.id)

    @asynccontextmanager
    async def muted(self, container: Container) -> AsyncIterator[None]:
        """Let the container hear everything and act on it, while nothing that it says reaches anybody."""
        await self._on_each_interface(container, "tc qdisc replace dev $interface root pfifo limit 0")
        try:
            yield
        finally:
            await self._on_each_interface(container, "tc qdisc delete dev $interface root")

    async def _on_each_interface(self, container: Container, command: str) -> None:
        """Run a command of the toolbox in the container's network, for every network that it is part of."""
        script = f"for interface in $(ls /sys/class/net | grep -v lo); do {command} || exit; done"
        await self._run(
            "run", "--rm", "--network", f"container:{container.id}", "--cap-add", "NET_ADMIN", "--user", "0:0",
            os.environ["TOOLBOX_IMAGE"], "sh", "-c", script,
        )  # fmt: skip

    async def remove_volume(self, name: str) -> None:
        """Lose the data of one of the project's volumes."""
        await self._run("volume", "rm", f"{self.project}_{name}")

    async def query(self, sql: str, **values: str) -> list[dict[str, Any]]:
        """The rows of a statement; values are written ``:'name'`` in it."""
        variables = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
        statement = f"SELECT coalesce(json_agg(rows), '[]') FROM ({sql}) AS rows;"
        output = await self.compose(
            "exec", "--no-TTY", "postgres", "sh", "-c",
            'exec psql --no-psqlrc --quiet --tuples-only --no-align --username "$POSTGRES_USER" "$POSTGRES_DB" "$@"',
            "psql", *variables, stdin=statement,
        )  # fmt: skip
        rows: list[dict[str, Any]] = json.loads(output)
        return rows

    async def _run(self, *arguments: str, stdin: str | None = None) -> str:
        process = await asyncio.create_subprocess_exec(
            "docker",
            *arguments,
            cwd=REPOSITORY,
            env=os.environ | self.environment,
            stdin=asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate(stdin.encode() if stdin is not None else None)
        if process.returncode:
            raise CommandFailed(f"docker {' '.join(arguments)}: {errors.decode(errors='replace').strip()}")
        return output.decode(errors="replace")
