"""Looks at ports, memory and disk before anything is started, to fail early with a clear sentence."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .console import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from .console import Console
    from .shell import Shell
    from .stack import Stack

_NEEDED_DISK_GB = 5
_NEEDED_MEMORY_GB = 2
_NEEDED_WITH_ELK_GB = 7
_SETTINGS = {
    8080: "GATEWAY_PORT",
    8443: "GATEWAY_TLS_PORT",
    15672: "RABBITMQ_UI_PORT",
    9090: "PROMETHEUS_PORT",
    9093: "ALERTMANAGER_PORT",
    3000: "GRAFANA_PORT",
    5601: "KIBANA_PORT",
}
_GB = 1_000_000_000


class Port(NamedTuple):
    """A port that a service wants on this machine, and the port it has inside."""

    service: str
    number: int
    inside: int


def published(config: str) -> list[Port]:
    """The ports in the JSON of ``docker compose config``."""
    services = json.loads(config)["services"]
    return [
        Port(name, int(port["published"]), port["target"])
        for name, service in services.items()
        for port in service.get("ports", [])
        if port.get("published")
    ]


def check(shell: Shell, console: Console, stack: Stack) -> None:
    """Raise a Problem for a port in use or a full disk; warn when memory is short."""
    config = shell.ask(*stack.command("config", "--format", "json"))
    if not config.ok:
        raise Problem(f"The compose files or .env are wrong:\n{config.out.strip()}", "See .env.example for the names.")
    _check_memory_of_elk(console, config.out)
    running = set(shell.ask(*stack.command("ps", "--services", "--status", "running")).out.split())
    check_ports([port for port in published(config.out) if port.service not in running], is_free)
    if not running:
        check_space(console, shutil.disk_usage(_engine_directory(shell)).free, _available_memory())


def _check_memory_of_elk(console: Console, config: str) -> None:
    memory = _available_memory()
    elasticsearch = json.loads(config)["services"].get("elasticsearch")
    wanted = elasticsearch is not None and elasticsearch.get("deploy", {}).get("replicas") != 0
    if wanted and memory is not None and memory < _NEEDED_WITH_ELK_GB * _GB:
        console.warn(
            f"Only {memory / _GB:.1f} GB of memory are available; with Elasticsearch and Kibana {_NEEDED_WITH_ELK_GB}"
            " are needed. ELK_REPLICAS=0 in .env leaves them out."
        )


def check_ports(ports: list[Port], is_free: Callable[[int], bool]) -> None:
    """Raise a Problem that names every port another program uses."""
    taken = [port for port in ports if not is_free(port.number)]
    if taken:
        advice = [
            f"Put {_SETTINGS.get(port.inside, 'another port')}={port.number + 1} (or another free port) into .env."
            for port in taken
        ]
        numbers = ", ".join(f"{port.number} ({port.service})" for port in taken)
        raise Problem(f"Another program uses port {numbers} on this machine.", *advice, "Then run the command again.")


def check_space(console: Console, free_disk: int, free_memory: int | None) -> None:
    """Bytes that are free on the engine's disk and in memory (None: unknown)."""
    if free_disk < _NEEDED_DISK_GB * _GB:
        raise Problem(
            f"Only {free_disk / _GB:.1f} GB are free on the engine's disk; {_NEEDED_DISK_GB} are needed.",
            "`docker system df` shows what the engine holds, `docker system prune` frees what is unused.",
        )
    if free_memory is not None and free_memory < _NEEDED_MEMORY_GB * _GB:
        console.warn(
            f"Only {free_memory / _GB:.1f} GB of memory are available; with less than {_NEEDED_MEMORY_GB} it gets slow."
            " A remote model (LOCAL_LLM_REPLICAS=0) needs 1 GB less."
        )


def is_free(port: int) -> bool:
    """Whether a program could listen on 127.0.0.1:port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _engine_directory(shell: Shell) -> Path:
    """The engine's folder when it is on this machine's disk (not with Docker Desktop)."""
    directory = Path(shell.ask("docker", "info", "--format", "{{.DockerRootDir}}").out.strip() or "/")
    return directory if directory.is_dir() else Path("/")


def _available_memory() -> int | None:
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return None
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    return int(fields["MemAvailable"].split()[0]) * 1024
