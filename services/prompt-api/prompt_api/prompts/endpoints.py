"""The routes below ``/prompts``."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from prompt_api.database import Database
from prompt_api.http.context import Owner, TraceId
from prompt_api.http.problems import Conflict, InvalidRequest, NotFound
from prompt_api.http.responses import AWAY, OUTCOME_UNKNOWN, TOO_MANY_STORIES, problems
from prompt_api.prompts import cursor as cursors
from prompt_api.prompts import queries
from prompt_api.prompts.schemas import NewPrompt, Prompt, PromptPage
from prompt_api.prompts.submission import Accepted, Submissions
from prompt_api.stories import commands
from prompt_api.stories import queries as story_queries
from prompt_api.stories.schemas import Story, StoryStatus, Timings
from storybot_common.ids import new_id

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[!-~]+$",
        description="Names this wish, so that sending it again is harmless: up to 128 visible ASCII characters.",
        examples=["0f9d1c9e-6f0b-4f0e-8a3c-1b2d3e4f5a6b"],
    ),
]
Cursor = Annotated[str | None, Query(max_length=64, description="`next_cursor` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=100)]
Words = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="Only prompts that contain this, or have a story that does; capital letters do not matter.",
    ),
]

_NO_SUCH_PROMPT = "There is no such prompt."
_BAD_ID = "prompt_id: Input should be a valid UUID"


def routes(database: Database, submissions: Submissions, *, stories_per_owner: int) -> APIRouter:
    """Create, list, read, delete, and make another story."""
    router = APIRouter(prefix="/prompts", tags=["prompts"])

    @router.post(
        "",
        status_code=HTTPStatus.CREATED,
        responses={
            201: {
                "headers": {
                    "Location": {"description": "The prompt's address.", "schema": {"type": "string"}},
                    "Idempotency-Replayed": {
                        "description": "`true` when an earlier request with this key had made the prompt.",
                        "schema": {"type": "string"},
                    },
                }
            },
            **problems(
                {
                    400: "The body of the request is not JSON in UTF-8.",
                    409: "This Idempotency-Key was used for another prompt.",
                    413: "The body of the request is too large.",
                    422: "content: must not be empty or only spaces",
                    429: TOO_MANY_STORIES,
                    503: AWAY,
                    504: OUTCOME_UNKNOWN,
                }
            ),
        },
    )
    async def create_prompt(
        prompt: NewPrompt,
        response: Response,
        owner_id: Owner,
        trace_id: TraceId,
        idempotency_key: IdempotencyKey = None,
    ) -> Prompt:
        """Ask for a story. It is stored when this answers, and written as soon as its turn comes."""
        accepted = await submissions.submit(
            prompt, owner_id=owner_id, trace_id=trace_id, idempotency_key=idempotency_key
        )
        response.headers["Location"] = f"/api/v1/prompts/{accepted.prompt_id}"
        if accepted.story_id is not None:
            return _as_stored(prompt, accepted, accepted.story_id, trace_id)
        response.headers["Idempotency-Replayed"] = "true"
        return await found_prompt(owner_id, accepted.prompt_id)

    @router.get("", responses=problems({422: "limit: Input should be less than or equal to 100", 503: AWAY}))
    async def list_prompts(owner_id: Owner, limit: PageSize = 20, cursor: Cursor = None, q: Words = None) -> PromptPage:
        """Your prompts, newest first."""
        try:
            before = cursors.decode(cursor) if cursor else None
        except ValueError:
            raise InvalidRequest("cursor", "is not one that this server gave") from None
        items, more = await database.read(
            lambda connection: queries.page(
                connection, owner_id, limit=limit, before=before, containing=(q or "").strip() or None
            )
        )
        return PromptPage.model_construct(items=items, next_cursor=cursors.encode(items[-1].id) if more else None)

    @router.get("/{prompt_id}", responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY}))
    async def get_prompt(prompt_id: UUID, owner_id: Owner) -> Prompt:
        """A prompt with its stories."""
        return await found_prompt(owner_id, prompt_id)

    @router.delete(
        "/{prompt_id}",
        status_code=HTTPStatus.NO_CONTENT,
        responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY, 504: OUTCOME_UNKNOWN}),
    )
    async def delete_prompt(prompt_id: UUID, owner_id: Owner) -> None:
        """Delete a prompt and its stories; those that are being written stop."""
        await database.write_once(
            lambda connection: commands.delete_prompt(connection, owner_id, prompt_id), done=(NotFound,)
        )

    @router.post(
        "/{prompt_id}/stories",
        status_code=HTTPStatus.CREATED,
        responses={
            201: {"headers": {"Location": {"description": "The story's address.", "schema": {"type": "string"}}}},
            **problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 429: TOO_MANY_STORIES, 503: AWAY, 504: OUTCOME_UNKNOWN}),
        },
    )
    async def create_story(prompt_id: UUID, response: Response, owner_id: Owner, trace_id: TraceId) -> Story:
        """Ask for another story from the same prompt."""
        story_id = new_id()
        await database.write_once(
            lambda connection: commands.add_variant(
                connection, owner_id, prompt_id, story_id, trace_id=trace_id, limit=stories_per_owner
            ),
            done=(Conflict,),
        )
        story = await database.read(lambda connection: story_queries.find(connection, owner_id, story_id))
        if story is None:
            raise NotFound("The prompt was deleted meanwhile.")
        response.headers["Location"] = f"/api/v1/stories/{story_id}"
        return story

    async def found_prompt(owner_id: UUID, prompt_id: UUID) -> Prompt:
        prompt = await database.read(lambda connection: queries.find(connection, owner_id, prompt_id))
        if prompt is None:
            raise NotFound(_NO_SUCH_PROMPT)
        return prompt

    return router


def _as_stored(prompt: NewPrompt, accepted: Accepted, story_id: UUID, trace_id: str) -> Prompt:
    """The prompt as it has just been stored, without reading it back."""
    story = Story.model_construct(
        id=story_id,
        prompt_id=accepted.prompt_id,
        status=StoryStatus.QUEUED,
        text="",
        text_length=0,
        attempt=0,
        deliveries=0,
        restarts=0,
        trace_id=trace_id,
        timings=Timings.model_construct(queued_at=accepted.created_at),
        created_at=accepted.created_at,
    )
    return Prompt.model_construct(
        id=accepted.prompt_id,
        content=prompt.content,
        options=prompt.options,
        created_at=accepted.created_at,
        stories=[story],
    )
