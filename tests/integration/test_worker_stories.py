"""The whole worker on a real Postgres and RabbitMQ, with a fake LLM, through a network that breaks."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from story_worker import health
from story_worker.metrics import WorkerMetrics
from storybot_common.broker.topology import DEAD, JOBS
from storybot_common.database.notifications import notify_stories
from storybot_common.database.tables import stories
from storybot_common.trace import HEADER
from tests.support.fake_llm.calls import Call
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.server import serve_in_thread
from tests.support.fake_llm.story_text import Style, story_text
from tests.support.poll import eventually
from tests.support.tcp_proxy import TcpProxy
from tests.support.worker import Bookshop, RunningWorker, running_worker

type StartWorker = Callable[..., AbstractAsyncContextManager[RunningWorker]]


@pytest.fixture(scope="module")
def llm_url() -> Iterator[str]:
    with serve_in_thread() as url:
        yield url


@pytest.fixture
def fake(llm_url: str) -> Iterator[FakeLlmControl]:
    control = FakeLlmControl(llm_url)
    control.reset()
    yield control
    control.close()


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


@pytest.fixture
def worker(database_url: SecretStr, amqp_url: SecretStr, llm_url: str) -> StartWorker:
    def start(**settings: object) -> AbstractAsyncContextManager[RunningWorker]:
        urls = {"database_url": database_url, "amqp_url": amqp_url} | settings
        return running_worker(llm_url=llm_url, **urls)  # type: ignore[arg-type]

    return start


@pytest.fixture
async def broker_proxy(amqp_url: SecretStr) -> AsyncIterator[TcpProxy]:
    url = URL(amqp_url.get_secret_value())
    async with TcpProxy.running(url.host or "", url.port or 5672) as proxy:
        yield proxy


@pytest.fixture
async def database_proxy(database_url: SecretStr) -> AsyncIterator[TcpProxy]:
    url = URL(database_url.get_secret_value())
    async with TcpProxy.running(url.host or "", url.port or 5432) as proxy:
        yield proxy


def through(proxy: TcpProxy, url: SecretStr) -> SecretStr:
    return SecretStr(str(URL(url.get_secret_value()).with_host("127.0.0.1").with_port(proxy.port)))


async def ended(fake: FakeLlmControl, story: str) -> Call:
    """The only call for a story, when it is over."""

    async def over() -> list[Call]:
        return [call for call in fake.calls(story) if call.outcome != "open"]

    (call,) = await eventually(over, "the call's end")
    return call


@pytest.mark.parametrize("style", ["en", "ja", "emoji"])
async def test_a_ticket_becomes_a_finished_story(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, style: Style
) -> None:
    fake.script("fox", tokens=50, style=style)
    story_id = await shop.order("fox")
    async with worker():
        story = await shop.becomes(story_id, "finished")
        await shop.has_messages(JOBS, 0)
    assert story["text"] == story_text(style, 50)
    assert story["text_length"] == len(story_text(style, 50))
    assert (story["attempt"], story["deliveries"], story["restarts"]) == (1, 1, 0)
    assert (story["model"], story["model_builtin"], story["finish_reason"]) == ("fake", False, "stop")
    assert story["completion_tokens"] == 50
    assert story["queued_at"] <= story["started_at"] <= story["first_token_at"] <= story["finished_at"]
    assert await shop.chunks(story_id) == ""
    (call,) = fake.calls("fox")
    assert call.headers[HEADER.lower()] == story["trace_id"]
    assert call.headers["traceparent"].split("-")[1] == story["trace_id"]
    assert await shop.waiting(JOBS) == 0


async def test_a_text_that_reached_its_limit_says_so(worker: StartWorker, shop: Bookshop, fake: FakeLlmControl) -> None:
    fake.script("fox", tokens=5, finish="length")
    story_id = await shop.order("fox")
    async with worker():
        assert (await shop.becomes(story_id, "finished"))["finish_reason"] == "length"


@pytest.mark.parametrize("fault", ["500", "break:20", "garbage:20", "error:20", "empty", "blank", "html", "stall:20"])
async def test_a_hiccup_of_the_llm_is_not_seen_in_the_story(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, fault: str
) -> None:
    fake.script("fox", tokens=50, fail=fault, times=1)
    story_id = await shop.order("fox")
    async with worker(llm_token_timeout_seconds=0.5):
        story = await shop.becomes(story_id, "finished")
    assert (story["text"], story["attempt"], story["restarts"]) == (story_text("en", 50), 1, 0)
    assert len(fake.calls("fox")) == 2


async def test_a_model_that_says_the_last_words_again_leaves_no_repeat(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=50, fail="break:20", times=1, continuation="overlap")
    story_id = await shop.order("fox")
    async with worker():
        assert (await shop.becomes(story_id, "finished"))["text"] == story_text("en", 50)


async def test_a_model_that_begins_anew_restarts_the_story(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=50, fail="break:20", times=1, continuation="restart")
    story_id = await shop.order("fox")
    async with worker():
        story = await shop.becomes(story_id, "finished")
    assert (story["text"], story["restarts"], story["resumption"]) == (story_text("en", 50), 1, "restarted")


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "llm_bad_key"), (404, "llm_unknown_model"), (400, "llm_bad_request")],
)
async def test_a_permanent_error_fails_the_story_at_once(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, status: int, code: str
) -> None:
    fake.script("fox", fail=str(status))
    story_id = await shop.order("fox")
    async with worker():
        assert (await shop.becomes(story_id, "failed"))["failure_code"] == code
        await shop.has_messages(JOBS, 0)
    assert len(fake.calls("fox")) == 1


async def test_a_refusal_half_way_keeps_what_was_written(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=20, finish="content_filter")
    story_id = await shop.order("fox")
    async with worker():
        story = await shop.becomes(story_id, "failed")
    assert (story["failure_code"], story["text"]) == ("llm_refused", story_text("en", 20))


async def test_an_outage_of_the_llm_sends_the_story_to_a_delay_queue_and_later_finishes_it(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=50, fail="break:20,503", times=3)
    story_id = await shop.order("fox")
    async with worker():
        await shop.becomes(story_id, "writing")
        story = await shop.becomes(story_id, "queued")
        assert await shop.chunks(story_id) == story_text("en", 20)
        assert story["available_at"] > story["started_at"]
        await shop.has_messages(JOBS, 0)
        assert await shop.relay() == ["story.jobs.delay.5s"]
        await shop.has_messages(JOBS, 0)
        assert (await shop.story(story_id))["status"] == "queued"  # a ticket that comes too early changes nothing
        await shop.makes_available(story_id)
        await shop.send(b'{"story_id": "%s"}' % str(story_id).encode())
        story = await shop.becomes(story_id, "finished")
    assert story["text"] == story_text("en", 50)
    assert (story["attempt"], story["deliveries"], story["resumption"]) == (2, 2, "continued")


async def test_a_poisonous_message_is_dead_lettered_at_once_and_the_worker_lives_on(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=5)
    async with worker(worker_concurrency=1):
        for body in (b"", b"\xff\xfe", b"{}", b'{"version": 9}'):
            await shop.send(body, headers={HEADER.lower(): ["no", "text"]})
        story_id = await shop.order("fox")
        await shop.becomes(story_id, "finished")
        await shop.has_messages(DEAD, 4)
        await shop.has_messages(JOBS, 0)


async def test_cancelling_hangs_up_on_a_silent_llm_within_a_second(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, engine: AsyncEngine
) -> None:
    fake.script("fox", tokens=50, fail="stall:20")
    story_id = await shop.order("fox")
    async with worker(llm_token_timeout_seconds=60):
        await shop.is_read_up_to(story_id, len(story_text("en", 20)))
        async with engine.begin() as connection:
            await connection.execute(
                update(stories)
                .where(stories.c.id == story_id)
                .values(status="cancelled", worker=None, lease_expires_at=None, finished_at=func.now())
            )
            await notify_stories(connection, [story_id])
        call = await ended(fake, "fox")
        await shop.has_messages(JOBS, 0)
    story = await shop.story(story_id)
    assert call.outcome == "client_closed"
    assert call.ended_ns is not None
    assert call.ended_ns / 1e9 - story["finished_at"].timestamp() < 1.0
    assert story["status"] == "cancelled"


async def test_a_worker_that_lost_its_claim_writes_nothing_more(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, engine: AsyncEngine
) -> None:
    fake.script("fox", tokens=500, delay=0.02)
    story_id = await shop.order("fox")
    async with worker():
        await shop.is_read_up_to(story_id, 50)
        async with engine.begin() as connection:
            await connection.execute(
                update(stories).where(stories.c.id == story_id).values(attempt=2, worker="somebody-else")
            )
        text = await shop.chunks(story_id)
        assert (await ended(fake, "fox")).outcome == "client_closed"
        assert await shop.chunks(story_id) == text
    assert (await shop.story(story_id))["status"] == "writing"


async def test_losing_the_broker_repeats_no_call(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl, broker_proxy: TcpProxy, amqp_url: SecretStr
) -> None:
    fake.script("fox", tokens=100, delay=0.02)
    story_id = await shop.order("fox")
    async with worker(amqp_url=through(broker_proxy, amqp_url)):
        await shop.is_read_up_to(story_id, 50)
        broker_proxy.cut()
        story = await shop.becomes(story_id, "finished")
        await shop.has_messages(JOBS, 0)  # the ticket came again and found nothing to do
    assert (story["text"], story["attempt"], len(fake.calls("fox"))) == (story_text("en", 100), 1, 1)


@pytest.mark.parametrize("how", ["cut", "freeze"])
async def test_losing_postgres_for_a_while_loses_no_text_and_repeats_no_call(
    worker: StartWorker,
    shop: Bookshop,
    fake: FakeLlmControl,
    database_proxy: TcpProxy,
    database_url: SecretStr,
    how: str,
) -> None:
    fake.script("fox", tokens=100, delay=0.02)
    story_id = await shop.order("fox")
    async with worker(database_url=through(database_proxy, database_url)):
        await shop.is_read_up_to(story_id, 50)
        if how == "cut":
            database_proxy.refuse()
        else:
            database_proxy.freeze()
        assert (await ended(fake, "fox")).outcome == "finished"  # the model was read to its end meanwhile
        assert (await shop.story(story_id))["status"] == "writing"
        database_proxy.accept()
        database_proxy.thaw()
        story = await shop.becomes(story_id, "finished")
    assert (story["text"], story["attempt"]) == (story_text("en", 100), 1)


async def test_after_a_crash_the_worker_of_the_same_name_goes_on_where_it_was(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("fox", tokens=100, delay=0.02)
    story_id = await shop.order("fox")
    async with worker() as first:
        await shop.is_read_up_to(story_id, 50)
        await first.die()
    seen = await shop.chunks(story_id)
    assert (await shop.story(story_id))["status"] == "writing"
    async with worker():
        # not "becomes queued": the old delivery may come again and claim it before anybody looks
        assert await eventually(shop.relay, "a ticket is written") == [JOBS]
        story = await shop.becomes(story_id, "finished")
        await shop.has_messages(JOBS, 0)
    assert story["text"] == story_text("en", 100)
    assert (story["attempt"], story["resumption"], story["restarts"]) == (2, "continued", 0)
    assert fake.calls("fox")[1].continued_from == len(seen)


async def test_a_stopping_worker_finishes_what_it_can_and_hands_back_the_rest(
    worker: StartWorker, shop: Bookshop, fake: FakeLlmControl
) -> None:
    fake.script("short", tokens=30, delay=0.02)
    fake.script("long", tokens=5000, delay=0.02)
    short, long = await shop.order("short"), await shop.order("long")
    async with worker(shutdown_grace_seconds=2) as stopping:
        await shop.is_read_up_to(short, 10)
        await shop.is_read_up_to(long, 10)
        await stopping.stop()
    assert (await shop.story(short))["status"] == "finished"
    story = await shop.story(long)
    assert (story["status"], story["deliveries"], story["worker"]) == ("queued", 0, None)
    assert story_text("en", 5000).startswith(await shop.chunks(long))
    assert (await ended(fake, "long")).outcome == "client_closed"
    assert await shop.relay() == [JOBS]


async def test_the_health_port_answers() -> None:
    metrics = WorkerMetrics(CollectorRegistry())
    async with health.serve(metrics.registry, port=0, host="127.0.0.1") as port, httpx.AsyncClient() as client:
        base = f"http://127.0.0.1:{port}"
        assert (await client.get(f"{base}/healthz")).text == "ok\n"
        assert "storybot_worker_stories_in_progress 0.0" in (await client.get(f"{base}/metrics")).text
        assert (await client.get(f"{base}/etc/passwd")).status_code == 404
        assert (await client.post(f"{base}/healthz")).status_code == 405
