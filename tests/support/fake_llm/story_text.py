"""The text that the fake tells: numbered words, so that a gap, a repeat or a cut word shows at once."""

import re
from typing import Literal

Style = Literal["en", "ja", "emoji"]
_WORDS_PER_PARAGRAPH = 40
_WHITESPACE_KEPT = re.compile(r"\s*\S+|\s+$")


def story_tokens(style: Style, count: int, mark: str = "") -> list[str]:
    """The first `count` tokens of the one endless story there is in this style.

    A mark follows every number, so that a word of one story shows when it gets into another.
    White space stands before a word, never at the end: the text of n tokens has none to strip.
    """
    return [_token(style, number, mark) for number in range(1, count + 1)]


def story_text(style: Style, count: int, mark: str = "") -> str:
    """What a reader must have in the end when the script says `count` tokens (and a mark)."""
    return "".join(story_tokens(style, count, mark))


def split_words(text: str) -> list[str]:
    """Any text as tokens that joined give it back."""
    return _WHITESPACE_KEPT.findall(text)


def tokens_after(tokens: list[str], written: str) -> list[str] | None:
    """The tokens that continue `written`, the first one cut where it ends; None when it is no beginning of them."""
    whole = "".join(tokens)
    if not whole.startswith(written):
        return None
    position = 0
    for index, token in enumerate(tokens):
        position += len(token)
        if position > len(written):
            return [token[len(token) - (position - len(written)) :], *tokens[index + 1 :]]
    return []


def _token(style: Style, number: int, mark: str) -> str:
    first_of_paragraph = number % _WORDS_PER_PARAGRAPH == 1
    space = "" if number == 1 else "\n\n" if first_of_paragraph else " "
    match style:
        case "en":
            return f"{space}word{number}{mark}"
        case "ja":
            # Japanese knows no spaces between words: only the number tells one token from the next
            return f"{space.strip(' ')}物語{number}{mark}、"
        case "emoji":
            # a family is seven code points and one character: offsets must be counted in code points
            return f"{space}👨‍👩‍👧‍👦{number}{mark}"
