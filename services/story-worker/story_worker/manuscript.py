"""The text of one story while it is written: gathers what the model sends and keeps it saved.

The model is never waited for by the database nor the other way round: while one save is being committed the next
pieces gather, and then go together. At most one save of a story is under way.
"""

import asyncio
from collections.abc import Awaitable, Callable

from story_worker.stories import Claim, Outcome, Save

type Submit = Callable[[Save], Awaitable[None]]

HEARTBEAT_S = 20.0
_DOUBT_S = 0.2
_MAX_UNSAVED = 100_000
"""Code points that may wait for Postgres before the model's stream is no longer read."""


class Manuscript:
    """One attempt's text. ``keep_saved`` runs beside the writing and raises ClaimLost when the attempt is over."""

    def __init__(self, claim: Claim, submit: Submit, *, heartbeat: float = HEARTBEAT_S) -> None:
        self._claim = claim
        self._submit = submit
        self._heartbeat = heartbeat
        self._pieces = [claim.written]
        self._unsaved: list[str] = []
        self._unsaved_length = 0
        self._saved_length = len(claim.written)
        self._void = False
        self._outcome: Outcome | None = None
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._submitted = 0
        self._confirmed = 0
        self._confirmation = asyncio.Event()
        self._doubted = 0
        self._look: asyncio.TimerHandle | None = None

    @property
    def text(self) -> str:
        """All that was written so far, saved or not."""
        self._pieces[:] = ["".join(self._pieces)]
        return self._pieces[0]

    async def write(self, piece: str) -> None:
        """Append to the text. Waits only when far too much is unsaved."""
        if not piece:
            return
        self._pieces.append(piece)
        self._unsaved.append(piece)
        self._unsaved_length += len(piece)
        self._work.set()
        if self._unsaved_length > _MAX_UNSAVED:
            self._room.clear()
            await self._room.wait()

    def void(self) -> None:
        """Begin anew: the text so far is no part of the story."""
        self._pieces.clear()
        self._unsaved.clear()
        self._unsaved_length = 0
        self._void = True
        self._work.set()

    def finish(self, outcome: Outcome) -> None:
        """Let the next save be the last one."""
        self._outcome = outcome
        self._work.set()

    def doubt(self) -> None:
        """Something happened to the story: look soon whether it is still ours.

        Our own saves are announced too. So there is a look only if no save that was begun after this moment has
        shown meanwhile that the story is ours.
        """
        self._doubted = self._submitted
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(_DOUBT_S, self._look_if_in_doubt)

    async def still_ours(self) -> None:
        """Wait until a save that was begun after this moment has shown that the story is ours.

        When it is not, ``keep_saved`` raises ClaimLost and this is never answered.
        """
        begun_before = self._submitted
        self._work.set()
        while self._confirmed <= begun_before:
            self._confirmation.clear()
            await self._confirmation.wait()

    def _look_if_in_doubt(self) -> None:
        self._look = None
        if self._confirmed <= self._doubted:
            self._work.set()

    async def keep_saved(self) -> None:
        """Save what comes, and now and then nothing (which renews the lease), until the outcome is saved.

        Raises ClaimLost when a save finds that the story is no longer ours.
        """
        try:
            while True:
                await self._wait_for_work()
                save = self._next_save()
                self._submitted += 1
                number = self._submitted
                await self._submit(save)
                self._confirmed = number
                self._confirmation.set()
                if save.outcome is not None:
                    return
        finally:
            if self._look is not None:
                self._look.cancel()

    async def _wait_for_work(self) -> None:
        if not self._work.is_set():
            try:
                async with asyncio.timeout(self._heartbeat):
                    await self._work.wait()
            except TimeoutError:
                pass
        self._work.clear()

    def _next_save(self) -> Save:
        text = "".join(self._unsaved)
        offset = 0 if self._void else self._saved_length
        save = Save(self._claim.fence, self._claim.trace_id, offset, text, self._void, self._outcome)
        self._saved_length = offset + len(text)
        self._unsaved.clear()
        self._unsaved_length = 0
        self._void = False
        self._room.set()
        return save
