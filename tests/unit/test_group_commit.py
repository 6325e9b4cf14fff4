"""Many callers share a transaction; each hears what became of its own item."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from storybot_common.database.group_commit import GroupCommitter, Overloaded


class Store:
    """Stands for the database: remembers the batches, and waits when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.committing = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.committing.set()
        await self.open.wait()
        self.batches.append(list(items))
        if 13 in items:
            raise ValueError("13 cannot be stored")
        return [KeyError(item) if item < 0 else item * 10 for item in items]


@asynccontextmanager
async def committer(
    store: Store, *, max_batch: int = 100, max_waiting: int = 100, is_callers_fault: Callable[[Exception], bool]
) -> AsyncIterator[GroupCommitter[int, int]]:
    group = GroupCommitter(
        store.commit, max_batch=max_batch, max_waiting=max_waiting, is_callers_fault=is_callers_fault
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(group.run())
        yield group
        running.cancel()


def nobodys_fault(_error: Exception) -> bool:
    return False


def callers_fault(error: Exception) -> bool:
    return isinstance(error, ValueError)


async def test_what_waits_during_a_commit_goes_together_in_the_next_one() -> None:
    store = Store()
    async with committer(store, is_callers_fault=nobodys_fault) as group:
        store.open.clear()
        first = asyncio.ensure_future(group.submit(1))
        await store.committing.wait()
        others = [asyncio.ensure_future(group.submit(n)) for n in (2, 3, 4)]
        await asyncio.sleep(0)  # one round of the loop: the three have submitted and wait
        store.open.set()
        assert await asyncio.gather(first, *others) == [10, 20, 30, 40]
    assert store.batches == [[1], [2, 3, 4]]


async def test_a_batch_has_a_limit() -> None:
    store = Store()
    async with committer(store, max_batch=2, is_callers_fault=nobodys_fault) as group:
        await asyncio.gather(*(group.submit(n) for n in range(5)))
    assert [len(batch) for batch in store.batches] == [2, 2, 1]


async def test_an_items_own_failure_reaches_its_caller_only() -> None:
    async with committer(Store(), is_callers_fault=nobodys_fault) as group:
        good, bad = await asyncio.gather(group.submit(1), group.submit(-1), return_exceptions=True)
    assert good == 10
    assert isinstance(bad, KeyError)


async def test_an_item_that_spoils_its_batch_is_found_and_the_others_are_stored() -> None:
    async with committer(Store(), is_callers_fault=callers_fault) as group:
        outcomes = await asyncio.gather(*(group.submit(n) for n in (1, 13, 2)), return_exceptions=True)
    assert outcomes[0] == 10
    assert isinstance(outcomes[1], ValueError)
    assert outcomes[2] == 20


async def test_a_failure_of_the_store_reaches_everyone_at_once() -> None:
    store = Store()
    async with committer(store, is_callers_fault=nobodys_fault) as group:
        outcomes = await asyncio.gather(*(group.submit(n) for n in (1, 13)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError, ValueError]
    assert store.batches == [[1, 13]]


async def test_when_too_much_waits_nothing_more_is_taken() -> None:
    store = Store()
    group = GroupCommitter(store.commit, max_batch=10, max_waiting=2)
    waiting = [asyncio.ensure_future(group.submit(n)) for n in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await group.submit(3)
    for task in waiting:
        task.cancel()


async def test_a_caller_that_gives_up_takes_its_item_along() -> None:
    store = Store()
    async with committer(store, is_callers_fault=nobodys_fault) as group:
        gone = asyncio.ensure_future(group.submit(1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await group.submit(2) == 20
    assert store.batches == [[2]]


async def test_when_it_ends_whoever_waits_is_told() -> None:
    store = Store()
    store.open.clear()
    async with committer(store, is_callers_fault=nobodys_fault) as group:
        under_way = asyncio.ensure_future(group.submit(1))
        await store.committing.wait()
        queued = asyncio.ensure_future(group.submit(2))
        await asyncio.sleep(0)
    for task in (under_way, queued):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_item_whose_turn_does_not_come_is_given_back_unstored() -> None:
    store = Store()
    store.open.clear()
    group = GroupCommitter(store.commit, max_batch=10, max_waiting=10, max_wait=0.001)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(group.run())
        under_way = tasks.create_task(group.submit(1))
        await store.committing.wait()
        with pytest.raises(Overloaded):
            await group.submit(2)
        store.open.set()
        assert await under_way == 10
        running.cancel()
    assert store.batches == [[1]]
