"""The images of a release, built here and sent, or built on the host."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storybot_cli.console import Problem

from . import release

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storybot_cli.console import Console

    from .host import Host
    from .stack import Stack

_OURS = "storybot/"


def ours(services: Mapping[str, dict[str, Any]]) -> list[str]:
    """The images that are built from this repository."""
    return sorted({one["image"] for one in services.values() if one["image"].startswith(_OURS)})


def others(services: Mapping[str, dict[str, Any]]) -> dict[str, bool]:
    """The images of others, and whether they may be pulled."""
    return {
        one["image"]: one.get("pull_policy") != "never"
        for one in services.values()
        if not one["image"].startswith(_OURS)
    }


def build_on_host(host: Host, console: Console, stack: Stack) -> None:
    """Let the host build; it needs the way to registries and package indexes, and 2 GB of free memory."""
    stack.do("Building the images", "build")
    console.done(f"Images built on {host.name}")


def build_here(repository: Path, console: Console, files: list[str], number: int) -> None:
    """Build what the newest commit says, for the release's number."""
    with tempfile.TemporaryDirectory() as folder:
        release.export(repository, Path(folder))
        required = {name for file in files for name in _required(Path(folder, file).read_text())}
        # building asks for none of the settings, but Compose wants all of them
        environment = {**dict.fromkeys(required, "none"), **os.environ, "STORYBOT_RELEASE": str(number)}
        words = ["docker", "compose", "--project-directory", folder, "--env-file", os.devnull]
        for file in files:
            words += ["--file", f"{folder}/{file}"]
        _here("Building the images", *words, "build", "--quiet", environment=environment)
    console.done("Images built")


def send(host: Host, console: Console, services: Mapping[str, dict[str, Any]]) -> None:
    """Send the layers of what the host does not have, and name what it has."""
    _same_architecture(host)
    listing = host.do(
        "Listing images", "docker", "images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"
    )
    there = {line.split(" ")[0] for line in listing.splitlines()}
    sent = []
    for image in [*ours(services), *(name for name, pulled in others(services).items() if not pulled)]:
        wanted = _here(f"Looking for {image}", "docker", "image", "inspect", "--format", "{{.Id}}", image)
        if wanted in there:
            host.do(f"Naming {image}", "docker", "tag", wanted, image)
        else:
            sent.append(image)
    if sent:
        _transfer(host, sent)
    console.done(f"Images sent: {', '.join(sent) or 'none, all were there'}")


def pull(host: Host, console: Console, images: Iterable[str]) -> None:
    """Have the host get what it does not have, before anything is changed."""
    for image in images:
        if not host.ask("docker", "image", "inspect", "--format", "{{.Id}}", image).ok:
            host.do(f"Pulling {image}", "docker", "pull", "--quiet", image)
            console.done(f"Pulled {image}")


def _transfer(host: Host, images: list[str]) -> None:
    with tempfile.TemporaryFile() as archive, host.inbox() as inbox:
        saving = subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-1"], stdin=saving.stdout, stdout=archive, check=True)
        if saving.wait():
            raise Problem("docker save failed here.", "Its message is above.")
        archive.seek(0)
        host.put(archive, f"{inbox}/images.tar.gz")
        host.do("Loading the images", "docker", "load", "--quiet", "--input", f"{inbox}/images.tar.gz")


def _same_architecture(host: Host) -> None:
    question = ("docker", "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}")
    here, there = _here("Asking Docker", *question), host.do("Asking Docker", *question).strip()
    if here != there:
        raise Problem(
            f"Images built here are for {here}, and {host.name} is {there}.",
            "Run fab deploy --images=build, or run fab on a machine like the host.",
        )


def _required(text: str) -> list[str]:
    return re.findall(r"\$\{(\w+):\?", text)


def _here(what: str, *words: str, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise Problem(
            f"{what} failed here:\n{(done.stdout + done.stderr).strip()[-3000:]}",
            "Without an engine here (docker info), or to build there: fab deploy --images=build.",
        )
    return done.stdout.strip()
