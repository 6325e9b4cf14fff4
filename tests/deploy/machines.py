"""Machines to deploy to: containers with systemd and sshd, and an engine of their own (tests/deploy/host)."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.support.containers import REPOSITORY, docker
from tests.support.poll import until

_FOLDER = REPOSITORY / "tests/deploy/host"


@dataclass(frozen=True)
class Key:
    """An SSH key: the file of its private half, and the line of its public half."""

    file: Path
    line: str


def make_key(folder: Path) -> Key:
    key = Ed25519PrivateKey.generate()
    file = folder / "key"
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return Key(file, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())


def build_image(target: str) -> str:
    """Make the image of a machine: ``bare`` is without an engine."""
    image = f"storybot/host:{target}"
    base = os.environ.get("DEBIAN_IMAGE", "debian:trixie-slim")
    docker("build", "--quiet", "--target", target, "--build-arg", f"DEBIAN_IMAGE={base}", "--tag", image, str(_FOLDER))
    return image


@dataclass(frozen=True)
class Machine:
    """A running one."""

    name: str
    address: str

    def run(self, *command: str, check: bool = True) -> str:
        """A command as root, as if somebody sat at its console."""
        result = docker("exec", self.name, *command, check=check)
        return result.stdout if check else result.stdout + result.stderr

    def shell(self, script: str) -> str:
        return self.run("sh", "-ec", script)

    def load(self, images: Sequence[str]) -> None:
        """Give its engine images of ours, as they are here."""
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saving:
            subprocess.run(
                ["docker", "exec", "--interactive", self.name, "docker", "load", "--quiet"],
                stdin=saving.stdout,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        assert saving.returncode == 0, f"docker save {shlex.join(images)}"

    def query(self, postgres: str, sql: str) -> list[list[str]]:
        """Rows from the database in the machine's container ``postgres`` (a part of its name)."""
        (container,) = self.run("docker", "ps", "--quiet", "--filter", f"name={postgres}").split()
        psql = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--username", "storybot", "--command", sql)
        return [line.split("|") for line in self.run("docker", "exec", container, *psql).splitlines()]


@contextmanager
def machine(image: str, on: str, key: Key, host_name: str) -> Iterator[Machine]:
    """A machine that has booted and lets the key's owner in as ``admin``."""
    name = f"{on}-{host_name}"
    options = ["--privileged", "--cgroupns", "private", "--tmpfs", "/run", "--tmpfs", "/tmp", "--hostname", host_name]
    environment = ["--env", "container=docker", "--env", f"AUTHORIZED_KEY={key.line}"]
    # an engine's layers cannot lie on layers of another engine
    volumes = ["--volume", "/var/lib/docker", "--volume", "/var/lib/containerd"]
    try:
        docker("run", "--detach", "--name", name, "--network", on, *options, *environment, *volumes, image)
        template = f'{{{{(index .NetworkSettings.Networks "{on}").IPAddress}}}}'
        found = Machine(name, docker("inspect", "--format", template, name).stdout.strip())
        until(lambda: "active" in found.run("systemctl", "is-active", "ssh", check=False).split(), "sshd is up", 60)
        yield found
    finally:
        _keep_logs(name, host_name)
        docker("rm", "--force", "--volumes", name, check=False)


def _keep_logs(name: str, host_name: str) -> None:
    """What its containers said, to be read after a failure."""
    folder = Path(os.environ.get("TEST_RESULTS", REPOSITORY / "test-results")) / "logs" / "deploy"
    folder.mkdir(parents=True, exist_ok=True)
    script = (
        'for id in $(docker ps -aq); do docker inspect -f "=== {{.Name}} {{.Config.Image}}" $id; docker logs $id; done'
    )
    (folder / f"{host_name}.log").write_text(
        docker("exec", name, "sh", "-c", f"{{ {script}; }} 2>&1", check=False).stdout
    )
