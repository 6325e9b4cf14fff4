"""Everything that can go wrong with a story, as one tree.

    StoryError                     carries a FailureCode
    ├── Retryable                  the same request may succeed later
    │   ├── LlmUnavailable         no answer, 5xx, connection broken off
    │   ├── LlmRateLimited         429, with the delay that the LLM asked for
    │   ├── LlmTimeout             nothing arrived for too long
    │   └── LlmBadAnswer           an answer that is no story: empty or unreadable
    └── Permanent                  a person has to change something first
        ├── LlmRefused             the LLM's content policy
        ├── LlmMisconfigured       bad key, unknown model, wrong address
        └── StoryTooLong           prompt over the model's context, or over the time limit
    PoisonMessage                  a message on the queue that cannot be read: dead-lettered at once
    ClaimLost                      another attempt owns the story now, or it was cancelled or deleted

A failed story stores the code; the sentence that a person reads is made from it, in the API (English) and in the
web app (both languages).
"""

from enum import StrEnum
from typing import ClassVar


class FailureCode(StrEnum):
    """Why a story failed: a bounded list, safe as a metric label."""

    LLM_UNAVAILABLE = "llm_unavailable"
    LLM_RATE_LIMITED = "llm_rate_limited"
    LLM_TIMEOUT = "llm_timeout"
    LLM_REFUSED = "llm_refused"
    LLM_BAD_KEY = "llm_bad_key"
    LLM_UNKNOWN_MODEL = "llm_unknown_model"
    LLM_BAD_REQUEST = "llm_bad_request"
    LLM_BAD_ANSWER = "llm_bad_answer"
    PROMPT_TOO_LONG = "prompt_too_long"
    TIME_LIMIT = "time_limit"
    INTERNAL = "internal"

    @property
    def sentence(self) -> str:
        """What happened and what to do, for a person."""
        return _SENTENCES[self]

    @property
    def retryable(self) -> bool:
        """Whether trying again with nothing changed may help."""
        return self in _RETRYABLE


_RETRYABLE = frozenset(
    {
        FailureCode.LLM_UNAVAILABLE,
        FailureCode.LLM_RATE_LIMITED,
        FailureCode.LLM_TIMEOUT,
        FailureCode.LLM_BAD_ANSWER,
        FailureCode.TIME_LIMIT,
        FailureCode.INTERNAL,
    }
)

_SENTENCES = {
    FailureCode.LLM_UNAVAILABLE: "The language model could not be reached for a long time. Try again later.",
    FailureCode.LLM_RATE_LIMITED: "The language model was asked too often for a long time. Try again later.",
    FailureCode.LLM_TIMEOUT: "The language model stopped answering. Try again later.",
    FailureCode.LLM_REFUSED: "The language model declined this story. Change the prompt and try again.",
    FailureCode.LLM_BAD_KEY: "The language model did not accept the API key: the server's LLM_API_KEY must be set.",
    FailureCode.LLM_UNKNOWN_MODEL: "The language model's name is not known: the server's LLM_MODEL must be set.",
    FailureCode.LLM_BAD_REQUEST: "The language model did not accept the request: the server's log says why.",
    FailureCode.LLM_BAD_ANSWER: "The language model's answer was no story. Try again, or choose another model.",
    FailureCode.PROMPT_TOO_LONG: "The prompt is too long for this language model. Shorten it and try again.",
    FailureCode.TIME_LIMIT: "The story took longer than is allowed. Try again, or ask for a shorter one.",
    FailureCode.INTERNAL: "Something went wrong on this server. Try again; its operator can look up the trace id.",
}


class StoryError(Exception):
    """A story could not be written; ``code`` says why, the message is for the log and holds no story text."""

    default_code: ClassVar[FailureCode] = FailureCode.INTERNAL

    def __init__(self, message: str, *, code: FailureCode | None = None) -> None:
        super().__init__(message)
        self.code = code or self.default_code


class Retryable(StoryError):
    """Trying again may help. ``retry_after`` is the delay in seconds that the other side asked for, if any."""

    def __init__(self, message: str, *, code: FailureCode | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class LlmUnavailable(Retryable):
    """No connection, a 5xx answer, or a stream that broke off."""

    default_code = FailureCode.LLM_UNAVAILABLE


class LlmRateLimited(Retryable):
    """A 429 answer."""

    default_code = FailureCode.LLM_RATE_LIMITED


class LlmTimeout(Retryable):
    """The LLM accepted the request and then sent nothing for too long."""

    default_code = FailureCode.LLM_TIMEOUT


class LlmBadAnswer(Retryable):
    """An answer that cannot be read, or holds no text."""

    default_code = FailureCode.LLM_BAD_ANSWER


class Permanent(StoryError):
    """Trying again with nothing changed cannot help."""


class LlmRefused(Permanent):
    """The LLM's content policy stopped the story."""

    default_code = FailureCode.LLM_REFUSED


class LlmMisconfigured(Permanent):
    """The key, the model's name or the request itself was not accepted."""

    default_code = FailureCode.LLM_BAD_REQUEST


class StoryTooLong(Permanent):
    """The prompt does not fit the model, or the writing does not fit the time limit."""

    default_code = FailureCode.PROMPT_TOO_LONG


class PoisonMessage(Exception):
    """A message that no worker can ever read. The message says which part is wrong."""


class ClaimLost(Exception):
    """The story belongs to another attempt by now, or was cancelled or deleted: write nothing more."""
