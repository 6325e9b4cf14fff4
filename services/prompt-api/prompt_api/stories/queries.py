"""Reading stories."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.stories import rows
from prompt_api.stories.queue import positions
from prompt_api.stories.schemas import Story, StoryStatus
from storybot_common.database.tables import prompts, stories


async def find(connection: AsyncConnection, owner_id: UUID, story_id: UUID) -> Story | None:
    """The owner's story with all text so far, or None."""
    row = (
        (
            await connection.execute(
                select(*rows.SUMMARY_COLUMNS, rows.TEXT_SO_FAR)
                .join(prompts, prompts.c.id == stories.c.prompt_id)
                .where(stories.c.id == story_id, stories.c.owner_id == owner_id, prompts.c.trashed_at.is_(None))
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    queued = [story_id] if row["status"] == StoryStatus.QUEUED else []
    return rows.story(row, await positions(connection, queued))
