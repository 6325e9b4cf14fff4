"""Looks for prompts that were left behind when their library joined another one."""

import asyncio

from prompt_api.database import Database
from prompt_api.devices import commands
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger

_EVERY_S = 60.0

log = get_logger(__name__)


class Stragglers:
    """Looks every minute; several processes may do so at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except DatabaseUnavailable:
                log.warning("stragglers_found_no_database")
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """One look."""
        gathered = await self._database.write(commands.gather)
        if gathered:
            log.info("stragglers_gathered", prompts=gathered)
