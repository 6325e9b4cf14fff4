"""Brings the running containers to the current release, the new ones up before the old ones go.

It only looks at what is there, so it goes on where an earlier try was cut off, and goes back by the same way.
"""

from __future__ import annotations

import time
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from storybot_cli.console import Problem

from . import release

if TYPE_CHECKING:
    from storybot_cli.console import Console

    from .host import Host
    from .stack import Container, Stack

ROLLED = ("story-worker", "prompt-api", "gateway")
"""Ours that serve, in the order in which they are replaced: the page last, for it uses what the others offer."""
_DOOR = "door"
_STEADY_S = 5.0
"""One that is up so long is not one that has just not failed yet (a worker has no traffic to fail at)."""


class Rollout:
    """One pass over the services."""

    def __init__(self, host: Host, console: Console, stack: Stack, number: int) -> None:
        self._host = host
        self._console = console
        self._stack = stack
        self._number = number
        self._services = {name: one for name, one in stack.services().items() if _replicas(one)}

    def run(self, before: int | None, *, migrate: bool) -> None:
        """Everything, in order: what others stand on, what prepares (migrations), then our services one by one."""
        hashes = self._stack.hashes()
        release.note_hashes(self._host, self._number, hashes)
        if not self._stack.containers():
            self._first_start()
            return
        door = self._ids(_DOOR)
        self._bases(before, hashes)
        if migrate:
            self._one_shots()
        for service in ROLLED:
            if service in self._services:
                moved = service == "gateway" and self._ids(_DOOR) != door
                self._roll(service, self._services[service], anew=moved)
        self._stack.do("Removing what is gone", "up", "--detach", "--no-deps", "--no-recreate", "--remove-orphans",
                       *(name for name in self._services if not _is_one_shot(self._services[name])))  # fmt: skip
        self._answers()

    def _first_start(self) -> None:
        self._stack.do("Starting everything", "up", "--detach", "--remove-orphans")
        self._wait_for(*(name for name in self._services))
        self._answers()
        self._console.done("Everything is up")

    def _bases(self, before: int | None, hashes: dict[str, str]) -> None:
        """What is not ours: started anew only when its settings, or the content of files that it reads, have changed.

        Compose's own comparison would do so at the second deployment in any case: it takes ``depends_on`` for a
        setting, which is left out with ``--no-deps``.
        """
        others = [name for name, one in self._services.items() if name not in ROLLED and not _is_one_shot(one)]
        self._stack.do("Bringing up what is not ours", "up", "--detach", "--no-deps", "--no-recreate", *others)
        earlier = release.hashes(self._host, before) if before is not None else {}
        for name in others:
            paths = [one["source"] for one in self._services[name].get("volumes", []) if one["type"] == "bind"]
            other_settings = name in earlier and earlier[name] != hashes[name]
            if other_settings or (before is not None and release.changed(self._host, before, self._number, paths)):
                self._stack.do(f"Restarting {name}", "up", "--detach", "--no-deps", "--force-recreate", name)
                self._console.done(f"{name}: started anew, its settings or a file that it reads have changed")
        self._wait_for(*others)

    def _one_shots(self) -> None:
        """Migrations and the like, with the new code and before any of it serves."""
        names = {name for name, one in self._services.items() if _is_one_shot(one)}
        order = {name: names & set(self._services[name].get("depends_on", {})) for name in names}
        for name in TopologicalSorter(order).static_order():
            self._stack.do(f"Running {name}", "up", "--detach", "--no-deps", "--force-recreate", name)
            self._wait_for(name)
            self._console.done(f"{name}: done")

    def _roll(self, name: str, service: dict[str, Any], *, anew: bool) -> None:
        """Start the missing ones beside the old ones, wait until they serve, stop the old ones one after another."""
        image = service["image"]
        there = [one for one in self._stack.containers() if one.service == name]
        good = [] if anew else [one for one in there if one.image == image and one.is_up]
        old = [one for one in there if one not in good]
        missing = _replicas(service) - len(good)
        if missing > 0:
            self._stack.do(
                f"Starting {name}", "up", "--detach", "--no-deps", "--no-recreate",
                "--scale", f"{name}={len(there) + missing}", name,
            )  # fmt: skip
            self._wait_for_new(name, {one.id for one in there}, missing)
        for one in old:
            self._host.ask("docker", "stop", one.id)  # with the grace period that the service asks for
            self._host.do(f"Removing the old {name}", "docker", "rm", "--force", one.id)
        if missing > 0 or old:
            self._console.done(f"{name}: {_replicas(service)} of release {self._number}, {len(old)} old stopped")

    def _wait_for_new(self, name: str, before: set[str], count: int) -> None:
        since: float | None = None

        def steady(containers: list[Container]) -> bool:
            nonlocal since
            new = [one for one in containers if one.service == name and one.id not in before]
            if failed := [one for one in new if one.has_failed]:
                raise self._stack.problem(f"The new {name} does not come up", failed)
            up = len(new) >= count and all(one.is_up for one in new)
            since = (since or time.monotonic()) if up else None
            return since is not None and time.monotonic() - since >= _STEADY_S

        self._stack.wait(f"Waiting for the new {name}", steady)

    def _wait_for(self, *names: str) -> None:
        def ready(containers: list[Container]) -> bool:
            for name in names:
                one_shot = _is_one_shot(self._services[name])
                mine = [one for one in containers if one.service == name]
                if failed := [one for one in mine if one.has_failed]:
                    raise self._stack.problem(f"{name} does not come up", failed)
                if len(mine) < (1 if one_shot else _replicas(self._services[name])):
                    return False
                if not all(one.state == "exited" if one_shot else one.is_up for one in mine):
                    return False
            return True

        self._stack.wait(f"Waiting for {', '.join(names)}", ready)

    def _ids(self, name: str) -> set[str]:
        return {one.id for one in self._stack.containers() if one.service == name}

    def _answers(self) -> None:
        """From the gateway through the API to Postgres, under the site's name."""
        name = str(self._services["gateway"]["environment"].get("SITE_NAMES") or "localhost").split()[0]
        gateway = next(one for one in self._stack.containers() if one.service == "gateway")
        answer = self._host.ask(
            *(
                "docker",
                "exec",
                gateway.id,
                "curl",
                "--silent",
                "--show-error",
                "--fail",
                "--insecure",
                "--retry",
                "10",
            ),
            *("--retry-all-errors", "--retry-delay", "1", "--noproxy", "*", "--resolve", f"{name}:8443:127.0.0.1"),
            f"https://{name}:8443/api/readyz",
        )
        if not answer.ok:
            raise Problem(f"The site does not answer: {answer.out.strip()}", "fab logs --service=gateway may say why.")


def _replicas(service: dict[str, Any]) -> int:
    return int(service.get("deploy", {}).get("replicas", service.get("scale", 1)))


def _is_one_shot(service: dict[str, Any]) -> bool:
    return str(service.get("restart")).startswith(("no", "on-failure"))
