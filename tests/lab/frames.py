"""How smoothly the app moves, from the browser's own trace: a story of 10,000 words, and a list of 10,000 stories."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg
from playwright.async_api import Browser, Page

from tests.e2e.environment import Environment
from tests.e2e.ideas import idea
from tests.e2e.screens import ENGLISH, Screens
from tests.screenshots.walk import MANY
from tests.support.browser import PHONE, running_browser, visit

_CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
]
_WORDS = 10_000
_LONG_TASK_MS = 50
_SCROLLS = 150


@dataclass(frozen=True)
class Frames:
    """Times in milliseconds."""

    page: str
    seconds: float
    intervals: tuple[float, ...]
    """Between frames that were drawn one after the other, while something moved."""
    dropped: int
    longest_tasks: tuple[float, ...]

    @classmethod
    def read(cls, page: str, trace: bytes) -> "Frames":
        """From Chromium's trace."""
        events: list[dict[str, Any]] = sorted(json.loads(trace)["traceEvents"], key=lambda event: float(event["ts"]))
        drawn = [event["ts"] / 1000 for event in events if event["name"] == "DrawFrame"]
        main = {
            (event["pid"], event["tid"])
            for event in events
            if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
        }
        tasks = [
            event["dur"] / 1000
            for event in events
            if event["name"] == "RunTask" and "dur" in event and (event["pid"], event["tid"]) in main
        ]
        return cls(
            page=page,
            seconds=(drawn[-1] - drawn[0]) / 1000,
            intervals=tuple(sorted(later - earlier for earlier, later in pairwise(drawn))),
            dropped=sum(event["name"] == "DroppedFrame" for event in events),
            longest_tasks=tuple(sorted(tasks, reverse=True)[:3]),
        )

    def __str__(self) -> str:
        def percentile(share: float) -> float:
            return self.intervals[int(share * (len(self.intervals) - 1))]

        tasks = ", ".join(f"{task:.0f}" for task in self.longest_tasks)
        return (
            f"{self.page}: {len(self.intervals) + 1} frames drawn in {self.seconds:.1f} s, {self.dropped} dropped; "
            f"interval p50 {percentile(0.5):.1f} ms, p99 {percentile(0.99):.1f} ms; longest tasks {tasks} ms"
        )


async def look_at_frames(environment: Environment) -> list[Frames]:
    """Trace both on a phone's screen."""
    async with running_browser() as browser, visit(browser, environment.url, "en-US", PHONE) as visitor:
        screens = Screens(visitor.page, ENGLISH)
        return [await _long_story(browser, screens), await _ten_thousand(browser, visitor.page, environment)]


async def _long_story(browser: Browser, screens: Screens) -> Frames:
    await screens.open_home()
    await screens.write(idea(tokens=_WORDS, delay=0.002).content)
    await screens.watch_until(100)
    await browser.start_tracing(page=screens.page, categories=_CATEGORIES)
    await screens.the_end.wait_for(timeout=180_000)
    return Frames.read(f"a story of {_WORDS:,} words being written", await browser.stop_tracing())


async def _ten_thousand(browser: Browser, page: Page, environment: Environment) -> Frames:
    with psycopg.connect(environment.database_url.replace("+psycopg", "")) as connection:
        (owner,) = connection.execute("SELECT owner_id FROM prompts ORDER BY created_at DESC LIMIT 1").fetchone() or (
            None,
        )
        connection.execute(MANY, {"owner": owner, "idea": "A fox who is afraid of the dark"})
    await page.goto("/")
    await page.get_by_role("listitem").nth(3).wait_for()
    await browser.start_tracing(page=page, categories=_CATEGORIES)
    for _ in range(_SCROLLS):
        await page.mouse.wheel(0, 300)
        await page.wait_for_timeout(30)  # as a thumb does
    return Frames.read("a list of 10,000 stories being scrolled", await browser.stop_tracing())
