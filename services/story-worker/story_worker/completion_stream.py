"""Reads the stream of a chat completion: server-sent events whose data are JSON objects.

The openai package builds a pydantic object for every token, which costs five times as much as reading the line; and
the HTTP client's own line splitting also splits at characters such as U+2028 that may stand in a JSON string.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from story_worker import llm_errors
from story_worker.stories import Usage
from storybot_common.errors import LlmBadAnswer

_MAX_LINE = 1_000_000
_MAX_TOKENS = 1_000_000_000
_DONE = "[DONE]"


async def data_lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """The ``data:`` fields of an event stream that arrives in ``pieces``, cut anywhere.

    Raises LlmBadAnswer for a line of a megabyte or one that is no UTF-8.
    """
    buffer = b""
    async for piece in pieces:
        *lines, buffer = (buffer + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                try:
                    yield line[5:].strip().decode()
                except UnicodeDecodeError:
                    raise LlmBadAnswer("an event that is no UTF-8") from None
        if len(buffer) > _MAX_LINE:
            raise LlmBadAnswer("an endless line")


@dataclass(slots=True)
class CompletionStream:
    """What the events said so far."""

    finish_reason: str | None = None
    usage: Usage | None = None
    done: bool = False

    def read(self, data: str) -> str:
        """The text in one event, empty when there is none.

        Raises StoryError when the event is an error, LlmBadAnswer when it cannot be read.
        """
        if data == _DONE:
            self.done = True
            return ""
        try:
            event = json.loads(data)
        except ValueError:
            raise LlmBadAnswer("an event that is no JSON") from None
        if not isinstance(event, dict):
            raise LlmBadAnswer("an event that is no object")
        if event.get("error"):
            raise llm_errors.from_stream(event["error"])
        try:
            return self._read_object(event)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError):
            raise LlmBadAnswer("an event of another shape") from None

    def _read_object(self, event: dict[str, Any]) -> str:
        self.usage = _usage(event.get("usage")) or self.usage
        if not (choices := event.get("choices")):
            return ""
        choice = choices[0]
        if reason := choice.get("finish_reason"):
            self.finish_reason = str(reason)
        text = (choice.get("delta") or {}).get("content") or ""
        if not isinstance(text, str):
            raise TypeError
        return text


def _usage(counts: object) -> Usage | None:
    """The counts, if they are some: a story is not given up for them."""
    match counts:
        case {"prompt_tokens": int(prompt), "completion_tokens": int(completion)} if (
            0 <= prompt <= _MAX_TOKENS and 0 <= completion <= _MAX_TOKENS
        ):
            return Usage(prompt, completion)
        case _:
            return None
