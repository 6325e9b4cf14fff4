"""What an LLM's failure means: every way it can say no, in one place.

    what happened                                             becomes
    no connection, 5xx, 408, 409, 425, broken-off stream      LlmUnavailable     retried
    429                                                       LlmRateLimited     retried, when it says
    nothing arrives for too long                              LlmTimeout         retried
    unreadable answer                                         LlmBadAnswer       retried
    content filter, content policy                            LlmRefused         permanent
    context length exceeded, 413                              StoryTooLong       permanent
    401, 403                                                  LlmMisconfigured   permanent: bad key
    404 that names the model                                  LlmMisconfigured   permanent: unknown model
    any other 4xx                                             LlmMisconfigured   permanent: bad request

Servers that speak the protocol word their errors differently (OpenAI, Azure, llama.cpp, vLLM, Ollama), so status,
code, type and message are looked at together. Messages of the other side are not passed on: they may quote the prompt.
"""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx2
import openai

from storybot_common.errors import (
    FailureCode,
    LlmBadAnswer,
    LlmMisconfigured,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
    StoryError,
    StoryTooLong,
)

_REFUSED = ("content_filter", "content_policy", "safety", "moderation")
_TOO_LONG = ("context_length", "context length", "context size", "exceed_context", "context window", "too many tokens")
_ASK_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY}


def from_exception(error: Exception) -> StoryError:
    """The meaning of an exception that the openai package or its HTTP client raised."""
    name = type(error).__name__
    match error:
        case openai.APIStatusError():
            headers = error.response.headers
            return from_answer(error.status_code, _fields(error.body), retry_after=retry_after(headers))
        case openai.APIConnectionError() | httpx2.HTTPError() | OSError():
            return LlmUnavailable(f"{name} ({type(error.__cause__).__name__})" if error.__cause__ else name)
        case _:
            return LlmBadAnswer(name)


def from_stream(error: object) -> StoryError:
    """The meaning of an error object that came in the middle of a stream of status 200."""
    fields = _fields(error)
    code = fields.get("code")
    status = code if isinstance(code, int) and 400 <= code <= 599 else HTTPStatus.INTERNAL_SERVER_ERROR
    return from_answer(status, fields)


def from_answer(status: int, fields: Mapping[str, Any], *, retry_after: float | None = None) -> StoryError:
    """The meaning of an error status with the fields of its error object."""
    code, kind = str(fields.get("code") or ""), str(fields.get("type") or "")
    words = f"{code} {kind} {fields.get('message') or ''}".lower()
    summary = f"status {status}"
    if any(word in f"{code} {kind}".lower() for word in _REFUSED):
        return LlmRefused(summary)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return LlmRateLimited(summary, retry_after=retry_after)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or any(word in words for word in _TOO_LONG):
        return StoryTooLong(summary)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _ASK_AGAIN:
        return LlmUnavailable(summary, retry_after=retry_after)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return LlmMisconfigured(summary, code=FailureCode.LLM_BAD_KEY)
    if status == HTTPStatus.NOT_FOUND and "model" in words:
        return LlmMisconfigured(summary, code=FailureCode.LLM_UNKNOWN_MODEL)
    return LlmMisconfigured(summary)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks to wait: a number or an HTTP date; None when absent or unreadable."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(0.0, seconds), 86_400.0) if seconds == seconds else None  # not a number is unequal to itself


def _fields(error: object) -> Mapping[str, Any]:
    return error if isinstance(error, Mapping) else {"message": error}
