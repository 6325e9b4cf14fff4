"""The visitors of a scene: they ask, ask again, and read."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from typing import Self

from tests.faults.form import Form
from tests.faults.orders import Order, OrderBook
from tests.support.story_client import StoryClient

_BETWEEN_IN_RUSH_S = 0.02


class Crowd:
    """One client an owner; every order is one task that lasts until its story has been read to the end."""

    def __init__(self, clients: list[StoryClient], book: OrderBook, form: Form) -> None:
        self._clients = clients
        self._book = book
        self._form = form
        self._errands: set[asyncio.Task[None]] = set()
        self.orders: list[Order] = []

    @classmethod
    @asynccontextmanager
    async def gather(cls, base_url: str, book: OrderBook, form: Form) -> AsyncIterator[Self]:
        """Let every visitor open the page; whatever still runs at the end of the block is broken off."""
        async with AsyncExitStack() as visits:
            clients = [await visits.enter_async_context(StoryClient.visit(base_url)) for _ in range(form.owners)]
            crowd = cls(clients, book, form)
            try:
                yield crowd
            finally:
                await crowd._disperse()

    async def fill(self) -> None:
        """Order as many stories as shall be in flight; returns when all are accepted."""
        new = [self._order(during_fault=False) for _ in range(self._form.stories)]
        deadline = time.monotonic() + self._form.patience
        while not all(order.submission.accepted for order in new):
            if time.monotonic() > deadline:
                raise AssertionError("the stories of the beginning were not accepted")
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def pressure(self) -> AsyncIterator[None]:
        """Go on ordering at a steady rate while the block runs."""
        steady = asyncio.create_task(self._order_steadily())
        try:
            yield
        finally:
            steady.cancel()
            with suppress(asyncio.CancelledError):
                await steady

    async def read_to_the_end(self) -> None:
        """Wait until every accepted story has been read, but not beyond the form's deadline.

        Who is not done by then is left as they are: the claims will name them.
        """
        if self._errands:
            await asyncio.wait(self._errands, timeout=self._form.settle)
        for errand in [errand for errand in self._errands if errand.done()]:
            errand.result()

    async def _order_steadily(self) -> None:
        """First in a rush, so that the blow falls between a request and its answer, then steadily."""
        for number in count():
            if sum(not errand.done() for errand in self._errands) < 2 * self._form.stories:
                self._order(during_fault=True)
            in_rush = number < self._form.rush
            await asyncio.sleep(_BETWEEN_IN_RUSH_S if in_rush else 1 / self._form.requests_per_second)

    def _order(self, *, during_fault: bool) -> Order:
        order = self._book.draw(during_fault=during_fault)
        self.orders.append(order)
        self._errands.add(asyncio.create_task(self._run(order), name=order.marker))
        return order

    async def _run(self, order: Order) -> None:
        client = self._clients[order.owner]
        asking = (
            client.submit(order.submission, self._form.patience) if order.patient else client.send(order.submission)
        )
        if order.repeating:
            await asyncio.gather(asking, client.send(order.submission))
        else:
            await asking
        if not order.submission.accepted:
            return
        if order.repeating:
            await client.send(order.submission)
        await client.follow(order.submission.story_id, order.reading, leave_after=order.leave_after)
        await client.follow(order.submission.story_id, order.second_reading)

    async def _disperse(self) -> None:
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
