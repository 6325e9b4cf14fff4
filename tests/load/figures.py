"""What a run yields: single figures, some with a goal, and latencies boiled down to percentiles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure: `at least` or `at most` so much."""

    sense: Literal["at least", "at most"]
    bound: float

    def reached(self, value: float) -> bool:
        return value >= self.bound if self.sense == "at least" else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.sense == 'at least' else '≤'} {number(self.bound)}"


def at_least(bound: float) -> Goal:
    return Goal("at least", bound)


def at_most(bound: float) -> Goal:
    return Goal("at most", bound)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `unit` is empty for a ratio."""

    name: str
    value: float
    unit: str = ""
    goal: Goal | None = None

    @property
    def reached(self) -> bool | None:
        """None when there is no goal."""
        return self.goal.reached(self.value) if self.goal else None


@dataclass(frozen=True, slots=True)
class Latencies:
    """Percentiles of durations, in milliseconds."""

    count: int
    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Self:
        """Boil down durations given in seconds; ValueError when there are none."""
        ordered = sorted(seconds)
        if not ordered:
            raise ValueError("there is nothing to take percentiles of")
        return cls(
            count=len(ordered),
            p50=percentile(ordered, 50) * 1000,
            p99=percentile(ordered, 99) * 1000,
            longest=ordered[-1] * 1000,
        )


class Section:
    """The figures of one scenario, in the order in which they were noted."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.figures: list[Figure] = []

    def note(self, name: str, value: float, unit: str = "", goal: Goal | None = None) -> None:
        """Add a figure."""
        self.figures.append(Figure(name, value, unit, goal))

    def note_latencies(
        self, name: str, latencies: Latencies, *, p50: Goal | None = None, p99: Goal | None = None
    ) -> None:
        """Add median and 99th percentile, in milliseconds."""
        self.note(f"{name}, p50", latencies.p50, "ms", p50)
        self.note(f"{name}, p99", latencies.p99, "ms", p99)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest of the ascending values that at least `percent` of them do not exceed (nearest rank)."""
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(int(rank), 1) - 1]


def median(values: Iterable[float]) -> float:
    """The middle of a few repetitions; of an even number the lower middle."""
    return percentile(sorted(values), 50)


def number(value: float) -> str:
    """For people: three digits that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
