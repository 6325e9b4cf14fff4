"""How much of everything: enough to trust the figures, or just enough to see that the tool works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts and seconds of the scenarios."""

    loop_seconds: float
    rounds: int
    lone_stories: int
    queued_stories: int
    instant_stories: int
    live_stories: int
    live_tokens: int
    viewers: tuple[int, ...]
    database_sizes: tuple[int, ...]
    growth_requests: int


FULL = Sizes(
    loop_seconds=3,
    rounds=3,
    lone_stories=100,
    queued_stories=100,
    instant_stories=2000,
    live_stories=50,
    live_tokens=300,
    viewers=(200, 1000, 2000),
    database_sizes=(1_000, 1_000_000),
    growth_requests=100,
)

QUICK = Sizes(
    loop_seconds=0.3,
    rounds=1,
    lone_stories=3,
    queued_stories=8,
    instant_stories=20,
    live_stories=4,
    live_tokens=30,
    viewers=(8,),
    database_sizes=(200, 1_000),
    growth_requests=3,
)
