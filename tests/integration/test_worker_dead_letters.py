"""Dead letters are listed with a reason and put back, on a real RabbitMQ."""

import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker import dead_letters
from storybot_common.broker.topology import DEAD, JOBS
from storybot_common.ids import new_id
from storybot_common.messages import WriteStory
from storybot_common.settings import BrokerSettings
from tests.support.worker import Bookshop


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


@pytest.fixture
def settings(amqp_url: SecretStr) -> BrokerSettings:
    return BrokerSettings(amqp_url=amqp_url)


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


async def test_they_are_put_back_as_they_were(
    channel: AbstractChannel, shop: Bookshop, settings: BrokerSettings
) -> None:
    tickets = [WriteStory(story_id=new_id()).encode() for _ in range(3)]
    await kill(channel, shop, *tickets)
    assert await dead_letters.requeue(settings) == 3
    await shop.has_messages(DEAD, 0)
    queue = await channel.declare_queue(JOBS, passive=True)
    back = [await queue.get(timeout=5, no_ack=True) for _ in tickets]
    assert [message.body for message in back if message] == tickets
    assert {message.headers["x-trace-id"] for message in back if message} == {"0af7651916cd43dd8448eb211c80319c"}


def test_a_wrong_word_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        dead_letters.main(["delete"])
    assert ended.value.code == 2
    assert "list|requeue" in capsys.readouterr().err
