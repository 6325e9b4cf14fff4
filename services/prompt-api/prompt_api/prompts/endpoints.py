"""The routes below ``/prompts``."""

import re
from collections.abc import Sequence
from enum import Enum
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response

from prompt_api.database import Database
from prompt_api.http.body import described, read_json
from prompt_api.http.context import owner_of, trace_id_of
from prompt_api.http.problems import Conflict, InvalidRequest, NotFound
from prompt_api.http.responses import AWAY, OUTCOME_UNKNOWN, TOO_MANY_STORIES, Responses, problems
from prompt_api.prompts import cursor as cursors
from prompt_api.prompts import favourites, queries
from prompt_api.prompts.filters import PromptFilter
from prompt_api.prompts.schemas import NewPrompt, Prompt, PromptPage
from prompt_api.prompts.submission import Accepted, Submissions
from prompt_api.stories import commands
from prompt_api.stories import queries as story_queries
from prompt_api.stories.schemas import Story, StoryStatus, Timings
from prompt_api.trash import commands as trash
from storybot_common.ids import new_id

PATH = "/api/v1/prompts"
_TAGS: list[str | Enum] = ["prompts"]

_VISIBLE = re.compile(r"[!-~]{1,128}")
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this wish, so that sending it again is harmless: up to 128 visible ASCII characters.",
    "schema": {"type": "string", "pattern": f"^{_VISIBLE.pattern}$"},
    "example": "0f9d1c9e-6f0b-4f0e-8a3c-1b2d3e4f5a6b",
}
_CREATED: Responses = {
    201: {
        "model": Prompt,
        "description": "The prompt with its first story.",
        "headers": {
            "Location": {"description": "The prompt's address.", "schema": {"type": "string"}},
            "Idempotency-Replayed": {
                "description": "`true` when an earlier request with this key had made the prompt.",
                "schema": {"type": "string"},
            },
        },
    }
}

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
Statuses = Annotated[
    Sequence[StoryStatus],
    Query(description="Only prompts whose newest story is in this state, or in one of several."),
]
Language = Annotated[
    str | None,
    Query(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
        description="Only prompts for stories in this language; `ja` finds those for `ja-JP` too.",
        examples=["ja"],
    ),
]
Favourite = Annotated[bool | None, Query(description="Only favourites, or only the others.")]

_NO_SUCH_PROMPT = "There is no such prompt."
_BAD_ID = "prompt_id: Input should be a valid UUID"


def install(api: FastAPI, database: Database, submissions: Submissions, *, stories_per_owner: int) -> None:
    """Create, list, read, delete, mark, and make another story."""

    @api.post(
        PATH,
        tags=_TAGS,
        status_code=HTTPStatus.CREATED,
        openapi_extra=described(NewPrompt) | {"parameters": [_IDEMPOTENCY_KEY]},
        responses=_CREATED
        | problems(
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
    )
    async def create_prompt(request: Request) -> Response:
        """Ask for a story. It is stored when this answers, and written as soon as its turn comes."""
        prompt = await read_json(request, NewPrompt)
        owner_id, trace_id = owner_of(request), trace_id_of(request)
        accepted = await submissions.submit(
            prompt, owner_id=owner_id, trace_id=trace_id, idempotency_key=_idempotency_key(request)
        )
        headers = {"Location": f"{PATH}/{accepted.prompt_id}"}
        if accepted.story_id is not None:
            answer = _as_stored(prompt, accepted, accepted.story_id, trace_id)
        else:
            answer = await found_prompt(owner_id, accepted.prompt_id)
            headers["Idempotency-Replayed"] = "true"
        return Response(answer.model_dump_json(), HTTPStatus.CREATED, headers, "application/json")

    @api.get(PATH, tags=_TAGS, responses=problems({422: "limit: Input should be less than or equal to 100", 503: AWAY}))
    async def list_prompts(
        request: Request,
        limit: PageSize = 20,
        cursor: Cursor = None,
        q: Words = None,
        status: Statuses = (),
        language: Language = None,
        favourite: Favourite = None,
    ) -> PromptPage:
        """Your prompts, newest first; those in the trash are not among them."""
        try:
            before = cursors.decode(cursor) if cursor else None
        except ValueError:
            raise InvalidRequest("cursor", "is not one that this server gave") from None
        wanted = PromptFilter((q or "").strip() or None, status, language, favourite)
        items, more = await database.read(
            lambda connection: queries.page(connection, owner_of(request), wanted, limit=limit, before=before)
        )
        return PromptPage.model_construct(items=items, next_cursor=cursors.encode(items[-1].id) if more else None)

    @api.get(f"{PATH}/{{prompt_id}}", tags=_TAGS, responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY}))
    async def get_prompt(prompt_id: UUID, request: Request) -> Prompt:
        """A prompt with its stories."""
        return await found_prompt(owner_of(request), prompt_id)

    @api.delete(
        f"{PATH}/{{prompt_id}}",
        tags=_TAGS,
        status_code=HTTPStatus.NO_CONTENT,
        responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY, 504: OUTCOME_UNKNOWN}),
    )
    async def delete_prompt(prompt_id: UUID, request: Request) -> None:
        """Move a prompt and its stories to the trash, where they are kept for a while; writing stops."""
        await database.write_once(
            lambda connection: trash.put(connection, owner_of(request), prompt_id), done=(NotFound,)
        )

    @api.post(
        f"{PATH}/{{prompt_id}}/stories",
        tags=_TAGS,
        status_code=HTTPStatus.CREATED,
        responses={
            201: {"headers": {"Location": {"description": "The story's address.", "schema": {"type": "string"}}}},
            **problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 429: TOO_MANY_STORIES, 503: AWAY, 504: OUTCOME_UNKNOWN}),
        },
    )
    async def create_story(prompt_id: UUID, request: Request, response: Response) -> Story:
        """Ask for another story from the same prompt."""
        owner_id, trace_id, story_id = owner_of(request), trace_id_of(request), new_id()
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

    @api.put(
        f"{PATH}/{{prompt_id}}/favourite",
        tags=_TAGS,
        status_code=HTTPStatus.NO_CONTENT,
        responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY, 504: OUTCOME_UNKNOWN}),
    )
    async def add_favourite(prompt_id: UUID, request: Request) -> None:
        """Put a prompt among your favourites."""
        owner_id = owner_of(request)
        await database.write(lambda connection: favourites.mark(connection, owner_id, prompt_id, favourite=True))

    @api.delete(
        f"{PATH}/{{prompt_id}}/favourite",
        tags=_TAGS,
        status_code=HTTPStatus.NO_CONTENT,
        responses=problems({404: _NO_SUCH_PROMPT, 422: _BAD_ID, 503: AWAY, 504: OUTCOME_UNKNOWN}),
    )
    async def remove_favourite(prompt_id: UUID, request: Request) -> None:
        """Take a prompt out of your favourites."""
        owner_id = owner_of(request)
        await database.write(lambda connection: favourites.mark(connection, owner_id, prompt_id, favourite=False))

    async def found_prompt(owner_id: UUID, prompt_id: UUID) -> Prompt:
        prompt = await database.read(lambda connection: queries.find(connection, owner_id, prompt_id))
        if prompt is None:
            raise NotFound(_NO_SUCH_PROMPT)
        return prompt


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _VISIBLE.fullmatch(key):
        raise InvalidRequest("Idempotency-Key", "must be 1 to 128 visible ASCII characters")
    return key if key is not None else _of_the_gateway(request)


def _of_the_gateway(request: Request) -> str | None:
    """The same for each of its tries, when a replica ends before it has answered."""
    request_id = request.headers.get("x-request-id", "")
    return request_id if _VISIBLE.fullmatch(request_id) else None


def _as_stored(prompt: NewPrompt, accepted: Accepted, story_id: UUID, trace_id: str) -> Prompt:
    """The prompt as it has just been stored, without reading it back."""
    story = Story.model_construct(
        id=story_id,
        prompt_id=accepted.prompt_id,
        status=StoryStatus.QUEUED,
        text="",
        text_length=0,
        model=None,
        model_builtin=None,
        attempt=0,
        deliveries=0,
        restarts=0,
        resumption=None,
        trace_id=trace_id,
        queue_position=None,
        usage=None,
        timings=Timings.model_construct(
            queued_at=accepted.created_at, started_at=None, first_token_at=None, finished_at=None
        ),
        failure=None,
        part=1,
        previous_id=None,
        created_at=accepted.created_at,
    )
    return Prompt.model_construct(
        id=accepted.prompt_id,
        content=prompt.content,
        options=prompt.options,
        favourite=False,
        created_at=accepted.created_at,
        stories=[story],
    )
