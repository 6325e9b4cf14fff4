"""Storybot on a host of your own, over SSH (docs/deploy.md).

pip install fabric        or: scripts/toolbox fab …
fab -H admin@storybot.example.org prepare --settings=production.env
fab -H admin@storybot.example.org deploy
fab -H admin@storybot.example.org status
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fabric import task

REPOSITORY = Path(__file__).resolve().parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from deployment import operations, preparation  # noqa: E402
from deployment.host import Host  # noqa: E402
from storybot_cli.console import Console, Problem  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator


@task(help={"settings": "a file like .env.example with SITE_NAMES, LETSENCRYPT_EMAIL, … for the host"})
def prepare(c: Any, settings: str = "") -> None:
    """Make a machine ready: user, folders, Docker, settings."""
    with _told() as console:
        preparation.prepare(Host(c), console, Path(settings) if settings else None)


@task(help={"images": "ship: build them here and send them; build: build them on the host"})
def deploy(c: Any, images: str = "ship") -> None:
    """Put the newest commit on the host; goes back by itself when it does not come up."""
    with _told() as console:
        operations.deploy(Host(c), console, REPOSITORY, images)


@task(help={"to": "a release that served before; without it the last one"})
def rollback(c: Any, to: int = 0) -> None:
    """Go back to the release before."""
    with _told() as console:
        operations.rollback(Host(c), console, to or None)


@task
def status(c: Any) -> None:
    """Show which release serves and how its containers are."""
    with _told() as console:
        operations.status(Host(c), console)


@task(help={"service": "one of those that status lists", "lines": "of each", "follow": "go on showing new ones"})
def logs(c: Any, service: str = "", lines: int = 100, follow: bool = False) -> None:
    """Show log lines."""
    with _told():
        operations.logs(Host(c), service, lines, follow=follow)


@contextmanager
def _told() -> Iterator[Console]:
    console = Console()
    try:
        yield console
    except Problem as problem:
        console.problem(problem)
        raise SystemExit(1) from None
