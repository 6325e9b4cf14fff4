"""Errors of the API as RFC 9457 problem documents.

    ApiProblem
    ├── UnreadableBody        400  not JSON in UTF-8
    ├── BodyTooLarge          413
    ├── NotFound              404  no such thing, or somebody else's
    ├── Conflict              409  the state does not allow it
    ├── InvalidRequest        422  a field is wrong
    ├── TooManyStories        429  with Retry-After
    ├── Unavailable           503  nothing was stored; with Retry-After
    └── OutcomeUnknown        504  a commit whose answer never came

Whatever else is raised becomes such a document too, so that a client reads one form of error. (``fastapi-problem``
was considered: it repeats the text of unexpected exceptions to the client, and its hooks for the trace id and for
``errors`` would be as long as this module.)
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from storybot_common.database.group_commit import Overloaded
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.logs import get_logger

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2

log = get_logger(__name__)


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Where: names joined by dots, such as `options.age`.", examples=["content"])
    message: str = Field(examples=["must not be empty or only spaces"])


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(
        description="Stable name of the kind of problem.", examples=["urn:problem-type:storybot:not-found"]
    )
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened, for a person.", examples=["There is no such story."])
    trace_id: str = Field(
        description="Quote it to whoever runs the server: it finds the log lines.",
        examples=["0af7651916cd43dd8448eb211c80319c"],
    )
    errors: list[FieldError] | None = Field(default=None, description="Only where fields of the request are wrong.")


class ApiProblem(Exception):
    """An answer other than success; ``detail`` is a sentence for a person."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    kind: ClassVar[str] = "internal"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers


class UnreadableBody(ApiProblem):
    """The body cannot be read at all."""

    status = HTTPStatus.BAD_REQUEST
    kind = "bad-request"

    def __init__(self) -> None:
        super().__init__("The body of the request is not JSON in UTF-8.")


class BodyTooLarge(ApiProblem):
    """More than the longest prompt can need."""

    status = HTTPStatus.CONTENT_TOO_LARGE
    kind = "content-too-large"

    def __init__(self) -> None:
        super().__init__("The body of the request is too large.")


class NotFound(ApiProblem):
    """There is no such thing, or it belongs to somebody else."""

    status = HTTPStatus.NOT_FOUND
    kind = "not-found"


class Conflict(ApiProblem):
    """The state of things does not allow it."""

    status = HTTPStatus.CONFLICT
    kind = "conflict"


class InvalidRequest(ApiProblem):
    """A field is wrong, found by other means than the schema."""

    status = HTTPStatus.UNPROCESSABLE_CONTENT
    kind = "invalid-request"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field} {message}.", errors=[FieldError(field=field, message=message)])


class TooManyStories(ApiProblem):
    """The owner has as many unfinished stories as are allowed."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    kind = "too-many-stories"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have {limit} unfinished stories, which is the limit. Wait until some are finished.",
            headers={"Retry-After": "10"},
        )


class Unavailable(ApiProblem):
    """Nothing was stored; try again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    kind = "unavailable"

    def __init__(self, detail: str = "The story shelf is away for a moment. Nothing was changed; try again.") -> None:
        super().__init__(detail, headers={"Retry-After": str(RETRY_AFTER_S)})


class OutcomeUnknown(ApiProblem):
    """The connection broke during a commit and stayed away: the change may have been stored."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    kind = "outcome-unknown"

    def __init__(self) -> None:
        super().__init__(
            "The story shelf went away while the change was being stored, so it may or may not be there. "
            "Look before you try again, or repeat the request with the same Idempotency-Key.",
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )


def problem_response(request: Request, problem: ApiProblem) -> Response:
    """The answer that tells ``problem``."""
    return _response(
        request, problem.status, problem.detail, kind=problem.kind, errors=problem.errors, headers=problem.headers
    )


def install(app: FastAPI) -> None:
    """Answer every exception with a problem document."""

    @app.exception_handler(ApiProblem)
    async def expected(request: Request, error: ApiProblem) -> Response:
        return problem_response(request, error)

    @app.exception_handler(DatabaseUnavailable)
    async def database_away(request: Request, error: DatabaseUnavailable) -> Response:
        log.warning("database_unavailable", in_doubt=error.in_doubt)
        return problem_response(request, OutcomeUnknown() if error.in_doubt else Unavailable())

    @app.exception_handler(Overloaded)
    async def overloaded(request: Request, _error: Overloaded) -> Response:
        return problem_response(
            request, Unavailable("Too many prompts are waiting to be stored. Nothing was changed; try again.")
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [_field_error(one) for one in error.errors()]
        return _response(
            request,
            InvalidRequest.status,
            "; ".join(f"{one.field}: {one.message}" for one in errors),
            kind=InvalidRequest.kind,
            errors=errors,
        )

    @app.exception_handler(HTTPException)
    async def from_framework(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        detail = _FRAMEWORK_SENTENCES.get(status, error.detail)
        return _response(request, status, detail, kind=_slug(status), headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> Response:
        return _response(
            request,
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "Something went wrong on this server. Whoever runs it can look up the trace id.",
            kind=ApiProblem.kind,
        )


_FRAMEWORK_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not answer to this method.",
}


def _response(
    request: Request,
    status: HTTPStatus,
    detail: str,
    *,
    kind: str,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"urn:problem-type:storybot:{kind}",
        title=status.phrase,
        status=status,
        detail=detail,
        trace_id=request.state.trace_id,
        errors=list(errors) if errors is not None else None,
    )
    body = json.dumps(problem.model_dump(exclude_none=True), ensure_ascii=False).encode("utf-8", errors="replace")
    return Response(body, status, headers, MEDIA_TYPE)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    """Where and what; never the value that was sent."""
    place = [str(part) for part in error["loc"][1:]] or [str(error["loc"][0])]
    return FieldError(field=".".join(place), message=error["msg"].removeprefix("Value error, "))


def _slug(status: HTTPStatus) -> str:
    return status.phrase.lower().replace(" ", "-")
