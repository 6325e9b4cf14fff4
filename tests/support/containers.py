"""Throw-away containers and networks, by the docker command: they go when their block ends."""

import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TOOLBOX_IMAGE = os.environ.get("TOOLBOX_IMAGE", "storybot/toolbox")


def docker(*arguments: str, check: bool = True, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a docker command; its output is in the result, and in the error when it fails."""
    result = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False)
    if check and result.returncode:
        raise RuntimeError(f"docker {' '.join(arguments)}: {result.stderr}")
    return result


def image_exists(image: str) -> bool:
    """Whether the engine has the image."""
    return docker("image", "inspect", image, check=False).returncode == 0


@dataclass(frozen=True)
class Container:
    """A running container."""

    name: str

    def port(self, inside: int) -> int:
        """Where on 127.0.0.1 a published port is reached."""
        return int(docker("port", self.name, str(inside)).stdout.splitlines()[0].rpartition(":")[2])

    def output(self) -> str:
        """What it has written to standard output and standard error so far."""
        logs = docker("logs", self.name)
        return logs.stdout + logs.stderr

    def inspect(self, template: str) -> str:
        """A property, by docker's Go template."""
        return docker("inspect", "--format", template, self.name).stdout.strip()

    def stop(self) -> None:
        """SIGTERM, then wait."""
        docker("stop", self.name)

    def start(self) -> None:
        """Start it again, after a stop."""
        docker("start", self.name)


@contextmanager
def network() -> Iterator[str]:
    """A network of its own, with the engine's name service."""
    name = f"storybot-test-{uuid.uuid4().hex[:12]}"
    docker("network", "create", name)
    try:
        yield name
    finally:
        docker("network", "rm", name)


@contextmanager
def container(
    image: str,
    *command: str,
    on: str,
    alias: str | None = None,
    ports: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Container]:
    """A container on a network; `ports` are published at free ports of 127.0.0.1."""
    name = f"storybot-test-{uuid.uuid4().hex[:12]}"
    run = ["run", "--detach", "--name", name, "--network", on, *options]
    run += ["--network-alias", alias] if alias else []
    for port in ports:
        run += ["--publish", f"127.0.0.1::{port}"]
    for variable, value in (environment or {}).items():
        run += ["--env", f"{variable}={value}"]
    try:
        docker(*run, image, *command)
        yield Container(name)
    finally:
        docker("rm", "--force", "--volumes", name, check=False)
