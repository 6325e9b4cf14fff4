"""Stories that a worker holds on paper only are taken back, on a real Postgres."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker.metrics import WorkerMetrics
from story_worker.takeover import Takeover
from storybot_common.broker.topology import JOBS
from tests.support.worker import Bookshop

LEASE = 90.0


@pytest.fixture
def shop(engine: AsyncEngine, channel: AbstractChannel) -> Bookshop:
    return Bookshop(engine, channel)


def takeover_of(engine: AsyncEngine, *at_work: UUID) -> Takeover:
    metrics = WorkerMetrics(CollectorRegistry())
    return Takeover(engine, worker="me", lease=LEASE, at_work=lambda: list(at_work), metrics=metrics)


async def held(shop: Bookshop, worker: str, *, lease_left: float) -> UUID:
    lease = datetime.now(UTC) + timedelta(seconds=lease_left)
    return await shop.shelve("fox", status="writing", attempt=1, worker=worker, lease_expires_at=lease)


async def test_after_a_restart_all_that_the_name_still_holds_is_queued_again_with_a_ticket(
    engine: AsyncEngine, shop: Bookshop
) -> None:
    mine, others = await held(shop, "me", lease_left=LEASE), await held(shop, "other", lease_left=LEASE)
    await takeover_of(engine).at_start()
    story = await shop.story(mine)
    assert (story["status"], story["worker"], story["attempt"]) == ("queued", None, 1)
    assert (await shop.story(others))["status"] == "writing"
    assert await shop.relay() == [JOBS]


async def test_a_running_worker_takes_back_only_what_it_neither_writes_nor_has_just_claimed(
    engine: AsyncEngine, shop: Bookshop
) -> None:
    written, fresh, lost = [await held(shop, "me", lease_left=seconds) for seconds in (10, 89, 40)]
    await takeover_of(engine, written).look(lease_left=60)
    assert [(await shop.story(story_id))["status"] for story_id in (written, fresh, lost)] == [
        "writing",
        "writing",
        "queued",
    ]
