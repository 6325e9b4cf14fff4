"""The engine's packages on Debian and Ubuntu.

Debian 12 has no Compose v2. Its packages of Debian 13 run there as they are; they are taken from a source of our own
that is pinned so low that nothing else comes from it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .console import Problem

if TYPE_CHECKING:
    from .host import Host
    from .shell import Shell

NEWER_SUITE = "trixie"
_SOURCE = Path(f"/etc/apt/sources.list.d/storybot-{NEWER_SUITE}.sources")
_PIN = Path(f"/etc/apt/preferences.d/storybot-{NEWER_SUITE}")
_ENGINE = ("docker.io", "docker-cli", "docker-compose", "docker-buildx")
_DEBIAN = (*_ENGINE, "apparmor")  # where the kernel has AppArmor, no container starts without its parser
_UBUNTU = ("docker.io", "docker-compose-v2", "docker-buildx")
_OLDEST_COMPOSE = (2, 24)
_APT = {"DEBIAN_FRONTEND": "noninteractive"}


class Plan(NamedTuple):
    """Which packages to install, and whether they come from the newer Debian."""

    packages: tuple[str, ...]
    newer_debian: bool = False


def plan(host: Host, candidates: dict[str, str]) -> Plan:
    """Choose from what apt offers (package → version). Raises Problem when nothing fits."""
    if "docker-compose-v2" in candidates:
        return Plan(_UBUNTU)
    compose = tuple(int(n) for n in re.findall(r"\d+", candidates.get("docker-compose", ""))[:2])
    if compose >= _OLDEST_COMPOSE and "docker-buildx" in candidates:
        return Plan(tuple(package for package in _DEBIAN if package in candidates))
    if host.is_debian:
        return Plan(_DEBIAN, newer_debian=True)
    raise Problem(
        "This distribution's packages have no Docker Compose v2.",
        "Install Docker with Compose 2.24 or newer by your own way and run the command again.",
    )


def install_engine(shell: Shell, host: Host) -> None:
    """Install engine, Compose and buildx."""
    update(shell)
    chosen = plan(host, candidates(shell, {*_DEBIAN, *_UBUNTU}))
    if chosen.newer_debian:
        add_newer_debian(archives(shell))
        update(shell)
    install(shell, "Installing the Docker engine", *chosen.packages)


def update(shell: Shell) -> None:
    """Read the package lists."""
    shell.task("Reading the package lists", "apt-get", "update", env=_APT)


def install(shell: Shell, title: str, *packages: str) -> None:
    """Install packages without their recommendations."""
    shell.task(title, "apt-get", "install", "--yes", "--no-install-recommends", *packages, env=_APT)


def candidates(shell: Shell, packages: set[str]) -> dict[str, str]:
    """The version of each package that apt would install."""
    return parse_policy(shell.ask("apt-cache", "policy", *sorted(packages)).out)


def parse_policy(output: str) -> dict[str, str]:
    """Package → candidate version, from the text of ``apt-cache policy``."""
    found = re.findall(r"^(\S+):\n  Installed: .*\n  Candidate: (\S+)", output, re.MULTILINE)
    return {package: version for package, version in found if version != "(none)"}


def archives(shell: Shell) -> dict[str, str]:
    """The machine's own Debian archives: label (Debian, Debian-Security) → address."""
    listing = shell.ask("apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Identifier: Packages").out
    words = (line.split() for line in listing.splitlines())
    return {pair[0]: pair[1] for pair in words if len(pair) == 2 and pair[0].startswith("Debian")}


def add_newer_debian(archives: dict[str, str], source: Path = _SOURCE, pin: Path = _PIN) -> None:
    """Let apt see the newer Debian, for the engine's packages only."""
    if "Debian" not in archives:
        raise Problem("apt knows no Debian archive.", "Add one to /etc/apt/sources.list.d and run the command again.")
    suites = {"Debian": NEWER_SUITE, "Debian-Security": f"{NEWER_SUITE}-security"}
    source.write_text(
        "\n".join(
            f"Types: deb\nURIs: {archives[label]}\nSuites: {suite}\nComponents: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
            for label, suite in suites.items()
            if label in archives
        )
    )
    pins = [(" ".join(_ENGINE), 500), ("*", 1)]
    pin.write_text(
        "\n".join(
            f"Package: {packages}\nPin: release n={NEWER_SUITE}*\nPin-Priority: {priority}\n"
            for packages, priority in pins
        )
    )
