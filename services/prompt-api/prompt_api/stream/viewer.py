"""The viewers of event streams, and the one clock that looks after all of them.

A timer for each event and viewer would be most of the work when thousands watch; one look at everybody a second is
none.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from starlette.types import Send

_LOOKS_A_LIMIT = 10
_LONGEST_PAUSE_S = 1.0


class Viewer:
    """One open stream, served by the task that makes this."""

    def __init__(self) -> None:
        self._task = cast("asyncio.Task[None]", asyncio.current_task())
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self._is_sending = False
        self._owes_a_sign = False
        self.woken = asyncio.Event()
        self.has_left = False
        self.was_cut_off = False

    def leave(self) -> None:
        """The other end has gone."""
        self.has_left = True
        self.woken.set()

    async def send(self, send: Send, frames: bytes, *, is_last: bool) -> None:
        """Send a piece of the stream; cancelled when the other end does not take it in time."""
        self._since = self._clock()
        self._is_sending = True
        await send({"type": "http.response.body", "body": frames, "more_body": not is_last})
        self._is_sending = False

    async def sleep(self) -> bool:
        """Wait until there may be something to send; true when it is time for a sign of life."""
        await self.woken.wait()
        self.woken.clear()
        owes, self._owes_a_sign = self._owes_a_sign, False
        return owes

    def survive(self) -> None:
        """Take back the cancellation by which the viewer was cut off: the task goes on without it."""
        self._task.uncancel()

    def look(self, now: float, *, heartbeat: float, patience: float) -> None:
        """Cut the viewer off, or wake it for a sign of life, when it is time."""
        silence = now - self._since
        if self._is_sending:
            if silence > patience and not self.was_cut_off:
                self.was_cut_off = True
                self._task.cancel()
        elif silence >= heartbeat:
            self._owes_a_sign = True
            self.woken.set()


class Pulse:
    """Gives silent streams a sign of life every ``heartbeat`` seconds, and ends those whose viewer takes nothing for
    ``patience`` seconds."""

    def __init__(self, *, heartbeat: float, patience: float) -> None:
        self._heartbeat = heartbeat
        self._patience = patience
        self._viewers = set[Viewer]()

    @contextmanager
    def viewer(self) -> Iterator[Viewer]:
        """A viewer that is looked after inside the block."""
        viewer = Viewer()
        self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    async def run(self) -> None:
        """Look after them until cancelled."""
        pause = min(self._heartbeat / _LOOKS_A_LIMIT, self._patience / _LOOKS_A_LIMIT, _LONGEST_PAUSE_S)
        while True:
            await asyncio.sleep(pause)
            now = asyncio.get_running_loop().time()
            for viewer in list(self._viewers):
                viewer.look(now, heartbeat=self._heartbeat, patience=self._patience)
