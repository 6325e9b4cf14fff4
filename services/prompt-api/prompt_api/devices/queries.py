"""Reading about devices."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storybot_common.database.tables import devices, library_links


async def shown_on(connection: AsyncConnection, device_id: UUID) -> UUID | None:
    """The owner of the library that the device shows; None when the device has left."""
    found = await connection.execute(select(devices.c.owner_id).where(devices.c.device_id == device_id))
    row = found.one_or_none()
    return device_id if row is None else row.owner_id


async def linked_by(connection: AsyncConnection, code_hash: bytes) -> UUID | None:
    """The owner of the library that a link with this code leads to; None when there is no valid one."""
    found = await connection.execute(
        select(library_links.c.owner_id).where(
            library_links.c.code_hash == code_hash, library_links.c.expires_at > func.now()
        )
    )
    return found.scalar_one_or_none()
