"""Whose library each device shows: what Postgres says, remembered for a while."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from cachetools import TTLCache

from prompt_api.database import Database
from prompt_api.devices import queries

_REMEMBERED = 16_384
_FOR_SECONDS = 60
"""Changes are heard of at once; this is for a notification that got lost."""


class Libraries:
    """Answers without Postgres when it was asked about that device a moment ago: every request asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: TTLCache[UUID, UUID | None] = TTLCache(_REMEMBERED, _FOR_SECONDS)
        self._changes = 0

    async def shown_on(self, device_id: UUID) -> UUID | None:
        """The owner of the library that the device shows; None when the device has left.

        Raises DatabaseUnavailable.
        """
        with suppress(KeyError):
            return self._known[device_id]
        changes = self._changes
        owner_id = await self._database.read(lambda connection: queries.shown_on(connection, device_id))
        if changes == self._changes:  # otherwise it may have been read before a change that was heard meanwhile
            self._known[device_id] = owner_id
        return owner_id

    def heard(self, device_ids: Iterable[UUID]) -> None:
        """These devices show something else now, or have left."""
        self._changes += 1
        for device_id in device_ids:
            self._known.pop(device_id, None)

    def look_again(self) -> None:
        """Anything may have happened."""
        self._changes += 1
        self._known.clear()
