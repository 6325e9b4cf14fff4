"""Counts test results from JUnit XML files, which every runner here can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Tally(NamedTuple):
    """Numbers of tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count(reports: Iterable[Path]) -> Tally:
    """Add up the suites of all reports."""
    passed = failed = skipped = 0
    for report in reports:
        root = ElementTree.parse(report).getroot()  # noqa: S314 - written by our own test runners
        for suite in root.iter("testsuite"):
            number = {name: int(suite.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")}
            broken = number["failures"] + number["errors"]
            failed += broken
            skipped += number["skipped"]
            passed += number["tests"] - broken - number["skipped"]
    return Tally(passed, failed, skipped)
