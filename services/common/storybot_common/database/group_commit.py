"""Group commit: many callers, one transaction at a time.

While one transaction commits, the next callers' items gather; when it has committed they go together in the next
one. So the size of a batch follows the load by itself: alone, an item is stored at once, under load the cost of a
commit is shared. (The idea is the one behind Postgres' own ``commit_delay`` and every write-ahead log.)
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

type CommitBatch[Item, Result] = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]


class Overloaded(Exception):
    """So much is waiting to be stored that nothing more is taken: try again later."""


class GroupCommitter[Item, Result]:
    """Stores items in batches through ``commit``.

    ``commit`` gets 1 … ``max_batch`` items, stores them in one transaction and returns, in the same order, a result
    or an exception for each; an exception that it raises itself goes to every caller of that batch, but a batch of
    several is first tried again item by item when ``is_callers_fault`` says that one of them may have spoiled it.
    An item whose turn does not come within ``max_wait`` seconds is given back unstored.
    """

    def __init__(
        self,
        commit: CommitBatch[Item, Result],
        *,
        max_batch: int,
        max_waiting: int,
        max_wait: float | None = None,
        is_callers_fault: Callable[[Exception], bool] = lambda _error: False,
    ) -> None:
        self._commit = commit
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._max_wait = max_wait
        self._is_callers_fault = is_callers_fault
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._arrived = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many items wait for the next transaction."""
        return len(self._waiting)

    async def submit(self, item: Item) -> Result:
        """Store ``item``; returns after its transaction has committed.

        Raises Overloaded when too many items wait already or this one waited too long, or what ``commit`` had to say
        about the item. A caller that is cancelled while its item waits takes the item with it.
        """
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded(f"{len(self._waiting)} items are waiting to be stored")
        waiting = _Waiting[Item, Result](item, self._max_wait)
        self._waiting.append(waiting)
        self._arrived.set()
        return await waiting.future

    async def run(self) -> None:
        """Commit batches until cancelled. Whoever still waits then is told so by CancelledError."""
        try:
            while True:
                await self._arrived.wait()
                batch = self._take()
                if batch:
                    await self._store(batch)
        finally:
            for waiting in self._waiting:
                waiting.future.cancel()

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._max_batch:
            waiting = self._waiting.popleft()
            waiting.taken()
            if not waiting.future.done():
                batch.append((waiting.item, waiting.future))
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _store(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            outcomes = await self._commit([item for item, _future in batch])
        except Exception as error:  # noqa: BLE001 — whatever it is, the callers have to hear it
            if len(batch) > 1 and self._is_callers_fault(error):
                for one in batch:
                    await self._store([one])
            else:
                self._settle(batch, [error] * len(batch))
        except asyncio.CancelledError:
            for _item, future in batch:
                future.cancel()
            raise
        else:
            self._settle(batch, outcomes)

    @staticmethod
    def _settle(batch: list[tuple[Item, asyncio.Future[Result]]], outcomes: Sequence[Result | Exception]) -> None:
        for (_item, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():  # the caller went away meanwhile
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


class _Waiting[Item, Result]:
    """An item in the queue, which leaves it by itself after ``limit`` seconds."""

    def __init__(self, item: Item, limit: float | None) -> None:
        loop = asyncio.get_running_loop()
        self.item = item
        self.future: asyncio.Future[Result] = loop.create_future()
        self._expiry = loop.call_later(limit, self._expire) if limit is not None else None

    def taken(self) -> None:
        """From now on the commit decides."""
        if self._expiry is not None:
            self._expiry.cancel()

    def _expire(self) -> None:
        if not self.future.done():
            self.future.set_exception(Overloaded("the item waited too long to be stored"))
