"""The routes below ``/trash``. What goes into it is deleted with ``DELETE /prompts/{id}``."""

from datetime import timedelta
from enum import Enum
from http import HTTPStatus
from uuid import UUID

from fastapi import FastAPI, Request

from prompt_api.database import Database
from prompt_api.http.context import owner_of
from prompt_api.http.problems import InvalidRequest, NotFound
from prompt_api.http.responses import AWAY, OUTCOME_UNKNOWN, problems
from prompt_api.prompts import cursor as cursors
from prompt_api.prompts.endpoints import Cursor, PageSize
from prompt_api.trash import commands, queries
from prompt_api.trash.schemas import TrashPage

PATH = "/api/v1/trash"
_TAGS: list[str | Enum] = ["trash"]
_NOT_THERE = "There is no such prompt in the trash."
_BAD_ID = "prompt_id: Input should be a valid UUID"
_CHANGES = problems({404: _NOT_THERE, 422: _BAD_ID, 503: AWAY, 504: OUTCOME_UNKNOWN})


def install(api: FastAPI, database: Database, *, keep: timedelta) -> None:
    """List, restore, remove, empty. ``keep`` is how long it is kept."""

    @api.get(PATH, tags=_TAGS, responses=problems({422: "limit: Input should be less than or equal to 100", 503: AWAY}))
    async def list_trash(request: Request, limit: PageSize = 20, cursor: Cursor = None) -> TrashPage:
        """Your deleted prompts, newest first."""
        try:
            before = cursors.decode(cursor) if cursor else None
        except ValueError:
            raise InvalidRequest("cursor", "is not one that this server gave") from None
        owner_id = owner_of(request)
        items, more = await database.read(
            lambda connection: queries.page(connection, owner_id, limit=limit, before=before, keep=keep)
        )
        return TrashPage.model_construct(items=items, next_cursor=cursors.encode(items[-1].id) if more else None)

    @api.post(f"{PATH}/{{prompt_id}}/restore", tags=_TAGS, status_code=HTTPStatus.NO_CONTENT, responses=_CHANGES)
    async def restore_prompt(prompt_id: UUID, request: Request) -> None:
        """Take a prompt with its stories out of the trash. Stories that were stopped by deleting stay stopped."""
        owner_id = owner_of(request)
        await database.write_once(
            lambda connection: commands.restore(connection, owner_id, prompt_id), done=(NotFound,)
        )

    @api.delete(f"{PATH}/{{prompt_id}}", tags=_TAGS, status_code=HTTPStatus.NO_CONTENT, responses=_CHANGES)
    async def remove_prompt(prompt_id: UUID, request: Request) -> None:
        """Delete a prompt of the trash with its stories, for good."""
        owner_id = owner_of(request)
        await database.write_once(lambda connection: commands.remove(connection, owner_id, prompt_id), done=(NotFound,))

    @api.delete(
        PATH,
        tags=_TAGS,
        status_code=HTTPStatus.NO_CONTENT,
        responses=problems({503: AWAY, 504: OUTCOME_UNKNOWN}),
    )
    async def empty_trash(request: Request) -> None:
        """Delete everything in the trash, for good."""
        owner_id = owner_of(request)
        await database.write(lambda connection: commands.empty(connection, owner_id))
