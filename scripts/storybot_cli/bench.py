"""Measuring: containers of their own in one network namespace, and the load tool (tests/load) inside it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import health, operate, standins
from .console import Problem
from .paths import ROOT, TEST_RESULTS
from .stack import stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .images import Images
    from .operate import Tools

_MEASURED = ("prompt-api", "story-worker", "fake-llm", "empty-route")
_TWIN = ("twin-api", "twin-worker")  # started by the load tool, for as long as it looks at them
_PYTHONPATH = "PYTHONPATH=.:services/common"


def bench(tools: Tools) -> None:
    """Measure everything, or SCENARIOS; print the table and write test-results/bench.json."""
    scenarios = os.environ.get("SCENARIOS", "").split()
    family = operate.prepare(tools)
    standins.ensure_toolbox(tools.shell, family)
    TEST_RESULTS.mkdir(parents=True, exist_ok=True)
    with namespace(tools, family) as environment:
        command = (str(ROOT / "scripts/toolbox"), "env", _PYTHONPATH, "python", "-m", "tests.load", *scenarios)
        if tools.shell.show(*command, env=environment):
            raise Problem("The load tool failed; what it said is above.")


@contextmanager
def namespace(tools: Tools, family: Images) -> Iterator[Mapping[str, str]]:
    """Start the containers; yields variables that put scripts/toolbox into their network namespace."""
    chosen = stack(family, "bench")
    operate.build(tools, chosen, family, *_MEASURED[:3], _TWIN[0])
    _remove(tools, family)
    try:
        health.start(tools.shell, tools.console, chosen, *_MEASURED)
        tools.shell.task("Making the twin's containers", *chosen.command("create", "--no-build", *_TWIN))
        net = tools.shell.ask(*chosen.command("ps", "--quiet", "net")).out.strip()
        yield {"TOOLBOX_NETWORK": f"container:{net}"}
    finally:
        _remove(tools, family)


def _remove(tools: Tools, family: Images) -> None:
    tools.shell.ask(
        *stack(family, "bench").command("down", "--volumes", "--remove-orphans", "--timeout", "3"), timeout=120
    )
