"""Leaving a device, and opening a library on another one. Each runs inside the caller's transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.devices import queries
from prompt_api.devices.cookie import LIFETIME
from prompt_api.http.problems import NotFound
from storybot_common.database.notifications import notify_devices
from storybot_common.database.tables import devices, library_links, prompts, stories

NO_SUCH_LINK = "This link is not valid, or not any more. Make a new one on the device that has the stories."

_LEFT_KEPT_FOR = LIFETIME + timedelta(days=1)
"""Then the last cookie of a device that left is too old by itself."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('storybot libraries'))")


async def leave(connection: AsyncConnection, device_id: UUID) -> None:
    """From now on the device's cookie is worth nothing. The library stays where it is, for other devices."""
    left = insert(devices).values(device_id=device_id, owner_id=None)
    await connection.execute(
        left.on_conflict_do_update(
            index_elements=[devices.c.device_id], set_={"owner_id": None, "changed_at": func.now()}
        )
    )
    await connection.execute(
        delete(devices).where(devices.c.owner_id.is_(None), devices.c.changed_at < func.now() - _LEFT_KEPT_FOR)
    )
    await notify_devices(connection, [device_id])


async def link(connection: AsyncConnection, owner_id: UUID, code_hash: bytes, *, valid_for: timedelta) -> datetime:
    """Make the link to the owner's library, which takes the place of the one before; until when it is valid."""
    await connection.execute(delete(library_links).where(library_links.c.expires_at < func.now()))
    new = {"code_hash": code_hash, "expires_at": func.now() + valid_for}
    made = await connection.execute(
        insert(library_links)
        .values(owner_id=owner_id, **new)
        .on_conflict_do_update(index_elements=[library_links.c.owner_id], set_=new)
        .returning(library_links.c.expires_at)
    )
    expires_at: datetime = made.scalar_one()
    return expires_at


async def join(connection: AsyncConnection, device_id: UUID, code_hash: bytes) -> set[UUID]:
    """Let the device show the library of a link, into which its own goes, with all other devices that show it.

    Harmless when repeated. Returns the devices that show another library now. Raises NotFound.
    """
    await connection.execute(_ONE_AT_A_TIME)  # two libraries that join each other would change places
    joined = await queries.linked_by(connection, code_hash)
    own = await queries.shown_on(connection, device_id)
    if joined is None or own is None:
        raise NotFound(NO_SUCH_LINK)
    if own == joined:
        return set()
    moved = {"owner_id": joined, "changed_at": func.now()}
    followed = await connection.execute(
        update(devices).where(devices.c.owner_id == own).values(moved).returning(devices.c.device_id)
    )
    followers = {own, device_id, *followed.scalars()}
    await connection.execute(  # a device of that id which has left stays away
        insert(devices).values(device_id=own, owner_id=joined).on_conflict_do_nothing()
    )
    await connection.execute(
        insert(devices)
        .values(device_id=device_id, owner_id=joined)
        .on_conflict_do_update(index_elements=[devices.c.device_id], set_=moved)
    )
    await connection.execute(delete(library_links).where(library_links.c.owner_id == own))
    await _move(connection, own, joined)
    await notify_devices(connection, followers)
    return followers


async def gather(connection: AsyncConnection) -> int:
    """Bring prompts that were stored while their library joined another one after it; how many.

    A request that came before the joining may commit after it.
    """
    await connection.execute(_ONE_AT_A_TIME)
    left_behind = await connection.execute(
        select(devices.c.device_id, devices.c.owner_id).where(
            devices.c.owner_id != devices.c.device_id,
            select(prompts.c.id).where(prompts.c.owner_id == devices.c.device_id).exists(),
        )
    )
    return sum([await _move(connection, row.device_id, row.owner_id) for row in left_behind.all()])


async def _move(connection: AsyncConnection, source: UUID, target: UUID) -> int:
    """All prompts of one owner, with their stories, to another one; how many."""
    taken = select(prompts.c.idempotency_key).where(
        prompts.c.owner_id == target, prompts.c.idempotency_key.is_not(None)
    )
    await connection.execute(  # of two prompts with one key the other owner's keeps it
        update(prompts)
        .where(prompts.c.owner_id == source, prompts.c.idempotency_key.in_(taken))
        .values(idempotency_key=None, request_hash=None)
    )
    moved = await connection.execute(update(prompts).where(prompts.c.owner_id == source).values(owner_id=target))
    locked = await connection.execute(
        select(stories.c.id)
        .join(prompts, prompts.c.id == stories.c.prompt_id)
        .where(prompts.c.owner_id == target, stories.c.owner_id != target)
        .order_by(stories.c.id)  # everybody locks in this order, so nobody waits in a circle
        .with_for_update(of=stories)
    )
    theirs = list(locked.scalars())
    await connection.execute(update(stories).where(stories.c.id.in_(theirs)).values(owner_id=target))
    return moved.rowcount
