"""Publishing tickets: what counts as confirmed."""

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from aiormq.exceptions import DeliveryError
from pamqp.commands import Basic

from prompt_api.relay.publishing import Unsent, publish
from storybot_common.ids import new_id

if TYPE_CHECKING:
    from aiormq.channel import Channel

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Broker:
    """Stands for a channel: confirms, refuses, breaks off or says nothing, by the queue's name."""

    def __init__(self) -> None:
        self.silent = asyncio.Event()

    async def basic_publish(
        self, _body: bytes, *, routing_key: str, properties: object, mandatory: bool, wait: bool
    ) -> None:
        assert properties
        assert mandatory
        assert not wait
        match routing_key:
            case "full":
                raise DeliveryError(None, Basic.Nack())
            case "broken":
                raise ConnectionError
            case "silent":
                await self.silent.wait()


def rows(*queues: str) -> list[Unsent]:
    return [Unsent(number, queue, new_id(), TRACE) for number, queue in enumerate(queues)]


async def published(*queues: str) -> tuple[list[int], BaseException | None, bool]:
    answer = await publish(cast("Channel", Broker()), rows(*queues), patience=0.05)
    return list(answer.confirmed), answer.error, answer.was_refused


async def test_what_the_broker_confirmed_is_confirmed() -> None:
    assert await published("jobs", "jobs") == ([0, 1], None, False)


async def test_nothing_to_publish_is_no_error() -> None:
    assert await published() == ([], None, False)


@pytest.mark.parametrize(
    ("trouble", "error", "refused"),
    [("full", DeliveryError, True), ("broken", ConnectionError, False), ("silent", TimeoutError, False)],
)
async def test_one_that_fails_does_not_take_the_others_along(
    trouble: str, error: type[Exception], refused: bool
) -> None:
    confirmed, what, was_refused = await published("jobs", trouble, "jobs")
    assert confirmed == [0, 2]
    assert isinstance(what, error)
    assert was_refused is refused
