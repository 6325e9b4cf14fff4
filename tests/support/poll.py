"""Waiting in tests: poll a condition until a deadline, never sleep for luck."""

import asyncio
import time
from collections.abc import Awaitable, Callable

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


async def eventually[Result](
    condition: Callable[[], Awaitable[Result]], what: str, seconds: float = 20.0, interval: float = _INTERVAL_SECONDS
) -> Result:
    """``until`` for conditions that have to be awaited, asked every ``interval`` seconds."""
    deadline = time.monotonic() + seconds
    while True:
        if value := await condition():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(interval)
