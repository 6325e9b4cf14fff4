"""From the outbox to RabbitMQ, and the reconciler, on the real servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from prompt_api.relay.reconciler import ADVISORY_LOCK
from prompt_api.relay.relay import Relay
from prompt_api.wiring import Parts, build
from storybot_common.broker.topology import JOBS
from storybot_common.database.tables import outbox
from storybot_common.ids import new_id
from storybot_common.messages import WriteStory
from storybot_common.outbox import Ticket, enqueue
from tests.integration.conftest import Api, MakeConnection
from tests.support.api import Writer, api_settings, ask
from tests.support.poll import eventually

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def parts(database_url: SecretStr, amqp_url: SecretStr, engine: AsyncEngine) -> AsyncIterator[Parts]:
    """The API's parts, of which nothing runs by itself."""
    parts = build(api_settings(database_url, amqp_url))
    yield parts
    for connection in parts.connections:
        await connection.close()
    await parts.engine.dispose()


@asynccontextmanager
async def relaying(relay: Relay, amqp_url: SecretStr) -> AsyncIterator[None]:
    async with await aio_pika.connect(amqp_url.get_secret_value()) as connection:
        task = asyncio.create_task(relay.run(connection))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(engine: AsyncEngine, *tickets: Ticket) -> None:
    async with engine.begin() as connection:
        await enqueue(connection, tickets)


async def unsent(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(outbox))).scalar_one())


async def is_empty(engine: AsyncEngine) -> bool:
    return await unsent(engine) == 0


async def ready(channel: AbstractChannel) -> int:
    queue = await channel.declare_queue(JOBS, passive=True)
    return queue.declaration_result.message_count or 0


async def test_an_accepted_prompt_reaches_the_queue_with_its_trace(
    api: Api, browser: httpx.AsyncClient, channel: AbstractChannel
) -> None:
    answer = await browser.post("/prompts", json={"content": "a fox"}, headers={"X-Trace-Id": TRACE})
    queue = await channel.declare_queue(JOBS, passive=True)
    message = await eventually(lambda: queue.get(fail=False), "the ticket is in the queue")
    assert message is not None
    await message.ack()
    assert str(WriteStory.decode(message.body).story_id) == answer.json()["stories"][0]["id"]
    assert message.headers["x-trace-id"] == TRACE
    assert str(message.headers["traceparent"]).split("-")[1] == TRACE
    assert message.type == "WriteStory.v1"
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    await eventually(lambda: is_empty(api.engine), "what was confirmed is deleted")


async def test_what_was_written_while_the_broker_was_away_is_published_later(
    parts: Parts, engine: AsyncEngine, channel: AbstractChannel, amqp_url: SecretStr
) -> None:
    await put(engine, *(Ticket(new_id(), TRACE) for _ in range(450)))
    async with relaying(parts.relay, amqp_url):
        await eventually(lambda: is_empty(engine), "the outbox is empty")
    assert await ready(channel) == 450


async def test_several_relays_publish_every_ticket_once(
    parts: Parts, dedicated: MakeConnection, engine: AsyncEngine, channel: AbstractChannel, amqp_url: SecretStr
) -> None:
    await put(engine, *(Ticket(new_id(), TRACE) for _ in range(900)))
    relays = [Relay(dedicated(), parts.metrics) for _ in range(3)]
    async with relaying(relays[0], amqp_url), relaying(relays[1], amqp_url), relaying(relays[2], amqp_url):
        await eventually(lambda: is_empty(engine), "the outbox is empty")
    assert await ready(channel) == 900


async def test_a_ticket_that_no_queue_takes_stays_and_holds_nobody_up(
    parts: Parts, engine: AsyncEngine, channel: AbstractChannel, amqp_url: SecretStr
) -> None:
    await put(engine, Ticket(new_id(), TRACE, queue="no.such.queue"), Ticket(new_id(), TRACE))

    async def one_is_left() -> bool:
        return await unsent(engine) == 1

    async with relaying(parts.relay, amqp_url):
        await eventually(one_is_left, "the other one is published")
        assert await ready(channel) == 1
    async with engine.connect() as connection:
        assert (await connection.execute(select(outbox.c.queue))).scalar_one() == "no.such.queue"


async def test_the_story_of_a_dead_worker_is_queued_again(
    api: Api, browser: httpx.AsyncClient, parts: Parts, engine: AsyncEngine
) -> None:
    dead, alive = await ask(browser), await ask(browser)
    await Writer(engine).claim(dead, lease_s=-3600)
    await Writer(engine).claim(alive)
    await parts.reconciler.repair(ready=0)
    shown = (await browser.get(f"/stories/{dead}")).json()
    if shown["status"] == "writing":  # Postgres had just been started: nobody could have renewed a lease
        assert await uptime(engine) < timedelta(seconds=30)
    else:
        assert (shown["status"], shown["attempt"]) == ("queued", 1)
    assert (await browser.get(f"/stories/{alive}")).json()["status"] == "writing"


async def test_tickets_that_the_broker_lost_are_replaced_after_a_second_look(
    api: Api, browser: httpx.AsyncClient, parts: Parts, engine: AsyncEngine
) -> None:
    for _ in range(3):
        await ask(browser)
    await eventually(lambda: is_empty(engine), "the tickets were published")

    async def replaced() -> float:
        return (
            parts.metrics.registry.get_sample_value("storybot_stories_requeued_total", {"reason": "ticket_lost"}) or 0
        )

    await parts.reconciler.repair(ready=1)
    assert await replaced() == 0
    await parts.reconciler.repair(ready=1)
    assert await replaced() == 2
    await parts.reconciler.repair(ready=3)
    await parts.reconciler.repair(ready=3)
    assert await replaced() == 2


async def test_one_process_reconciles_at_a_time(
    api: Api, browser: httpx.AsyncClient, parts: Parts, engine: AsyncEngine
) -> None:
    await ask(browser)
    await eventually(lambda: is_empty(engine), "the ticket was published")
    async with engine.begin() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        for _ in range(3):
            await parts.reconciler.repair(ready=0)
    assert await is_empty(engine)


async def uptime(engine: AsyncEngine) -> timedelta:
    async with engine.connect() as connection:
        started, now = (await connection.execute(select(func.pg_postmaster_start_time(), func.now()))).one()
    up: timedelta = now - started
    return up
