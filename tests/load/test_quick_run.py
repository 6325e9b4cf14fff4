"""The load tool measures everything there is to measure. Nothing is timed: the counts are far too small."""

import json
import math
import os
from pathlib import Path

import pytest
import uvloop

from tests.load import report
from tests.load.__main__ import SCENARIOS, measure
from tests.load.figures import Section
from tests.load.sizes import QUICK

PROJECT = os.environ.get("BENCH_PROJECT", "storybot-bench")


@pytest.fixture(scope="module")
def sections() -> list[Section]:
    return uvloop.run(measure(PROJECT, list(SCENARIOS), QUICK))


def test_every_scenario_yields_figures(sections: list[Section]) -> None:
    assert len(sections) == len(SCENARIOS)
    for section in sections:
        assert section.figures, section.title
        for figure in section.figures:
            assert math.isfinite(figure.value), figure
            assert figure.value >= 0, figure


def test_every_goal_of_the_design_has_a_figure(sections: list[Section]) -> None:
    goals = [str(figure.goal) for section in sections for figure in section.figures if figure.goal]
    for goal in ("≥ 0.4", "≥ 10", "≥ 2", "≤ 1.15", "≤ 12", "≤ 100", "≤ 15"):
        assert goal in goals


def test_the_results_can_be_read_back(sections: list[Section], tmp_path: Path) -> None:
    written = report.document(sections, report.Machine.this(), quick=True, seconds=1)
    report.write(written, tmp_path / "new folder" / "bench.json")
    assert json.loads((tmp_path / "new folder" / "bench.json").read_text()) == written
