"""The command line of the load tool."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from tests.load import report
from tests.load.figures import Section
from tests.load.scenarios import accepting, growth, limits, live_text, lone_story, queued_stories, twin
from tests.load.sizes import FULL, QUICK, Sizes
from tests.load.stack import Stack

type Scenario = Callable[[Stack, Sizes], Awaitable[Section]]

SCENARIOS: dict[str, Scenario] = {
    "limits": limits.measure,
    "accepting": accepting.measure,
    "lone": lone_story.measure,
    "queue": queued_stories.measure,
    "live": live_text.measure,
    "twin": twin.measure,
    "growth": growth.measure,
}
_TIME_LIMIT_S = 1200


async def measure(project: str, names: list[str], sizes: Sizes) -> list[Section]:
    """Run the scenarios in their order; each section is printed when it is there."""
    stack = await Stack.connect(project)
    sections = []
    try:
        async with asyncio.timeout(_TIME_LIMIT_S):
            for name in names:
                section = await SCENARIOS[name](stack, sizes)
                sections.append(section)
                sys.stdout.write(report.table([section]) + "\n")
                sys.stdout.flush()
    finally:
        await stack.close()
    return sections


def main(arguments: list[str]) -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(prog="tests.load", description="Measures Storybot on this machine.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}; all when none")
    parser.add_argument(
        "--quick", action="store_true", help="small counts: shows that the tool works, measures nothing"
    )
    parser.add_argument("--project", default="storybot-bench", help="the Compose project that runs")
    parser.add_argument("--output", type=Path, default=Path("test-results/bench.json"))
    options = parser.parse_args(arguments)
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    started = time.perf_counter()
    names = [name for name in SCENARIOS if name in (options.scenarios or SCENARIOS)]
    sections = uvloop.run(measure(options.project, names, QUICK if options.quick else FULL))
    seconds = time.perf_counter() - started
    report.write(report.document(sections, report.Machine.this(), quick=options.quick, seconds=seconds), options.output)
    sys.stdout.write(f"\n{seconds:.0f} s; written to {options.output}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
