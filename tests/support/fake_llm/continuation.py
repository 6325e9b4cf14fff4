"""What is still to be told when the caller says what has been written already."""

from typing import Any

from .script import Script, text_of
from .story_text import split_words, tokens_after

_OVERLAP_WORDS = 3


def written_so_far(messages: list[dict[str, Any]]) -> str:
    """The text of an assistant message at the end (prefill) or before a closing instruction; else empty."""
    for message in reversed(messages[-2:]):
        if message.get("role") == "assistant":
            return text_of(message)
    return ""


def remaining_tokens(script: Script, written: str) -> list[str]:
    """The tokens to send after `written`; all of them when that is not how this story begins."""
    tokens = script.words()
    if script.continuation == "restart":
        return tokens
    remaining = tokens_after(tokens, written)
    if remaining is None:
        return tokens
    if script.continuation == "overlap":
        # chat models without prefill like to say the last words once more
        return [*split_words(written)[-_OVERLAP_WORDS:], *remaining]
    return remaining
