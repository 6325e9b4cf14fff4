"""What an owner can do to a story. Each runs inside the caller's transaction.

A story is locked first and its chunks are read by a later statement, which sees whatever the worker committed before
it lost the lock. A worker that was writing finds its claim gone with its next write.
"""

from collections.abc import Mapping
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

_NO_SUCH_STORY = "There is no such story."


async def cancel(connection: AsyncConnection, owner_id: UUID, story_id: UUID) -> None:
    """Stop a queued or running story and keep its text.

    Raises NotFound, or Conflict when the story is final.
    """
    story = await _lock(connection, owner_id, story_id)
    if story["status"] not in ACTIVE:
        raise Conflict(f"The story is {story['status']} already, so it cannot be cancelled.")
    await stop(connection, story_id)
    await notify_stories(connection, [story_id])


async def stop(connection: AsyncConnection, story_id: UUID) -> None:
    """Cancel a story that this transaction has locked and found active; its text is kept."""
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
    await _hold_prompt(connection, owner_id, prompt_id)
    await require_room(connection, owner_id, limit=limit)
    await _add(connection, {"id": story_id, "prompt_id": prompt_id, "owner_id": owner_id, "trace_id": trace_id})


async def add_part(
    connection: AsyncConnection, owner_id: UUID, previous_id: UUID, story_id: UUID, *, trace_id: str, limit: int
) -> None:
    """Queue a story that continues the finished story ``previous_id``, under the id ``story_id``.

    Raises NotFound, TooManyStories, or Conflict when the other one is not finished or the id is there already.
    """
    # read without a lock: finished is for ever
    found = await connection.execute(
        select(stories.c.status, stories.c.part, stories.c.prompt_id).where(
            stories.c.id == previous_id, stories.c.owner_id == owner_id
        )
    )
    previous = found.mappings().one_or_none()
    if previous is None:
        raise NotFound(_NO_SUCH_STORY)
    await _hold_prompt(connection, owner_id, previous["prompt_id"], missing=_NO_SUCH_STORY)
    if previous["status"] != StoryStatus.FINISHED:
        raise Conflict(f"The story is {previous['status']}; only a finished one can be continued.")
    await require_room(connection, owner_id, limit=limit)
    await _add(
        connection,
        {
            "id": story_id,
            "prompt_id": previous["prompt_id"],
            "owner_id": owner_id,
            "trace_id": trace_id,
            "part": previous["part"] + 1,
            "previous_id": previous_id,
        },
    )


async def _hold_prompt(
    connection: AsyncConnection, owner_id: UUID, prompt_id: UUID, missing: str = "There is no such prompt."
) -> None:
    """Keep others from putting the prompt into the trash before this transaction ends."""
    found = await connection.execute(
        select(prompts.c.id)
        .where(prompts.c.id == prompt_id, prompts.c.owner_id == owner_id, prompts.c.trashed_at.is_(None))
        .with_for_update(key_share=True)
    )
    if found.one_or_none() is None:
        raise NotFound(missing)


async def _add(connection: AsyncConnection, story: Mapping[str, object]) -> None:
    added = await connection.execute(
        upsert(stories).values(**story).on_conflict_do_nothing().returning(stories.c.id, stories.c.trace_id)
    )
    row = added.one_or_none()
    if row is None:
        raise Conflict("There is a story with this id already.")
    await enqueue(connection, [Ticket(row.id, row.trace_id)])


async def _lock(connection: AsyncConnection, owner_id: UUID, story_id: UUID) -> RowMapping:
    found = await connection.execute(
        select(stories.c.status, stories.c.text, stories.c.prompt_id)
        .where(stories.c.id == story_id, stories.c.owner_id == owner_id)
        .with_for_update()
    )
    story = found.mappings().one_or_none()
    # a statement of its own: it sees what was committed while this one waited for the lock
    if story is None or await _is_trashed(connection, story["prompt_id"]):
        raise NotFound(_NO_SUCH_STORY)
    return story


async def _is_trashed(connection: AsyncConnection, prompt_id: UUID) -> bool:
    trashed_at = select(prompts.c.trashed_at).where(prompts.c.id == prompt_id)
    return (await connection.execute(trashed_at)).scalar_one() is not None
