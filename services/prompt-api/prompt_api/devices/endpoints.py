"""The routes below ``/device`` and ``/library``."""

import hashlib
import secrets
from datetime import timedelta
from enum import Enum
from http import HTTPStatus

from fastapi import FastAPI, Request, Response

from prompt_api.database import Database
from prompt_api.devices import commands
from prompt_api.devices.cookie import removal
from prompt_api.devices.libraries import Libraries
from prompt_api.devices.schemas import JoinLibrary, LibraryLink
from prompt_api.http.body import described, read_json
from prompt_api.http.context import visitor_of
from prompt_api.http.headers import header
from prompt_api.http.responses import AWAY, OUTCOME_UNKNOWN, problems

_TAGS: list[str | Enum] = ["devices"]
_CODE_BYTES = 24
_VALID_FOR = timedelta(minutes=15)
_CHANGES = {503: AWAY, 504: OUTCOME_UNKNOWN}


def install(api: FastAPI, database: Database, libraries: Libraries) -> None:
    """Leave; make a link, and follow one.

    This process's ``libraries`` are told here, so that whoever changed something sees it with the next request; those
    of other processes hear of it from Postgres, moments later.
    """

    @api.delete("/api/v1/device", tags=_TAGS, status_code=HTTPStatus.NO_CONTENT, responses=problems(_CHANGES))
    async def leave_device(request: Request) -> Response:
        """Leave this device: its cookie is removed, and no copy of it is accepted any more.

        Nothing is deleted, and other devices with the same library keep it. Without one, and without a link that is
        still valid, nobody can open it again.
        """
        visitor = visitor_of(request)
        if not visitor.is_new:
            await database.write(lambda connection: commands.leave(connection, visitor.device_id))
            libraries.heard([visitor.device_id])
        secure = header(request.scope, b"x-forwarded-proto") == "https"
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Set-Cookie": removal(secure=secure).decode()})

    @api.post("/api/v1/library/links", tags=_TAGS, status_code=HTTPStatus.CREATED, responses=problems(_CHANGES))
    async def create_library_link(request: Request) -> LibraryLink:
        """Make a code that opens this library on other devices for a quarter of an hour; the one before ends."""
        owner_id, code = visitor_of(request).owner_id, secrets.token_urlsafe(_CODE_BYTES)
        expires_at = await database.write(
            lambda connection: commands.link(connection, owner_id, _hash_of(code), valid_for=_VALID_FOR)
        )
        return LibraryLink(code=code, expires_at=expires_at)

    @api.post(
        "/api/v1/library/join",
        tags=_TAGS,
        status_code=HTTPStatus.NO_CONTENT,
        openapi_extra=described(JoinLibrary),
        responses=problems(
            {
                400: "The body of the request is not JSON in UTF-8.",
                404: commands.NO_SUCH_LINK,
                413: "The body of the request is too large.",
                422: "code: String should have at least 1 character",
                **_CHANGES,
            }
        ),
    )
    async def join_library(request: Request) -> None:
        """Open the library of a link on this device. What this device has of its own goes into that library."""
        link = await read_json(request, JoinLibrary)
        device_id = visitor_of(request).device_id
        libraries.heard(
            await database.write(lambda connection: commands.join(connection, device_id, _hash_of(link.code)))
        )


def _hash_of(code: str) -> bytes:
    """What is stored: who reads the database has no code. It is random, so it needs no salt."""
    return hashlib.sha256(code.encode()).digest()
