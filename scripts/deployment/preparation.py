"""``prepare``: from a machine with sshd and sudo to one that releases can be put on. Repeats do no harm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from storybot_cli.console import Problem
from storybot_cli.engine import OLDEST_COMPOSE, OLDEST_ENGINE, numbers
from storybot_cli.host import Host as Machine
from storybot_cli.host import distributions
from storybot_cli.packages import parse_policy, plan

from . import layout

if TYPE_CHECKING:
    from pathlib import Path

    from storybot_cli.console import Console

    from .host import Host

_CANDIDATES = ("docker.io", "docker-cli", "docker-compose", "docker-compose-v2", "docker-buildx", "apparmor")
_TOOLS = ("ca-certificates", "iptables", "python3")
_APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
_DAEMON = "/etc/docker/daemon.json"
_DAEMON_SETTINGS = {
    "log-driver": "json-file",
    "log-opts": {"max-size": "10m", "max-file": "3"},
    "no-new-privileges": True,  # Swarm has no setting for it in a stack file
}
_REQUIRED = ("SITE_NAMES", "LETSENCRYPT_EMAIL")


def prepare(host: Host, console: Console, settings: Path | None) -> None:
    """User, folders, Docker, settings."""
    _look_at_sudo(host)
    _install_docker(host, console)
    _make_user(host)
    _make_folders(host)
    console.done(f"User {layout.USER}, folders in {layout.ROOT}")
    if settings is not None:
        put_settings(host, settings)
        console.done(f"{layout.ENV_FILE} is {settings}")
    elif not host.ask("test", "-s", layout.ENV_FILE).ok:
        console.warn(f"No settings yet: fab prepare --settings=FILE (with {' and '.join(_REQUIRED)})")


def put_settings(host: Host, settings: Path) -> None:
    """Give the host its .env; the secrets that were made there before stay."""
    if not settings.is_file():
        raise Problem(f"There is no file {settings}.", "Copy .env.example, fill it in, and name it with --settings.")
    text = settings.read_text()
    missing = [name for name in _REQUIRED if not re.search(rf"^{name}=.", text, re.MULTILINE)]
    if missing:
        raise Problem(f"{settings} does not set {' and '.join(missing)}.", "docs/deploy.md shows what it needs.")
    before = host.ask("cat", layout.ENV_FILE)
    _, mark, made = before.out.partition("# Made by `make secrets`.") if before.ok else ("", "", "")
    host.write(layout.ENV_FILE, text.rstrip("\n") + "\n" + (f"\n{mark}{made}" if mark else ""))


def _look_at_sudo(host: Host) -> None:
    answer = host.ask("true")
    if not answer.ok:
        raise Problem(
            f"The login on {host.name} may not use sudo: {answer.out.strip()}",
            "Log in as one who may; if sudo wants a password there: fab --prompt-for-sudo-password …",
        )


def _install_docker(host: Host, console: Console) -> None:
    if _is_docker_there(host):
        console.done("Docker is there")
    else:
        release = host.ask("cat", "/etc/os-release").out
        machine = Machine("Linux", distributions(release), is_root=True, has_systemd=True)
        if not machine.has_apt:
            raise Problem(
                f"{host.name} is neither Debian nor Ubuntu.",
                f"Install Docker {OLDEST_ENGINE[0]} and Compose {'.'.join(map(str, OLDEST_COMPOSE))} or newer there, "
                "and run prepare again.",
            )
        host.do("Reading the package lists", *_APT, "update")
        chosen = plan(machine, parse_policy(host.do("Looking for Docker", "apt-cache", "policy", *_CANDIDATES)))
        if chosen.newer_debian:
            raise Problem(f"The Debian on {host.name} has no Compose v2.", "Take Debian 13 or Ubuntu 24.04, or newer.")
        install = (*_APT, "install", "--yes", "--no-install-recommends", *chosen.packages, *_TOOLS)
        host.do("Installing Docker", *install)
        console.done("Docker is installed")
    if not host.ask("test", "-e", _DAEMON).ok:
        host.do("Making /etc/docker", "install", "-d", "-m", "755", "/etc/docker")
        host.write(_DAEMON, json.dumps(_DAEMON_SETTINGS, indent=2) + "\n", mode="644")
        host.do("Starting Docker with its settings", "systemctl", "restart", "docker")
    host.do("Starting Docker", "systemctl", "enable", "--now", "docker")
    if not _is_docker_there(host):
        raise Problem(f"Docker on {host.name} does not answer or is too old.", "journalctl -u docker there says why.")


def _is_docker_there(host: Host) -> bool:
    engine = host.ask("docker", "version", "--format", "{{.Server.Version}}")
    compose = host.ask("docker", "compose", "version", "--short")
    return engine.ok and compose.ok and numbers(engine.out) >= OLDEST_ENGINE and numbers(compose.out) >= OLDEST_COMPOSE


def _make_user(host: Host) -> None:
    if host.ask("id", layout.USER).ok:
        return
    options = ("--system", "--uid", str(layout.UID), "--no-create-home", "--shell", "/usr/sbin/nologin")
    host.do(f"Making the user {layout.USER}", "useradd", *options, "--user-group", layout.USER)


def _make_folders(host: Host) -> None:
    for path, mode in (
        (layout.ROOT, "750"),
        (layout.RELEASES, "750"),
        (layout.SHARED, "700"),
        (layout.SECRETS, "700"),
    ):
        host.do(f"Making {path}", "install", "-d", "-m", mode, "-o", "root", "-g", layout.USER, path)
