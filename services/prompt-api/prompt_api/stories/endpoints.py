"""The routes below ``/stories``, but for the live stream."""

from enum import Enum
from http import HTTPStatus
from uuid import UUID

from fastapi import FastAPI, Request, Response

from prompt_api.database import Database
from prompt_api.http.context import owner_of, trace_id_of
from prompt_api.http.problems import Conflict, NotFound
from prompt_api.http.responses import AWAY, BAD_ID, OUTCOME_UNKNOWN, TOO_MANY_STORIES, problems
from prompt_api.stories import commands, queries
from prompt_api.stories.schemas import Story
from storybot_common.ids import new_id

PATH = "/api/v1/stories/{story_id}"
_TAGS: list[str | Enum] = ["stories"]

NO_SUCH_STORY = "There is no such story."


def install(api: FastAPI, database: Database, *, stories_per_owner: int) -> None:
    """Read, cancel, retry, continue."""

    @api.get(PATH, tags=_TAGS, responses=problems({404: NO_SUCH_STORY, 422: BAD_ID, 503: AWAY}))
    async def get_story(story_id: UUID, request: Request) -> Story:
        """A story with all text so far."""
        return await found(owner_of(request), story_id)

    @api.post(
        f"{PATH}/cancel",
        tags=_TAGS,
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
    async def cancel_story(story_id: UUID, request: Request) -> Story:
        """Stop a queued or running story; the text so far is kept."""
        owner_id = owner_of(request)
        await database.write_once(lambda connection: commands.cancel(connection, owner_id, story_id), done=(Conflict,))
        return await found(owner_id, story_id)

    @api.post(
        f"{PATH}/retry",
        tags=_TAGS,
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
    async def retry_story(story_id: UUID, request: Request) -> Story:
        """Queue a failed or cancelled story again; writing goes on from the text there is."""
        owner_id, trace_id = owner_of(request), trace_id_of(request)
        await database.write_once(
            lambda connection: commands.retry(
                connection, owner_id, story_id, trace_id=trace_id, limit=stories_per_owner
            ),
            done=(Conflict,),
        )
        return await found(owner_id, story_id)

    @api.post(
        f"{PATH}/continue",
        tags=_TAGS,
        status_code=HTTPStatus.CREATED,
        responses={
            201: {"headers": {"Location": {"description": "The new story's address.", "schema": {"type": "string"}}}},
            **problems(
                {
                    404: NO_SUCH_STORY,
                    409: "The story is writing; only a finished one can be continued.",
                    422: BAD_ID,
                    429: TOO_MANY_STORIES,
                    503: AWAY,
                    504: OUTCOME_UNKNOWN,
                }
            ),
        },
    )
    async def continue_story(story_id: UUID, request: Request, response: Response) -> Story:
        """Ask for the next part of a finished story: a new story of the same prompt, with the same characters."""
        owner_id, trace_id, next_id = owner_of(request), trace_id_of(request), new_id()
        await database.write_once(
            lambda connection: commands.add_part(
                connection, owner_id, story_id, next_id, trace_id=trace_id, limit=stories_per_owner
            ),
            done=(Conflict,),
        )
        response.headers["Location"] = f"/api/v1/stories/{next_id}"
        return await found(owner_id, next_id)

    async def found(owner_id: UUID, story_id: UUID) -> Story:
        story = await database.read(lambda connection: queries.find(connection, owner_id, story_id))
        if story is None:
            raise NotFound(NO_SUCH_STORY)
        return story
