"""The routes below ``/stories``, but for the live stream."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.database import Database
from prompt_api.http.context import Owner, TraceId
from prompt_api.http.problems import Conflict, NotFound
from prompt_api.http.responses import AWAY, BAD_ID, OUTCOME_UNKNOWN, TOO_MANY_STORIES, problems
from prompt_api.stories import commands, queries
from prompt_api.stories.schemas import Story

NO_SUCH_STORY = "There is no such story."


def routes(database: Database, *, stories_per_owner: int) -> APIRouter:
    """Read, cancel, retry."""
    router = APIRouter(prefix="/stories", tags=["stories"])

    @router.get("/{story_id}", responses=problems({404: NO_SUCH_STORY, 422: BAD_ID, 503: AWAY}))
    async def get_story(story_id: UUID, owner_id: Owner) -> Story:
        """A story with all text so far."""
        story = await database.read(lambda connection: queries.find(connection, owner_id, story_id))
        if story is None:
            raise NotFound(NO_SUCH_STORY)
        return story

    @router.post(
        "/{story_id}/cancel",
        status_code=HTTPStatus.ACCEPTED,
        responses=problems(
            {
                404: NO_SUCH_STORY,
                409: "The story is finished already, so it cannot be cancelled.",
                422: BAD_ID,
                503: AWAY,
                504: OUTCOME_UNKNOWN,
            }
        ),
    )
    async def cancel_story(story_id: UUID, owner_id: Owner) -> Story:
        """Stop a queued or running story; the text so far is kept."""
        return await changed(owner_id, story_id, lambda connection: commands.cancel(connection, owner_id, story_id))

    @router.post(
        "/{story_id}/retry",
        status_code=HTTPStatus.ACCEPTED,
        responses=problems(
            {
                404: NO_SUCH_STORY,
                409: "The story is finished, so there is nothing to try again.",
                422: BAD_ID,
                429: TOO_MANY_STORIES,
                503: AWAY,
                504: OUTCOME_UNKNOWN,
            }
        ),
    )
    async def retry_story(story_id: UUID, owner_id: Owner, trace_id: TraceId) -> Story:
        """Queue a failed or cancelled story again; writing goes on from the text there is."""
        return await changed(
            owner_id,
            story_id,
            lambda connection: commands.retry(
                connection, owner_id, story_id, trace_id=trace_id, limit=stories_per_owner
            ),
        )

    async def changed(owner_id: UUID, story_id: UUID, command: Callable[[AsyncConnection], Awaitable[None]]) -> Story:
        await database.write_once(command, done=(Conflict,))
        return await get_story(story_id, owner_id)

    return router
