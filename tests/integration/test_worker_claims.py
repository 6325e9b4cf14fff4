"""Whose story is written next, on a real Postgres."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from aio_pika.abc import AbstractChannel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker import claims as module
from story_worker.claims import Claims, ClaimTerms
from story_worker.stories import Claim
from storybot_common.database.tables import stories
from storybot_common.ids import new_id
from tests.integration.conftest import MakeConnection
from tests.support.worker import Bookshop

TERMS = ClaimTerms(worker="w", lease=90, model="fake", builtin=True)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


@asynccontextmanager
async def claims_of(dedicated: MakeConnection) -> AsyncIterator[Claims]:
    claims = Claims(dedicated(), TERMS)
    task = asyncio.create_task(claims.run())
    yield claims
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def take(claims: Claims, count: int) -> list[Claim]:
    """Use so many tickets at once."""
    async with asyncio.timeout(20):
        return [claim for claim in await asyncio.gather(*(claims.next() for _ in range(count))) if claim]


async def shelve(shop: Bookshop, owner: UUID, count: int, *, minute: int = 0, **story: object) -> list[UUID]:
    """Stories of one owner, the first one queued so many minutes after noon."""
    times = [NOON + timedelta(minutes=minute, seconds=number) for number in range(count)]
    return [await shop.shelve("fox", owner_id=owner, queued_at=time, **story) for time in times]


def ids(taken: list[Claim]) -> list[UUID]:
    return [claim.fence.story_id for claim in taken]


async def test_a_claim_takes_the_story_under_a_lease_and_tells_all_that_is_needed(
    dedicated: MakeConnection, shop: Bookshop
) -> None:
    story_id = await shop.shelve("A fox")
    async with claims_of(dedicated) as claims:
        (claim,) = await take(claims, 1)
        assert await take(claims, 1) == []
    story = await shop.story(story_id)
    assert (story["status"], story["worker"], story["attempt"], story["deliveries"]) == ("writing", "w", 1, 1)
    assert (story["model"], story["model_builtin"]) == ("fake", True)
    assert 80 < (story["lease_expires_at"] - story["started_at"]).total_seconds() <= 90
    assert (claim.fence.story_id, claim.fence.attempt, claim.trace_id) == (story_id, 1, story["trace_id"])
    assert (claim.content, claim.options, claim.written, claim.model) == ("A fox", {"language": "en"}, "", "fake")
    assert claim.settings.system_prompt


async def test_five_hundred_stories_of_one_owner_do_not_delay_the_first_of_another(
    dedicated: MakeConnection, shop: Bookshop
) -> None:
    many = await shelve(shop, new_id(), 30)
    (late,) = await shelve(shop, new_id(), 1, minute=10)
    async with claims_of(dedicated) as claims:
        assert ids(await take(claims, 1)) == [many[0]]
        assert ids(await take(claims, 1)) == [late]
        assert ids(await take(claims, 1)) == [many[1]]


async def test_tickets_that_come_together_are_fair_among_themselves(dedicated: MakeConnection, shop: Bookshop) -> None:
    owners = [new_id() for _ in range(3)]
    for minute, owner in enumerate(owners):
        await shelve(shop, owner, 10, minute=minute)
    async with claims_of(dedicated) as claims:
        taken = await take(claims, 7)
    by_owner = Counter([(await shop.story(story_id))["owner_id"] for story_id in ids(taken)])
    assert by_owner == {owners[0]: 3, owners[1]: 2, owners[2]: 2}


async def test_every_owner_has_a_turn_when_more_wait_than_are_looked_at(
    dedicated: MakeConnection, shop: Bookshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WINDOW", 3)
    owners = [new_id() for _ in range(10)]
    for owner in owners:
        await shelve(shop, owner, 2)
    async with claims_of(dedicated) as claims:
        first_half = [ids(await take(claims, 1))[0] for _ in range(10)]
        second_half = await take(claims, 20)
    assert len({(await shop.story(story_id))["owner_id"] for story_id in first_half}) >= 7
    assert len({*first_half, *ids(second_half)}) == 20


async def test_a_story_is_not_claimed_before_its_time(dedicated: MakeConnection, shop: Bookshop) -> None:
    await shelve(shop, new_id(), 1, available_at=datetime.now(UTC) + timedelta(hours=1))
    (now,) = await shelve(shop, new_id(), 1)
    async with claims_of(dedicated) as claims:
        assert ids(await take(claims, 2)) == [now]


async def test_stories_beyond_a_window_of_delayed_ones_are_found(
    dedicated: MakeConnection, shop: Bookshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WINDOW", 2)
    for _owner in range(6):
        await shelve(shop, new_id(), 1, available_at=datetime.now(UTC) + timedelta(hours=1))
    (now,) = await shelve(shop, new_id(), 1)
    async with claims_of(dedicated) as claims:
        assert ids(await take(claims, 1)) == [now]


async def test_a_ticket_waits_for_a_story_that_somebody_else_has_locked(
    dedicated: MakeConnection, engine: AsyncEngine, shop: Bookshop
) -> None:
    """Else the ticket would be used up, and the story would wait for a ticket that never comes."""
    story_id = await shop.shelve("A fox")
    async with claims_of(dedicated) as claims:
        async with engine.begin() as connection:
            await connection.execute(select(stories).where(stories.c.id == story_id).with_for_update())
            taking = asyncio.create_task(take(claims, 1))
            done, _pending = await asyncio.wait({taking}, timeout=0.3)
            assert not done
        assert ids(await taking) == [story_id]


async def test_two_workers_at_once_never_take_the_same_story(dedicated: MakeConnection, shop: Bookshop) -> None:
    everything = {story_id for _ in range(3) for story_id in await shelve(shop, new_id(), 10)}
    async with claims_of(dedicated) as one, claims_of(dedicated) as other:
        taken = await asyncio.gather(*(take(claims, 1) for _ in range(15) for claims in (one, other)))
    assert sorted(ids([claim for claims in taken for claim in claims])) == sorted(everything)


async def test_the_text_so_far_comes_with_the_claim(dedicated: MakeConnection, shop: Bookshop) -> None:
    story_id = await shop.shelve("A fox", text_length=9)
    await shop.put_chunks(story_id, "Once", " upon")
    async with claims_of(dedicated) as claims:
        (claim,) = await take(claims, 1)
    assert claim.written == "Once upon"
    assert (await shop.story(story_id))["resumption"] == "continued"
