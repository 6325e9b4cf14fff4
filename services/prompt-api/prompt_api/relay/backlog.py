"""How much waits in the outbox; measured whether or not the broker is there."""

import asyncio

from sqlalchemy import func, select

from prompt_api.database import Database
from prompt_api.metrics import Metrics
from storybot_common.database.tables import outbox
from storybot_common.database.unit_of_work import DatabaseUnavailable

_EVERY_S = 5

_BACKLOG = select(
    func.count().label("unsent"),
    func.coalesce(func.extract("epoch", func.now() - func.min(outbox.c.created_at)), 0).label("oldest_age"),
).select_from(outbox)


async def measure_backlog(database: Database, metrics: Metrics) -> None:
    """Keep the gauges of the outbox up to date, until cancelled."""
    while True:
        try:
            row = (await database.read(lambda connection: connection.execute(_BACKLOG))).one()
        except DatabaseUnavailable:
            pass
        else:
            metrics.outbox_unsent.set(row.unsent)
            metrics.outbox_oldest_age.set(float(row.oldest_age))
        await asyncio.sleep(_EVERY_S)
