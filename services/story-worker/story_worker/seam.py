"""The seam between a text that was written before and what the model says when it is told to go on.

The text that viewers have seen stays as it is. A model that was given the beginning of its own answer (prefill) goes
on with the very next token. A chat model that was told to go on (instruct) may say the last words again, may tell
the story from its beginning, or may leave out the space. Nothing may be repeated and no word cut:

    the answer begins with the end of the text        the repeat is left out
    the answer begins like the text                   the model began anew, and so does the story
    the text ends, or the answer begins, at a
    boundary of words                                 joined, with a space where one is missing
    otherwise                                         it cannot be told whether a word was cut: Unjoinable
"""

import re
import unicodedata
from typing import Literal

type Continuation = Literal["prefill", "instruct"]

_HEAD_LENGTH = 160
_SAME_BEGINNING = 24
_SHORTEST_UNSPACED_REPEAT = 4
_SENTENCE_END = re.compile(r"[.!?…,;:\"'”’)\]]$")


class Unjoinable(Exception):
    """The answer cannot be joined to the text: the story has to begin anew."""


class BeganAnew(Exception):
    """The model tells the story from its beginning."""


def head_length(written: str, continuation: Continuation) -> int:
    """How many code points of an answer (white space before it aside) must be known to join it to ``written``."""
    if not written:
        return 1
    return _HEAD_LENGTH if continuation == "instruct" else _SAME_BEGINNING


def join(written: str, head: str, continuation: Continuation) -> str:
    """What to append to ``written`` for an answer that begins with ``head`` (or is all of it, when short).

    Raises BeganAnew or Unjoinable. An answer without text means that the story was already complete.
    """
    if not head.strip():
        return ""
    if not written:
        return head.lstrip()
    if _begins_like(written, head):
        raise BeganAnew
    if continuation == "prefill":
        return _without_second_space(written, head)
    repeat = _repeat(written, head)
    return head.lstrip()[len(repeat) :] if repeat else _with_space_between(written, head)


def _begins_like(written: str, head: str) -> bool:
    beginning = head.lstrip()[:_SAME_BEGINNING]
    return len(beginning) == _SAME_BEGINNING and written.startswith(beginning)


def _repeat(written: str, head: str) -> str:
    """The longest beginning of ``head`` that is also the end of ``written`` and begins with a word there."""
    said = head.lstrip()
    for length in range(min(len(said), len(written)), 0, -1):
        if written.endswith(said[:length]) and _is_no_chance(written[: len(written) - length], said[:length]):
            return said[:length]
    return ""


def _is_no_chance(before: str, repeat: str) -> bool:
    if not _is_spaced_letter(repeat[0]):
        return len(repeat) >= _SHORTEST_UNSPACED_REPEAT
    return not before or not _is_spaced_letter(before[-1])


def _with_space_between(written: str, head: str) -> str:
    if written[-1].isspace() or head[0].isspace():
        return _without_second_space(written, head)
    if _is_spaced_letter(written[-1]) and _is_spaced_letter(head[0]):
        raise Unjoinable
    if _SENTENCE_END.search(written) and _is_spaced_letter(head[0]):
        return f" {head}"
    return head


def _without_second_space(written: str, head: str) -> str:
    """One white space at the seam is enough, but a new paragraph stays one."""
    text = head.lstrip()
    space = head[: len(head) - len(text)]
    ended_with = written[len(written.rstrip()) :]
    if not ended_with or ("\n" in space and "\n" not in ended_with):
        return head
    return text


def _is_spaced_letter(character: str) -> bool:
    """Whether the character belongs to a word in a script that puts spaces between words."""
    if not character.isalnum():
        return False
    return unicodedata.east_asian_width(character) not in {"W", "F"}
