"""How much of a story a model is given to read before it writes the next part.

A model can read and write a fixed number of tokens together. When the parts so far are longer than what is left for
reading, their beginning is kept, where the characters are introduced, and their end, where the next part takes up;
what is left out is marked.
"""

import re
from typing import Final

from story_worker.prompting.parameters import max_tokens
from storybot_common.brief import CONTENT_MAX_LENGTH, Length

OMISSION: Final = "(…)"

_BYTES_PER_TOKEN: Final = 3
"""Fewer than texts have on average, in English as in Japanese: what is estimated must fit."""
_RULES_TOKENS: Final = 800
_SHARE_OF_THE_BEGINNING: Final = 0.25
_SMALLEST: Final = 300
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)\]]*\s|[。！？][」』）]*|\n")


def room(length: Length, context_tokens: int, wish: str, *, compact: bool = False) -> int:
    """Bytes of the story so far for which a model has room that can read and write ``context_tokens`` together."""
    rules = _RULES_TOKENS // (4 if compact else 1)
    wish_tokens = min(len(wish), CONTENT_MAX_LENGTH)
    left = context_tokens - max_tokens(length, compact=compact) - rules - wish_tokens
    return max(_SMALLEST, left) * _BYTES_PER_TOKEN


def fitting(text: str, size: int) -> str:
    """``text``, or its beginning and its end with a mark between them, in at most about ``size`` bytes."""
    if len(text.encode()) <= size:
        return text
    bytes_per_character = len(text.encode()) / len(text)
    characters = int(size / bytes_per_character)
    first = int(characters * _SHARE_OF_THE_BEGINNING)
    return f"{_up_to_a_sentence(text[:first])}\n\n{OMISSION}\n\n{_from_a_sentence(text[first - characters :])}"


def _up_to_a_sentence(text: str) -> str:
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else text.rstrip()


def _from_a_sentence(text: str) -> str:
    found = _SENTENCE_END.search(text)
    return text[found.end() :].lstrip() if found and found.end() < len(text) else text.lstrip()
