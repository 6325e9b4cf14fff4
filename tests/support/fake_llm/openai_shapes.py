"""The bytes of the OpenAI chat protocol: stream events, whole answers, errors."""

import json
import time
from typing import Any

DONE = b"data: [DONE]\n\n"

_ERRORS: dict[int, tuple[str, str, str]] = {
    400: ("invalid_request_error", "invalid_value", "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-fake."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Country not supported."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", "internal_error", "The server had an error while processing your request."),
    503: ("server_error", "overloaded", "The engine is currently overloaded, please try again later."),
}


def error_body(status: int, code: str | None = None) -> bytes:
    """An error answer as OpenAI words it for this status."""
    kind, usual_code, message = _ERRORS.get(status, _ERRORS[500])
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code or usual_code}}).encode()


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """The usage object."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


class StreamShapes:
    """The events of one stream; what all have in common is rendered once, for speed."""

    def __init__(self, number: int, model: str, *, announce_usage: bool) -> None:
        head = {
            "id": f"chatcmpl-fake-{number}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": model,
        }
        self._head = "data: " + json.dumps(head)[:-1]
        # with include_usage the protocol gives every event but the last a null usage
        self._tail = ',"usage":null}\n\n' if announce_usage else "}\n\n"

    def role(self) -> bytes:
        """The first event: the assistant begins to speak."""
        return self._choice('{"role":"assistant","content":""}', "null")

    def token(self, text: str) -> bytes:
        """One piece of text."""
        return self._choice(f'{{"content":{json.dumps(text)}}}', "null")

    def finish(self, reason: str) -> bytes:
        """The event after the last text."""
        return self._choice("{}", f'"{reason}"')

    def usage(self, counted: dict[str, int]) -> bytes:
        """The event with the token counts."""
        return f'{self._head},"choices":[],"usage":{json.dumps(counted)}}}\n\n'.encode()

    def _choice(self, delta: str, reason: str) -> bytes:
        return (f'{self._head},"choices":[{{"index":0,"delta":{delta},"finish_reason":{reason}}}]{self._tail}').encode()


def whole_answer(number: int, model: str, text: str, reason: str, counted: dict[str, int] | None) -> bytes:
    """The body of an answer that is not streamed."""
    answer: dict[str, Any] = {
        "id": f"chatcmpl-fake-{number}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": reason,
                "logprobs": None,
            }
        ],
    }
    return json.dumps(answer | ({"usage": counted} if counted else {})).encode()
