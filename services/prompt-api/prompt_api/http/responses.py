"""How the OpenAPI document describes answers other than success."""

from http import HTTPStatus
from typing import Any

from prompt_api.http.problems import MEDIA_TYPE

type Responses = dict[int | str, dict[str, Any]]

AWAY = "The story shelf is away for a moment. Nothing was changed; try again."
BAD_ID = "story_id: Input should be a valid UUID"
OUTCOME_UNKNOWN = "The story shelf went away while the change was being stored, so it may or may not be there."
TOO_MANY_STORIES = "You have 100 unfinished stories, which is the limit. Wait until some are finished."

_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}

_TYPES = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.CONTENT_TOO_LARGE: "content-too-large",
    HTTPStatus.UNPROCESSABLE_CONTENT: "invalid-request",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-stories",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
    HTTPStatus.GATEWAY_TIMEOUT: "outcome-unknown",
}
_WITH_RETRY_AFTER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def problems(sentences: dict[int, str]) -> Responses:
    """Problem documents by status, each with the sentence that an example shows."""
    return {status: _problem(HTTPStatus(status), sentence) for status, sentence in sentences.items()}


def _problem(status: HTTPStatus, sentence: str) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"urn:problem-type:storybot:{_TYPES[status]}",
        "title": status.phrase,
        "status": int(status),
        "detail": sentence,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
    if status is HTTPStatus.UNPROCESSABLE_CONTENT:
        field, _, message = sentence.partition(": ")
        example["errors"] = [{"field": field, "message": message}]
    described: dict[str, Any] = {
        "description": sentence,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status in _WITH_RETRY_AFTER:
        described["headers"] = _RETRY_AFTER
    return described
