"""What an owner can do to a story. Each runs inside the caller's transaction.

A story is locked first and its chunks are read by a later statement, which sees whatever the worker committed before
it lost the lock. A worker that was writing finds its claim gone with its next write.
"""

from uuid import UUID

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.http.problems import Conflict, NotFound
from prompt_api.stories.limits import require_room
from prompt_api.stories.rows import TEXT_SO_FAR
from prompt_api.stories.schemas import ACTIVE, RETRYABLE, StoryStatus
from storybot_common.database.notifications import notify_stories
from storybot_common.database.tables import prompts, stories, story_chunks
from storybot_common.outbox import Ticket, enqueue


async def cancel(connection: AsyncConnection, owner_id: UUID, story_id: UUID) -> None:
    """Stop a queued or running story and keep its text.

    Raises NotFound, or Conflict when the story is final.
    """
    story = await _lock(connection, owner_id, story_id)
    if story["status"] not in ACTIVE:
        raise Conflict(f"The story is {story['status']} already, so it cannot be cancelled.")
    text = (await connection.execute(select(TEXT_SO_FAR).where(stories.c.id == story_id))).scalar_one()
    await connection.execute(
        update(stories)
        .where(stories.c.id == story_id)
        .values(
            status=StoryStatus.CANCELLED,
            text=text,
            text_length=len(text),
            finished_at=func.now(),
            worker=None,
            lease_expires_at=None,
        )
    )
    await connection.execute(delete(story_chunks).where(story_chunks.c.story_id == story_id))
    await notify_stories(connection, [story_id])


async def retry(connection: AsyncConnection, owner_id: UUID, story_id: UUID, *, trace_id: str, limit: int) -> None:
    """Queue a failed or cancelled story again; a worker goes on from the text there is.

    Raises NotFound, TooManyStories, or Conflict when the story is in another state.
    """
    story = await _lock(connection, owner_id, story_id)
    if story["status"] not in RETRYABLE:
        raise Conflict(f"The story is {story['status']}, so there is nothing to try again.")
    await require_room(connection, owner_id, limit=limit)
    if story["text"]:
        await connection.execute(insert(story_chunks).values(story_id=story_id, offset=0, text=story["text"]))
    await connection.execute(
        update(stories)
        .where(stories.c.id == story_id)
        .values(
            status=StoryStatus.QUEUED,
            text="",
            text_length=len(story["text"]),
            trace_id=trace_id,
            deliveries=0,
            failure_code=None,
            queued_at=func.now(),
            available_at=func.now(),
            started_at=None,
            first_token_at=None,
            finished_at=None,
        )
    )
    await enqueue(connection, [Ticket(story_id, trace_id)])
    await notify_stories(connection, [story_id])


async def add_variant(
    connection: AsyncConnection, owner_id: UUID, prompt_id: UUID, story_id: UUID, *, trace_id: str, limit: int
) -> None:
    """Queue another story for a prompt, under the id ``story_id``.

    Raises NotFound, TooManyStories, or Conflict when that id is there already.
    """
    found = await connection.execute(
        select(prompts.c.id)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id)
        .with_for_update(key_share=True)
    )
    if found.one_or_none() is None:
        raise NotFound("There is no such prompt.")
    await require_room(connection, owner_id, limit=limit)
    added = await connection.execute(
        upsert(stories)
        .values(id=story_id, prompt_id=prompt_id, owner_id=owner_id, trace_id=trace_id)
        .on_conflict_do_nothing()
        .returning(stories.c.id)
    )
    if added.one_or_none() is None:
        raise Conflict("There is a story with this id already.")
    await enqueue(connection, [Ticket(story_id, trace_id)])


async def delete_prompt(connection: AsyncConnection, owner_id: UUID, prompt_id: UUID) -> None:
    """Delete a prompt with its stories; those that are being written stop.

    Raises NotFound.
    """
    gone = (
        await connection.execute(
            select(stories.c.id)
            .where(stories.c.prompt_id == prompt_id, stories.c.owner_id == owner_id)
            .order_by(stories.c.id)  # everybody locks in this order, so nobody waits in a circle
            .with_for_update()
        )
    ).scalars()
    deleted = await connection.execute(
        delete(prompts).where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id).returning(prompts.c.id)
    )
    if deleted.one_or_none() is None:
        raise NotFound("There is no such prompt.")
    await notify_stories(connection, gone)


async def _lock(connection: AsyncConnection, owner_id: UUID, story_id: UUID) -> RowMapping:
    found = await connection.execute(
        select(stories.c.status, stories.c.text)
        .where(stories.c.id == story_id, stories.c.owner_id == owner_id)
        .with_for_update()
    )
    story = found.mappings().one_or_none()
    if story is None:
        raise NotFound("There is no such story.")
    return story
