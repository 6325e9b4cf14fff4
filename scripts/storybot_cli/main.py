"""The command line: ``storybot.py COMMAND``. People use the Makefile, which calls this."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from . import backup, bench, checks, cloudflare, operate, restore, secrets, standins, trace
from .console import Console, Problem
from .host import this_host
from .operate import Tools
from .paths import LOGS, ROOT
from .shell import RealShell

if TYPE_CHECKING:
    from collections.abc import Callable


_TERMINATED = 128 + signal.SIGTERM


def toolbox(tools: Tools) -> None:
    """Make the toolbox image."""
    standins.ensure_toolbox(tools.shell, operate.prepare(tools))


COMMANDS: dict[str, Callable[[Tools], None]] = {
    "up": operate.up,
    "dev": operate.dev,
    "down": operate.down,
    "ps": operate.ps,
    "logs": operate.logs,
    "trace": trace.trace,
    "clean": operate.clean,
    "secrets": secrets.make,
    "backup": backup.backup,
    "restore": restore.restore,
    "toolbox": toolbox,
    "bench": bench.bench,
    "cloudflare-ranges": cloudflare.refresh,
}


def main(arguments: list[str]) -> int:
    """Run a command; 0 when it succeeded, 1 when it failed and said why, 2 when there is no such command."""
    name, names = (arguments[0], arguments[1:]) if arguments else ("", [])
    console = Console()
    tools = Tools(RealShell(console, ROOT, LOGS), console, this_host())
    steps = (*checks.QUICK, *checks.SLOW, *checks.ON_REQUEST)
    if name not in {*COMMANDS, "check"} or not {*names} <= {*steps}:
        console.say(f"Usage: storybot.py {' | '.join(COMMANDS)} | check [{' | '.join(steps)}]")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))  # so that what is running is cleared away
    try:
        if name == "check":
            checks.run(tools, *names)
        else:
            COMMANDS[name](tools)
    except Problem as problem:
        console.problem(problem)
        return 1
    except KeyboardInterrupt:
        console.say("\nInterrupted. Running the command again goes on from here.")
        return 130
    return 0
