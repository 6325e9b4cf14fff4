"""Dead letters are listed with a reason and put back, on a real RabbitMQ."""

import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker import dead_letters
from storybot_common.broker.topology import DEAD, JOBS
from storybot_common.database.tables import outbox
from storybot_common.ids import new_id
from storybot_common.messages import WriteStory
from storybot_common.settings import BrokerSettings
from tests.support.worker import Bookshop


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


@pytest.fixture
def settings(amqp_url: SecretStr, database_url: SecretStr) -> dead_letters.OutboxSettings:
    return dead_letters.OutboxSettings(amqp_url=amqp_url, database_url=database_url)


async def kill(channel: AbstractChannel, shop: Bookshop, *bodies: bytes) -> None:
    """Let messages die as they do when a worker rejects them."""
    queue = await channel.declare_queue(JOBS, passive=True)
    for number, body in enumerate(bodies, 1):
        await shop.send(body, headers={"x-trace-id": "0af7651916cd43dd8448eb211c80319c"})
        message = await queue.get(timeout=5)
        assert message is not None
        await message.reject(requeue=False)
        await shop.has_messages(DEAD, number)


async def test_they_are_listed_with_reason_content_and_trace_and_stay(
    channel: AbstractChannel, shop: Bookshop, settings: BrokerSettings
) -> None:
    story_id = new_id()
    await kill(channel, shop, b"{}", WriteStory(story_id=story_id).encode())
    for _look in range(25):  # more often than a quorum queue delivers by default
        poison, ticket = await dead_letters.list_dead(settings)
    assert "unreadable: story_id: Field required" in poison
    assert f"story {story_id}" in ticket
    assert "rejected by a worker" in ticket
    assert "trace 0af7651916cd43dd8448eb211c80319c" in ticket
    await shop.has_messages(DEAD, 2)


async def test_they_go_back_through_the_outbox_with_their_trace(
    channel: AbstractChannel, shop: Bookshop, settings: dead_letters.OutboxSettings, engine: AsyncEngine
) -> None:
    stories = [new_id() for _ in range(3)]
    await kill(channel, shop, *(WriteStory(story_id=story_id).encode() for story_id in stories))
    assert await dead_letters.requeue(settings) == (3, 0)
    await shop.has_messages(DEAD, 0)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(outbox).order_by(outbox.c.id))).all()
    assert [(row.story_id, row.queue) for row in rows] == [(story_id, JOBS) for story_id in stories]
    assert {row.trace_id for row in rows} == {"0af7651916cd43dd8448eb211c80319c"}


async def test_what_nobody_can_read_stays(
    channel: AbstractChannel, shop: Bookshop, settings: dead_letters.OutboxSettings
) -> None:
    await kill(channel, shop, b"{}", WriteStory(story_id=new_id()).encode())
    assert await dead_letters.requeue(settings) == (1, 1)
    await shop.has_messages(DEAD, 1)


def test_a_wrong_word_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dead_letters.main(["delete"])
    assert ended.value.code == 2
    assert "list|requeue" in capsys.readouterr().err
