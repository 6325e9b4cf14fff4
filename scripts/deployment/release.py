"""Releases on the host: numbered folders, one of which is current."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from storybot_cli.console import Problem

from . import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storybot_cli.console import Console

    from .host import Host

_DEPLOYED = "deployed"
"""A file in the folder of a release that came up whole."""
_HASHES = "hashes"
"""Fingerprints of its services' settings when it was last brought up."""


def numbers(host: Host) -> list[int]:
    """The releases that are there, oldest first."""
    found = host.ask("ls", layout.RELEASES)
    if not found.ok:
        raise Problem(f"{host.name} is not prepared.", "Run fab prepare first.")
    return sorted(int(name) for name in found.out.split() if name.isdigit())


def current(host: Host) -> int | None:
    """The one that runs."""
    target = host.ask("readlink", layout.CURRENT)
    return int(Path(target.out.strip()).name) if target.ok else None


def deployed(host: Host) -> list[int]:
    """Those that came up whole once, oldest first."""
    return [number for number in numbers(host) if host.ask("test", "-e", f"{layout.folder(number)}/{_DEPLOYED}").ok]


def commit_of(repository: Path) -> str:
    """What is shipped: the newest commit."""
    return _git(repository, "rev-parse", "--short=12", "HEAD")


def has_changes(repository: Path) -> bool:
    """Whether there is something that would not be shipped."""
    return bool(_git(repository, "status", "--porcelain", "--untracked-files=no"))


def export(repository: Path, folder: Path) -> None:
    """The files of the newest commit."""
    with tempfile.TemporaryFile() as archive:
        subprocess.run(["git", "archive", "HEAD"], cwd=repository, stdout=archive, check=True)
        archive.seek(0)
        subprocess.run(["tar", "-x", "-C", str(folder)], stdin=archive, check=True)


def ship(host: Host, repository: Path, number: int) -> None:
    """Make the folder of a release, whole or not at all."""
    made, final = f"{layout.folder(number)}.new", layout.folder(number)
    host.do("Clearing an earlier try", "rm", "-rf", made)
    host.do("Making the release's folder", "install", "-d", "-m", "750", "-o", "root", "-g", layout.USER, made)
    with tempfile.TemporaryFile() as archive, host.inbox() as inbox:
        subprocess.run(["git", "archive", "--format=tar.gz", "HEAD"], cwd=repository, stdout=archive, check=True)
        archive.seek(0)
        host.put(archive, f"{inbox}/release.tar.gz")
        unpack = ("tar", "-xz", "-f", f"{inbox}/release.tar.gz", "--no-same-owner", "-C", made)
        host.do("Unpacking the release", *unpack)
    # containers of other users read what is mounted from here; nobody but root writes it
    host.do("Setting permissions", "chmod", "-R", "u=rwX,go=rX", made)
    host.do("Setting permissions", "chmod", "750", made)
    for name in (".env", "secrets"):
        host.do("Linking what is shared", "ln", "-sfn", f"../../shared/{name}", f"{made}/{name}")
    host.write(f"{made}/release.env", f"STORYBOT_RELEASE={number}\n", mode="644")
    host.write(f"{made}/COMMIT", commit_of(repository) + "\n", mode="644")
    host.do("Naming the release", "mv", "-T", made, final)


def switch(host: Host, number: int) -> None:
    """Make it the current one, in one step."""
    link = f"{layout.CURRENT}.new"
    host.do("Linking the release", "ln", "-sfn", f"releases/{Path(layout.folder(number)).name}", link)
    host.do("Switching to the release", "mv", "-T", link, layout.CURRENT)


def mark_deployed(host: Host, number: int) -> None:
    """Remember that it came up whole, and so can be gone back to."""
    host.do("Noting the release", "touch", f"{layout.folder(number)}/{_DEPLOYED}")


def note_hashes(host: Host, number: int, hashes: dict[str, str]) -> None:
    """Remember with which settings the services of a release are brought up."""
    host.write(f"{layout.folder(number)}/{_HASHES}", "".join(f"{name} {one}\n" for name, one in hashes.items()))


def hashes(host: Host, number: int) -> dict[str, str]:
    """What was remembered; nothing when it was never brought up."""
    kept = host.ask("cat", f"{layout.folder(number)}/{_HASHES}")
    return dict(line.split() for line in kept.out.splitlines()) if kept.ok else {}


def changed(host: Host, before: int, now: int, paths: Iterable[str]) -> bool:
    """Whether one of these paths (below ``current``) has other content in the other release."""
    for path in paths:
        inside = path[len(layout.CURRENT) + 1 :]
        pair = [f"{layout.folder(number)}/{inside}" for number in (before, now)]
        if not host.ask("diff", "-rq", *pair).ok:
            return True
    return False


def prune(host: Host, console: Console, keep: Sequence[int]) -> None:
    """Delete the oldest releases and their images, but never those in ``keep``."""
    for number in numbers(host)[: -layout.KEPT_RELEASES]:
        if number in keep:
            continue
        listing = host.do("Listing images", "docker", "images", "--format", "{{.Repository}}:{{.Tag}}")
        tags = [image for image in listing.split() if image.startswith("storybot/") and image.endswith(f":{number}")]
        if tags:
            host.ask("docker", "rmi", *tags)
        host.do("Deleting an old release", "rm", "-rf", layout.folder(number))
        console.done(f"Release {number} is deleted ({layout.KEPT_RELEASES} are kept)")


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"git {arguments[0]}: {done.stderr.strip()}", "Run fab in a clone of the repository.")
    return done.stdout.strip()
