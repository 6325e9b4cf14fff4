"""Wires the worker, runs it, and ends it in order.

On SIGTERM it takes no more tickets, lets the stories that are being written go on for the grace time, then hands
those back that are not finished: text kept, status queued, a new ticket, in one transaction. A second signal ends
it at once; then the broker delivers the tickets again.
"""

import asyncio
import signal
from contextlib import suppress

import uvloop
from prometheus_client import CollectorRegistry

from story_worker import health
from story_worker.author import Author
from story_worker.chunk_writer import ChunkWriter
from story_worker.claims import Claims, ClaimTerms
from story_worker.configuration import WorkerSettings
from story_worker.consumer import Consumer
from story_worker.handler import Handler
from story_worker.llm import OpenAiLlm, Patience
from story_worker.metrics import WorkerMetrics
from story_worker.takeover import Takeover
from storybot_common import logs
from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.engine import create_engine
from storybot_common.database.notifications import STORIES, ids_in, listen
from storybot_common.log_outputs import log_outputs
from storybot_common.settings import load

SERVICE = "story-worker"
_HAND_BACK_S = 6.0
_CONNECTIONS = 2  # takeover, and one to spare

log = logs.get_logger(__name__)


def main() -> None:
    """``python -m story_worker``."""
    settings = load(WorkerSettings)
    logs.configure(SERVICE, settings.log_level, log_outputs(settings, SERVICE))
    try:
        with suppress(asyncio.CancelledError):
            uvloop.run(_run_until_signal(settings))
    finally:
        logs.close()


async def _run_until_signal(settings: WorkerSettings) -> None:
    await run(settings, _stop_signal())


async def run(settings: WorkerSettings, stopping: asyncio.Event) -> None:
    """Work until ``stopping`` is set."""
    metrics = WorkerMetrics(CollectorRegistry(), prices=settings.llm_prices)
    engine = create_engine(settings.database_url, service=SERVICE, pool_size=_CONNECTIONS)
    llm = OpenAiLlm(
        base_url=str(settings.llm_base_url),
        api_key=settings.llm_api_key.get_secret_value(),
        connections=settings.concurrency,
        patience=Patience(
            connect=settings.llm_connect_timeout_seconds,
            first_token=settings.llm_first_token_timeout_seconds,
            next_token=settings.llm_token_timeout_seconds,
        ),
    )
    claiming, saving = (DedicatedConnection(settings.database_url, service=SERVICE) for _loop in range(2))
    terms = ClaimTerms(settings.worker_name, settings.claim_lease_seconds, settings.llm_model, settings.builtin)
    claims = Claims(claiming, terms)
    writer = ChunkWriter(saving, lease=settings.claim_lease_seconds, metrics=metrics)
    author = Author(
        llm,
        continuation=settings.continuation,
        compact=settings.builtin,
        context_tokens=settings.context_tokens,
        time_limit=settings.story_time_limit_seconds,
        metrics=metrics,
    )
    handler = Handler(
        next_claim=claims.next,
        submit=writer.submit,
        author=author,
        retry_for=settings.retry_for_minutes * 60,
        concurrency=settings.concurrency,
        metrics=metrics,
    )
    takeover = Takeover(
        engine,
        worker=settings.worker_name,
        lease=settings.claim_lease_seconds,
        at_work=lambda: handler.at_work,
        metrics=metrics,
    )
    consumer = Consumer(
        settings.amqp_url,
        name=f"{SERVICE} {settings.worker_name}",
        prefetch=settings.concurrency,
        handle=handler.handle,
        metrics=metrics,
    )

    async def anything_may_have_happened() -> None:
        handler.doubt(handler.at_work)

    async def heard(_channel: str, payload: str) -> None:
        with suppress(ValueError):  # somebody else's notification
            handler.doubt(ids_in(payload))

    try:
        async with health.serve(metrics.registry, port=settings.health_port), asyncio.TaskGroup() as tasks:
            background = [
                tasks.create_task(writer.run()),
                tasks.create_task(claims.run()),
                tasks.create_task(
                    listen(
                        settings.database_url,
                        [STORIES],
                        service=SERVICE,
                        connected=anything_may_have_happened,
                        heard=heard,
                    )
                ),
            ]
            log.info("worker_started", concurrency=settings.concurrency, model=settings.llm_model)
            await _work(stopping, takeover, consumer, handler, grace=settings.shutdown_grace_seconds)
            for task in background:
                task.cancel()
    finally:
        await llm.close()
        for connection in (claiming, saving):
            await connection.close()
        await engine.dispose()
        log.info("worker_stopped")


async def _work(
    stopping: asyncio.Event, takeover: Takeover, consumer: Consumer, handler: Handler, *, grace: float
) -> None:
    async with asyncio.TaskGroup() as tasks:
        starting = tasks.create_task(takeover.at_start())
        await _first_of(starting, stopping)
        if stopping.is_set():
            starting.cancel()
            return
        watching = tasks.create_task(takeover.run())
        consuming = tasks.create_task(consumer.run())
        await stopping.wait()
        log.info("worker_stopping", at_work=len(handler.at_work))
        handler.stop()
        consumer.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await consumer.idle()
        handler.hand_back()
        with suppress(TimeoutError):
            async with asyncio.timeout(_HAND_BACK_S):
                await asyncio.wait({consuming})
        consuming.cancel()
        watching.cancel()
    await takeover.at_end()


async def _first_of(task: asyncio.Task[None], event: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _stop_signal() -> asyncio.Event:
    """Set by the first signal; the second one cancels the main task."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    main_task = asyncio.current_task()

    def on_signal() -> None:
        if stopping.is_set() and main_task is not None:
            main_task.cancel()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stopping
