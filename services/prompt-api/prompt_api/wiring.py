"""Makes every part once and gives it what it needs; nothing connects before the start."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika.abc import AbstractConnection
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from prompt_api.configuration import ApiSettings
from prompt_api.database import Database
from prompt_api.devices.libraries import Libraries
from prompt_api.devices.stragglers import Stragglers
from prompt_api.metrics import Metrics
from prompt_api.prompts.submission import Submissions
from prompt_api.relay.backlog import measure_backlog
from prompt_api.relay.reconciler import Reconciler
from prompt_api.relay.relay import Relay
from prompt_api.stories.queue import positions
from prompt_api.stream import reading
from prompt_api.stream.hub import Hub
from prompt_api.stream.viewer import Pulse
from prompt_api.trash.purge import Purge
from storybot_common import logs
from storybot_common.broker.connection import keep_connected
from storybot_common.database import notifications
from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.engine import connections_in_use, create_engine
from storybot_common.logs import get_logger

SERVICE = "prompt-api"
_RESTART_AFTER_S = 1

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of."""

    settings: ApiSettings
    engine: AsyncEngine
    connections: Collection[DedicatedConnection]
    database: Database
    metrics: Metrics
    submissions: Submissions
    hub: Hub
    pulse: Pulse
    relay: Relay
    reconciler: Reconciler
    purge: Purge
    libraries: Libraries
    stragglers: Stragglers


def build(settings: ApiSettings) -> Parts:
    """Make the parts."""
    engine = create_engine(settings.database_url, service=SERVICE, pool_size=settings.database_pool_size)
    database = Database(
        engine,
        read_patience=settings.read_patience_s,
        write_patience=settings.submission_patience_s,
        in_doubt_patience=settings.in_doubt_patience_s,
    )
    metrics = Metrics(CollectorRegistry())
    metrics.watch_pool(lambda: connections_in_use(engine), settings.database_pool_size)
    dedicated = {
        loop: DedicatedConnection(settings.database_url, service=SERVICE) for loop in ("submissions", "relay", "hub")
    }
    return Parts(
        settings=settings,
        engine=engine,
        connections=dedicated.values(),
        database=database,
        metrics=metrics,
        submissions=Submissions(
            dedicated["submissions"],
            metrics,
            stories_per_owner=settings.active_stories_per_owner,
            patience=settings.submission_patience_s,
            in_doubt_patience=settings.in_doubt_patience_s,
        ),
        hub=Hub(
            lambda known: reading.read(dedicated["hub"], known, patience=settings.read_patience_s),
            lambda story_ids: database.read(lambda connection: positions(connection, story_ids)),
        ),
        pulse=Pulse(heartbeat=settings.heartbeat_s, patience=settings.slow_viewer_s),
        relay=Relay(dedicated["relay"], metrics),
        reconciler=Reconciler(database, metrics, every=settings.reconcile_every_s),
        purge=Purge(database, metrics, keep=settings.trash_kept_for, every=settings.purge_every_s),
        libraries=Libraries(database),
        stragglers=Stragglers(database),
    )


@asynccontextmanager
async def running(parts: Parts) -> AsyncIterator[None]:
    """Everything that goes on beside the requests, for as long as the application serves them."""
    jobs: dict[str, Callable[[], Awaitable[None]]] = {
        "submissions": parts.submissions.run,
        "hub": parts.hub.run,
        "pulse": parts.pulse.run,
        "queue_positions": parts.hub.follow_the_queue,
        "notifications": lambda: _listen(parts),
        "broker": lambda: _use_broker(parts),
        "purge": parts.purge.run,
        "stragglers": parts.stragglers.run,
        "backlog": lambda: measure_backlog(parts.database, parts.metrics),
    }
    tasks = [asyncio.create_task(_keep_going(name, job), name=name) for name, job in jobs.items()]
    log.info("started", environment=parts.settings.storybot_environment)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in parts.connections:
            await connection.close()
        await parts.engine.dispose()
        log.info("stopped")
        # here, for uvicorn ends the process by the signal itself: nothing runs after it
        await asyncio.to_thread(logs.close)


async def _listen(parts: Parts) -> None:
    async def connected() -> None:
        parts.relay.wake()
        parts.libraries.look_again()
        await parts.hub.look_at_everything()

    async def heard(channel: str, payload: str) -> None:
        match channel:
            case notifications.OUTBOX:
                parts.relay.wake()
            case notifications.DEVICES:
                parts.libraries.heard(notifications.ids_in(payload))
            case notifications.STORIES:
                await parts.hub.heard(payload)

    await notifications.listen(
        parts.settings.database_url,
        [notifications.OUTBOX, notifications.STORIES, notifications.DEVICES],
        service=SERVICE,
        connected=connected,
        heard=heard,
    )


async def _use_broker(parts: Parts) -> None:
    async def session(connection: AbstractConnection) -> None:
        with parts.metrics.broker_up.track_inprogress():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(parts.relay.run(connection))
                tasks.create_task(parts.reconciler.run(connection))

    await keep_connected(parts.settings.amqp_url, name=SERVICE, session=session)


async def _keep_going(name: str, job: Callable[[], Awaitable[None]]) -> None:
    """Run a job; should it fail in a way that nobody foresaw, say so and start it again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job_failed", job=name)
            await asyncio.sleep(_RESTART_AFTER_S)
