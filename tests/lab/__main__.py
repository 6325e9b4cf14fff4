"""``python -m tests.lab`` on a running test stack: Lighthouse, mobile profile, on the built app behind the gateway, and
how many frames a long story and a long list cost.

``LAB_RUNS`` says how often each page is looked at, ``LAB_PAGES`` which ones ("frames" for the latter). The reports go
to ``test-results/lab``.
"""

import asyncio
import os
import shutil
import sys

from tests.e2e.environment import Environment

from .frames import look_at_frames
from .lighthouse import Figures, look
from .pages import pages

_GOAL = 95


async def main() -> int:
    """Measure and print; 1 when a median is below the goal."""
    environment = Environment.read()
    runs = int(os.environ.get("LAB_RUNS") or 3)
    wanted = os.environ.get("LAB_PAGES", "").split()
    folder = environment.results / "lab"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    missed = False
    for page in await pages(environment.url):
        if wanted and page.name not in wanted:
            continue
        seen = [await look(environment.url, page, folder, number) for number in range(1, runs + 1)]
        figures = Figures(page.name, tuple(seen))
        sys.stdout.write(f"{figures}\n")
        sys.stdout.flush()
        missed |= min(figures.scores.values()) < _GOAL
    if not wanted or "frames" in wanted:
        for frames in await look_at_frames(environment):
            sys.stdout.write(f"{frames}\n")
    sys.stdout.write(f"Goal: {_GOAL} everywhere. The reports: {folder}\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
