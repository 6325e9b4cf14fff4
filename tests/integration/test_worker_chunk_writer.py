"""What is stored of stories that are being written, on a real Postgres."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker.chunk_writer import ChunkWriter
from story_worker.claims import Claims, ClaimTerms
from story_worker.metrics import WorkerMetrics
from story_worker.stories import Claim, Failed, Fence, Finished, HandedBack, Outcome, RetryLater, Save, Usage
from storybot_common.broker.topology import DELAYS, JOBS
from storybot_common.database import notifications
from storybot_common.errors import ClaimLost, FailureCode
from tests.integration.conftest import MakeConnection
from tests.support.poll import eventually
from tests.support.worker import Bookshop

DONE = Finished("stop", Usage(3, 5))


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


@pytest.fixture
async def writer(dedicated: MakeConnection) -> AsyncIterator[ChunkWriter]:
    writer = ChunkWriter(dedicated(), lease=90, metrics=WorkerMetrics(CollectorRegistry()))
    task = asyncio.create_task(writer.run())
    yield writer
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def claim(dedicated: MakeConnection, shop: Bookshop) -> Claim:
    return await claimed(dedicated, shop)


async def claimed(dedicated: MakeConnection, shop: Bookshop) -> Claim:
    await shop.shelve("A fox")
    claims = Claims(dedicated(), ClaimTerms(worker="w", lease=90, model="fake", builtin=False))
    task = asyncio.create_task(claims.run())
    claim = await claims.next()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert claim is not None
    return claim


def save(claim: Claim, offset: int, text: str = "", *, void: bool = False, outcome: Outcome | None = None) -> Save:
    return Save(claim.fence, claim.trace_id, offset, text, void, outcome)


async def test_chunks_become_the_whole_text_when_the_story_is_finished(
    writer: ChunkWriter, claim: Claim, shop: Bookshop
) -> None:
    story_id = claim.fence.story_id
    await writer.submit(save(claim, 0, "きつね🦊"))
    await writer.submit(save(claim, 4, " upon"))
    assert await shop.chunks(story_id) == "きつね🦊 upon"
    assert (await shop.story(story_id))["text_length"] == 9
    await writer.submit(save(claim, 9, " a time.", outcome=DONE))
    story = await shop.story(story_id)
    assert (story["text"], story["text_length"]) == ("きつね🦊 upon a time.", 17)
    assert (story["status"], story["finish_reason"]) == ("finished", "stop")
    assert (story["prompt_tokens"], story["completion_tokens"]) == (3, 5)
    assert (story["worker"], story["lease_expires_at"]) == (None, None)
    assert await shop.chunks(story_id) == ""


async def test_a_failed_story_keeps_its_text(writer: ChunkWriter, claim: Claim, shop: Bookshop) -> None:
    await writer.submit(save(claim, 0, "Once"))
    await writer.submit(save(claim, 4, outcome=Failed(FailureCode.LLM_REFUSED)))
    story = await shop.story(claim.fence.story_id)
    assert (story["status"], story["failure_code"], story["text"]) == ("failed", "llm_refused", "Once")


async def test_a_save_that_comes_twice_is_stored_once(writer: ChunkWriter, claim: Claim, shop: Bookshop) -> None:
    """As after a commit whose answer was lost."""
    for _time in range(2):
        await writer.submit(save(claim, 0, "Once"))
    assert await shop.chunks(claim.fence.story_id) == "Once"
    for _time in range(2):
        await writer.submit(save(claim, 0, "There was", void=True))
    assert await shop.chunks(claim.fence.story_id) == "There was"
    await writer.submit(save(claim, 9, ".", outcome=DONE))
    with pytest.raises(ClaimLost):
        await writer.submit(save(claim, 9, ".", outcome=DONE))
    assert (await shop.story(claim.fence.story_id))["text"] == "There was."


@pytest.mark.parametrize("outcome", [None, DONE, HandedBack(), RetryLater(DELAYS[0], FailureCode.INTERNAL)])
async def test_an_attempt_that_is_not_the_newest_writes_nothing(
    writer: ChunkWriter, claim: Claim, shop: Bookshop, outcome: Outcome | None
) -> None:
    old = Save(Fence(claim.fence.story_id, claim.fence.attempt - 1), claim.trace_id, 0, "Once", outcome=outcome)
    with pytest.raises(ClaimLost):
        await writer.submit(old)
    story = await shop.story(claim.fence.story_id)
    assert (story["status"], story["text"], await shop.chunks(story["id"])) == ("writing", "", "")
    assert await shop.relay() == []


async def test_retrying_later_keeps_the_text_and_sends_a_ticket_through_the_delay_queue(
    writer: ChunkWriter, claim: Claim, shop: Bookshop
) -> None:
    delay = DELAYS[1]
    await writer.submit(save(claim, 0, "Once", outcome=RetryLater(delay, FailureCode.LLM_TIMEOUT)))
    story = await shop.story(claim.fence.story_id)
    assert (story["status"], story["deliveries"], story["worker"]) == ("queued", 1, None)
    assert delay.seconds - 1 < (story["available_at"] - story["started_at"]).total_seconds() < delay.seconds + 60
    assert await shop.chunks(story["id"]) == "Once"
    assert await shop.relay() == [delay.name]


async def test_handing_back_is_no_delivery(writer: ChunkWriter, claim: Claim, shop: Bookshop) -> None:
    await writer.submit(save(claim, 0, "Once", outcome=HandedBack()))
    story = await shop.story(claim.fence.story_id)
    assert (story["status"], story["deliveries"]) == ("queued", 0)
    assert await shop.relay() == [JOBS]


async def test_one_save_that_cannot_be_stored_does_not_spoil_the_others(
    writer: ChunkWriter, dedicated: MakeConnection, shop: Bookshop
) -> None:
    good, bad = await claimed(dedicated, shop), await claimed(dedicated, shop)
    results = await asyncio.gather(
        writer.submit(save(good, 0, "Once")),
        writer.submit(save(bad, 0, "nul \0")),
        return_exceptions=True,
    )
    assert results[0] is None
    assert isinstance(results[1], psycopg.Error)
    assert await shop.chunks(good.fence.story_id) == "Once"


async def test_saves_that_wait_together_are_announced_together_and_empty_ones_not_at_all(
    writer: ChunkWriter, dedicated: MakeConnection, shop: Bookshop, database_url: SecretStr
) -> None:
    claims = [await claimed(dedicated, shop) for _ in range(3)]
    heard: list[str] = []
    listening = asyncio.Event()

    async def hear(_channel: str, payload: str) -> None:
        heard.append(payload)

    async def connected() -> None:
        listening.set()

    listener = asyncio.create_task(
        notifications.listen(database_url, [notifications.STORIES], service="test", connected=connected, heard=hear)
    )
    await listening.wait()
    try:
        await asyncio.gather(*(writer.submit(save(claim, 0)) for claim in claims))
        await asyncio.gather(*(writer.submit(save(claim, 0, "Once")) for claim in claims))

        async def all_heard() -> bool:
            return sum(len(payload.split(",")) for payload in heard) >= len(claims)

        await eventually(all_heard, "announcements")
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
    assert sorted(",".join(heard).split(",")) == sorted(str(claim.fence.story_id) for claim in claims)
    assert len(heard) < len(claims)
