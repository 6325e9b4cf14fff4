"""Waiting in tests: poll a condition until a deadline, never sleep for luck."""

import time
from collections.abc import Callable

_INTERVAL_SECONDS = 0.05


def until[Result](condition: Callable[[], Result], what: str, seconds: float = 20.0) -> Result:
    """The condition's first truthy value; AssertionError with `what` when none came within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(_INTERVAL_SECONDS)
