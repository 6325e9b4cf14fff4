"""Deletes for good what has been in the trash long enough."""

import asyncio
from datetime import timedelta

from prompt_api.database import Database
from prompt_api.metrics import Metrics
from prompt_api.trash import commands
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger

_AT_ONCE = 200

log = get_logger(__name__)


class Purge:
    """Looks every ``every`` seconds. Several processes may do so at once: each takes rows that no other holds."""

    def __init__(self, database: Database, metrics: Metrics, *, keep: timedelta, every: float) -> None:
        self._database = database
        self._metrics = metrics
        self._keep = keep
        self._every = every

    async def run(self) -> None:
        """Purge until cancelled."""
        while True:
            try:
                await self.look()
            except DatabaseUnavailable:
                log.warning("purge_found_no_database")
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """One look: purges all that is due, a few hundred a transaction."""
        purged = _AT_ONCE
        while purged == _AT_ONCE:
            purged = await self._database.write(
                lambda connection: commands.purge(connection, keep=self._keep, limit=_AT_ONCE)
            )
            if purged:
                self._metrics.prompts_purged.inc(purged)
                log.info("prompts_purged", prompts=purged)
