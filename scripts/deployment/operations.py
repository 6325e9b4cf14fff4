"""``deploy``, ``rollback``, ``status``, ``logs``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from storybot_cli.console import Problem

from . import images, layout, release
from .rolling import Rollout
from .stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storybot_cli.console import Console

    from .host import Host

WAYS = ("ship", "build")


def deploy(host: Host, console: Console, repository: Path, way: str) -> None:
    """Ship the newest commit as the next release; go back to the one before when it does not come up."""
    if way not in WAYS:
        raise Problem(f"--images={way} is neither {' nor '.join(WAYS)}.", "Leave it out, or set one of the two.")
    with _alone(host):
        before, number = release.current(host), max(release.numbers(host), default=0) + 1
        stack = _stack(host)
        if release.has_changes(repository):
            console.warn("There are changes that are not committed: they are not shipped.")
        release.ship(host, repository, number)
        host.do("Making missing secrets", "python3", "-B", f"{layout.folder(number)}/scripts/storybot.py", "secrets")
        console.done(f"Release {number} ({release.commit_of(repository)}) is on {host.name}")
        if way == "ship":
            images.build_here(repository, console, stack.files, number)
        try:
            release.switch(host, number)
            services = stack.services()
            if way == "ship":
                images.send(host, console, services)
            else:
                images.build_on_host(host, console, stack)
            images.pull(host, console, [image for image, pulled in images.others(services).items() if pulled])
            Rollout(host, console, stack, number).run(before, migrate=True)
        except (Problem, KeyboardInterrupt) as failure:
            console.problem(failure if isinstance(failure, Problem) else Problem("Interrupted."))
            _go_back(host, console, stack, number, before)
        release.mark_deployed(host, number)
        release.prune(host, console, [one for one in (before, number) if one is not None])
    console.done(f"Release {number} serves")


def rollback(host: Host, console: Console, to: int | None) -> None:
    """Go back to the release that served before, or to any that once did; the schema stays as it is."""
    with _alone(host):
        now = release.current(host)
        earlier = [number for number in release.deployed(host) if now is None or number < now]
        target = to if to is not None else (earlier[-1] if earlier else None)
        if target is None or target not in release.deployed(host):
            raise Problem(
                "There is no release to go back to." if to is None else f"Release {to} never served here.",
                f"Those that did: {', '.join(map(str, release.deployed(host))) or 'none'}.",
            )
        release.switch(host, target)
        Rollout(host, console, _stack(host), target).run(now, migrate=False)
    console.done(f"Release {target} serves again")


def status(host: Host, console: Console) -> None:
    """Which release serves, what runs, and what can be gone back to."""
    now = release.current(host)
    if now is None:
        console.say(f"No release on {host.name} yet: fab deploy")
        return
    commit = host.do("Reading the release", "cat", f"{layout.CURRENT}/COMMIT").strip()
    console.say(f"{host.name}: release {now} ({commit}); served before: {_served(host, now)}")
    for one in _stack(host).containers():
        tag = one.image.rpartition(":")[2] if one.image.startswith("storybot/") else "–"
        state = f"ended ({one.exit_code})" if one.state == "exited" else one.health or one.state
        console.say(f"  {one.service:<22} release {tag:<6} {state:<12} since {one.started[:19]}Z")
    disk = host.do("Looking at the disk", "df", "--output=avail,pcent", "-h", layout.ROOT).split()
    console.say(f"  disk: {disk[-2]} free, {disk[-1]} used")


def logs(host: Host, service: str, lines: int, *, follow: bool) -> None:
    """The log lines of a service, or of all."""
    words = [
        "logs",
        "--no-color",
        "--tail",
        str(lines),
        *(["--follow"] if follow else []),
        *([service] if service else []),
    ]
    if host.show(*_stack(host).command(*words)):
        raise Problem("No logs.", f"fab status lists the services; {service or 'something'} may be misspelt.")


def _go_back(host: Host, console: Console, stack: Stack, number: int, before: int | None) -> None:
    if before is None:
        raise Problem(
            f"Release {number} is the first here and did not come up; there is nothing to go back to.",
            "What was started is left as it is: fab status, fab logs. Mend it and deploy again.",
        )
    console.warn(f"Release {number} does not come up: going back to release {before}")
    release.switch(host, before)
    Rollout(host, console, stack, before).run(number, migrate=False)
    raise Problem(
        f"Release {number} did not come up. Release {before} serves, as before.",
        "What was wrong stands above. Its migrations, if they ran, stay: the release before works with them.",
        f"The folder {layout.folder(number)} is left to be looked at.",
    )


def _stack(host: Host) -> Stack:
    if not host.ask("test", "-s", layout.ENV_FILE).ok:
        raise Problem(f"{host.name} has no settings.", "Run fab prepare --settings=FILE (docs/deploy.md).")
    return Stack(host)


def _served(host: Host, now: int) -> str:
    return ", ".join(str(number) for number in release.deployed(host) if number != now) or "none"


@contextmanager
def _alone(host: Host) -> Iterator[None]:
    """One deployment at a time."""
    release.numbers(host)  # says so when the host is not prepared
    if not host.ask("mkdir", layout.LOCK).ok:
        raise Problem(
            f"Somebody is deploying to {host.name} just now, or was cut off while they did.",
            f"If nobody is: sudo rmdir {layout.LOCK} there, then deploy or roll back again; both go on from any state.",
        )
    try:
        yield
    finally:
        host.do("Ending the deployment", "rmdir", layout.LOCK)
