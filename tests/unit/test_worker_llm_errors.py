import time
from email.utils import formatdate
from typing import Any

import httpx2
import openai
import pytest

from story_worker import llm_errors
from storybot_common.errors import FailureCode, LlmUnavailable, Permanent, Retryable

REQUEST = httpx2.Request("POST", "http://llm/v1/chat/completions")


@pytest.mark.parametrize(
    ("status", "error", "code", "kind"),
    [
        (500, {}, FailureCode.LLM_UNAVAILABLE, Retryable),
        (503, {"type": "unavailable_error", "message": "Loading model"}, FailureCode.LLM_UNAVAILABLE, Retryable),
        (408, {}, FailureCode.LLM_UNAVAILABLE, Retryable),
        (429, {"code": "rate_limit_exceeded"}, FailureCode.LLM_RATE_LIMITED, Retryable),
        (401, {"code": "invalid_api_key"}, FailureCode.LLM_BAD_KEY, Permanent),
        (403, {}, FailureCode.LLM_BAD_KEY, Permanent),
        (404, {"code": "model_not_found"}, FailureCode.LLM_UNKNOWN_MODEL, Permanent),
        (404, {"message": 'model "x" not found, try pulling it first'}, FailureCode.LLM_UNKNOWN_MODEL, Permanent),
        (404, {"detail": "Not Found"}, FailureCode.LLM_BAD_REQUEST, Permanent),
        (400, {"code": "context_length_exceeded"}, FailureCode.PROMPT_TOO_LONG, Permanent),
        (400, {"type": "exceed_context_size_error"}, FailureCode.PROMPT_TOO_LONG, Permanent),
        (400, {"message": "maximum context length is 8192 tokens"}, FailureCode.PROMPT_TOO_LONG, Permanent),
        (413, {}, FailureCode.PROMPT_TOO_LONG, Permanent),
        (400, {"code": "content_filter"}, FailureCode.LLM_REFUSED, Permanent),
        (400, {"code": "content_policy_violation"}, FailureCode.LLM_REFUSED, Permanent),
        (400, {"message": "no such field"}, FailureCode.LLM_BAD_REQUEST, Permanent),
        (422, {}, FailureCode.LLM_BAD_REQUEST, Permanent),
    ],
)
def test_a_status_with_its_error_object_has_a_meaning(
    status: int, error: dict[str, Any], code: FailureCode, kind: type[Exception]
) -> None:
    meaning = llm_errors.from_answer(status, error)
    assert (meaning.code, isinstance(meaning, kind)) == (code, True)


def test_the_openai_packages_status_errors_are_understood() -> None:
    response = httpx2.Response(429, headers={"Retry-After": "7"}, request=REQUEST)
    meaning = llm_errors.from_exception(openai.RateLimitError("slow down", response=response, body=None))
    assert isinstance(meaning, Retryable)
    assert (meaning.code, meaning.retry_after) == (FailureCode.LLM_RATE_LIMITED, 7.0)


@pytest.mark.parametrize(
    "error",
    [
        openai.APIConnectionError(request=REQUEST),
        openai.APITimeoutError(request=REQUEST),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("peer closed"),
        ConnectionResetError(),
    ],
)
def test_no_connection_is_worth_another_try(error: Exception) -> None:
    assert isinstance(llm_errors.from_exception(error), LlmUnavailable)


def test_what_the_other_side_says_is_not_passed_on() -> None:
    meaning = llm_errors.from_answer(400, {"message": "The prompt 'a fox for Yuki' is not allowed"})
    assert "Yuki" not in str(meaning)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("soon", None), ("nan", None), ("inf", 86_400.0), ("9" * 400, 86_400.0)],
)
def test_retry_after_is_read_with_care(value: str, seconds: float | None) -> None:
    assert llm_errors.retry_after({"retry-after": value}) == seconds


def test_retry_after_may_be_a_date() -> None:
    seconds = llm_errors.retry_after({"retry-after": formatdate(time.time() + 120, usegmt=True)})
    assert seconds is not None
    assert 100 < seconds <= 120
