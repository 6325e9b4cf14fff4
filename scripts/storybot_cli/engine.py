"""Finds a container engine with Compose, or has one installed and started where that is possible."""

from __future__ import annotations

import re
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .console import Problem
from .packages import install_engine

if TYPE_CHECKING:
    from .console import Console
    from .host import Host
    from .shell import Shell

OLDEST_ENGINE = (25,)  # the first that looks at health more often while a service starts
OLDEST_COMPOSE = (2, 24)
CGROUPS = Path("/sys/fs/cgroup")
DOCKERD_LOG = Path("/var/log/storybot-dockerd.log")
_START_DEADLINE_S = 60


class State(Enum):
    """What is there, or what is missing first."""

    READY = "ready"
    NO_CLIENT = "Docker is not installed"
    NOT_RUNNING = "the Docker engine is not running"
    NO_PERMISSION = "this user may not use the Docker engine"
    OLD_ENGINE = "the Docker engine is too old"
    NO_COMPOSE = "Docker Compose v2 is not installed"
    OLD_COMPOSE = "Docker Compose is too old"
    NO_BUILDX = "Docker's buildx plugin is not installed"


class Finding(NamedTuple):
    """A state and the versions that were seen."""

    state: State
    engine: str = ""
    compose: str = ""


def look(shell: Shell) -> Finding:
    """What the docker command says about itself and its engine."""
    engine = shell.ask("docker", "version", "--format", "{{.Server.Version}}")
    if engine.code == 127:
        return Finding(State.NO_CLIENT)
    if not engine.ok:
        denied = "permission denied" in engine.out.lower()
        return Finding(State.NO_PERMISSION if denied else State.NOT_RUNNING)
    version = engine.out.strip()
    if numbers(version) < OLDEST_ENGINE:
        return Finding(State.OLD_ENGINE, version)
    compose = shell.ask("docker", "compose", "version", "--short")
    if not compose.ok or not numbers(compose.out):
        return Finding(State.NO_COMPOSE, version)
    if numbers(compose.out) < OLDEST_COMPOSE:
        return Finding(State.OLD_COMPOSE, version, compose.out.strip())
    if not shell.ask("docker", "buildx", "version").ok:
        return Finding(State.NO_BUILDX, version, compose.out.strip())
    return Finding(State.READY, version, compose.out.strip())


def ensure_engine(shell: Shell, console: Console, host: Host) -> None:
    """Return when an engine is there; install or start one as root on Debian and Ubuntu.

    Raises Problem with one sentence on what to do everywhere else.
    """
    finding = look(shell)
    if finding.state is State.READY:
        console.done(f"Docker {finding.engine}, Compose {finding.compose}")
        return
    if not (host.system == "Linux" and host.is_root):
        raise Problem(f"{finding.state.value}.", what_to_do(finding, host))
    if not (finding.state is State.NOT_RUNNING and _can_start(shell)):
        if not host.has_apt:
            raise Problem(f"{finding.state.value}.", what_to_do(finding, host))
        console.say(f"On this machine {finding.state.value}: installing it from the distribution's packages.")
        install_engine(shell, host)
    if look(shell).state is State.NOT_RUNNING:
        start(shell, console, host)
    finding = look(shell)
    if finding.state is not State.READY:
        raise Problem(f"{finding.state.value}, even after installing it.", what_to_do(finding, host))
    console.done(f"Docker {finding.engine}, Compose {finding.compose}")


def start(shell: Shell, console: Console, host: Host) -> None:
    """Start the engine and wait until it answers."""
    if host.has_systemd:
        console.say("Starting the Docker engine (systemctl start docker).")
        shell.ask("systemctl", "start", "docker", timeout=120)
    else:
        console.say(f"Starting the Docker engine (no systemd here; its log: {DOCKERD_LOG}).")
        if not any((CGROUPS / name).exists() for name in ("cgroup.controllers", "memory")):
            shell.ask("mount", "-t", "cgroup2", "cgroup2", str(CGROUPS))
        shell.detach(DOCKERD_LOG, "dockerd")
    deadline = time.monotonic() + _START_DEADLINE_S
    while look(shell).state is State.NOT_RUNNING:
        if time.monotonic() > deadline:
            log = "journalctl -u docker" if host.has_systemd else str(DOCKERD_LOG)
            raise Problem(f"The Docker engine did not answer within {_START_DEADLINE_S} s.", f"Its log says why: {log}")
        time.sleep(0.5)


def what_to_do(finding: Finding, host: Host) -> str:
    """One sentence for a person on this machine."""
    needed = f"Docker {OLDEST_ENGINE[0]} or newer with Compose {'.'.join(map(str, OLDEST_COMPOSE))} or newer"
    if host.system != "Linux":
        return f"Install Docker Desktop ({needed}), start it, and run the command again."
    if finding.state is State.NOT_RUNNING:
        return "Start it (`sudo systemctl start docker`) and run the command again."
    if finding.state is State.NO_PERMISSION:
        return "Run `sudo usermod -aG docker $USER`, log in again, and run the command again."
    if host.has_apt:
        return f"Run `sudo make up`, which installs {needed} from packages, or install it yourself."
    return f"Install {needed} and its buildx plugin with your distribution's packages, and run the command again."


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: ``v2.26.1-4`` is (2, 26, 1); () when there are none."""
    found = re.match(r"\s*v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def _can_start(shell: Shell) -> bool:
    """An engine is installed whole and only has to be started."""
    return all(
        shell.ask(*command).ok
        for command in (("dockerd", "--version"), ("docker", "compose", "version"), ("docker", "buildx", "version"))
    )
