"""Lighthouse's mobile profile on one page, and what it found."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .pages import LabPage

_PROGRAM = Path(__file__).parent / "node_modules/lighthouse/cli/index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "speed-index")
_SHIFT = "cumulative-layout-shift"


@dataclass(frozen=True)
class Run:
    """One look: scores of 100, times in milliseconds, and how fast the machine was just then."""

    scores: dict[str, int]
    times: dict[str, float]
    shift: float
    benchmark_index: float
    faults: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> "Run":
        """From Lighthouse's JSON."""
        report: dict[str, Any] = json.loads(file.read_text())
        audits, categories = report["audits"], report["categories"]
        named = [ref["id"] for name in CATEGORIES[1:] for ref in categories[name]["auditRefs"] if ref["weight"] > 0]
        return cls(
            scores={name: round(100 * categories[name]["score"]) for name in CATEGORIES},
            times={name: audits[name]["numericValue"] for name in TIMES},
            shift=audits[_SHIFT]["numericValue"],
            benchmark_index=report["environment"]["benchmarkIndex"],
            faults=tuple(name for name in named if audits[name]["score"] not in (1, None)),
        )


@dataclass(frozen=True)
class Figures:
    """The medians of several looks at one page."""

    page: str
    runs: tuple[Run, ...]

    @property
    def scores(self) -> dict[str, float]:
        return {name: median(run.scores[name] for run in self.runs) for name in CATEGORIES}

    def __str__(self) -> str:
        scores = "  ".join(f"{name} {score:.0f}" for name, score in self.scores.items())
        times = "  ".join(
            f"{_short(name)} {median(run.times[name] for run in self.runs):.0f} ms" for name in self.runs[0].times
        )
        shift = median(run.shift for run in self.runs)
        indices = ", ".join(f"{run.benchmark_index:.0f}" for run in self.runs)
        each = ", ".join(str(run.scores["performance"]) for run in self.runs)
        faults = sorted({fault for run in self.runs for fault in run.faults})
        lines = [
            f"{self.page}: {scores}",
            f"    {times}  CLS {shift:.3f}",
            f"    performance of each run: {each}; benchmarkIndex: {indices}",
        ]
        return "\n".join(lines + [f"    fault: {fault}" for fault in faults])


async def look(url: str, page: LabPage, folder: Path, number: int) -> Run:
    """Open the page once as a phone on a slow network does; the report is kept as ``folder/NAME-NUMBER.html``."""
    path = folder / f"{page.name}-{number}"
    command = [
        *("node", str(_PROGRAM), url + page.path, "--quiet", f"--only-categories={','.join(CATEGORIES)}"),
        *("--output=json", "--output=html", f"--output-path={path}"),
        # the container is the sandbox
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        f"--extra-headers={json.dumps(page.headers)}",
    ]
    environment = {**os.environ, "CHROME_PATH": os.environ.get("CHROMIUM", "/usr/bin/chromium")}
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    if await process.wait():
        raise RuntimeError(f"Lighthouse could not look at {page.name}; what it said is above")
    return Run.read(Path(f"{path}.report.json"))


def _short(name: str) -> str:
    return "".join(word[0] for word in name.split("-")).upper()
