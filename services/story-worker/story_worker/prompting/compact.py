"""The messages for a tiny model (a few hundred million parameters, English only), such as the built-in one.

Such a model follows one short request; rules and lists of details make its stories worse, so it gets neither them nor
the operator's system prompt. It cannot be talked into anything else either: it hardly follows what it is told.
The form, and the lengths that read well, were found by reading its stories (services/local-llm/README.md).
"""

import re
from typing import Final

from story_worker.prompting.brief import StoryBrief
from story_worker.prompting.quoting import one_line
from storybot_common.brief import Genre, Length, Tone

CONTINUE: Final = "Go on with the story from the last word. Do not repeat anything."

NEXT_PART: Final = (
    "Write the next part of this story: what happens to them the next day. Use simple words and short sentences. "
    'Finish with "The end."'
)
"""Asked behind the request and the story so far, which then reads as the model's own answer. Given the story in a
quotation, and told to write what happens next, it told the same story again."""

MAX_TOKENS: Final[dict[Length, int]] = {Length.SHORT: 700, Length.MEDIUM: 1000, Length.LONG: 1500}
"""Its stories end by themselves, mostly long before."""

END_OF_STORY: Final = "2"
"""The number of SmolLM2's token <|im_end|>."""

END_BIAS: Final[dict[Length, float]] = {Length.SHORT: 2.0, Length.MEDIUM: 1.2, Length.LONG: 0.6}
"""Added to the logit of that token. Left alone, every fourth story goes on, about something else, until it is cut off
in the middle of a sentence; with 4 many end after two or three sentences."""

_WISH_MAX_LENGTH: Final = 300
"""Code points of the wish that are told: in a longer one it loses the thread."""

_PLEASE_WRITE: Final = re.compile(
    r"^(please |can you |could you )*(write|tell|make|give) (me |us )?(an? |the )?([a-z]+ ){0,2}?(story|tale) "
    r"(about|of) ",
    re.IGNORECASE,
)
"""How wishes often begin, and the request begins already."""

_GENRES: Final[dict[Genre, str]] = {
    Genre.FAIRY_TALE: "fairy tale",
    Genre.ADVENTURE: "adventure story",
    Genre.ANIMALS: "animal story",
    Genre.FRIENDSHIP: "friendship story",
    Genre.MYSTERY: "mystery story",
    Genre.SCIENCE_FICTION: "space story",
    Genre.FANTASY: "magic story",
    Genre.COMEDY: "funny story",
    Genre.EVERYDAY: "story",
    Genre.BEDTIME: "bedtime story",
}

_TONES: Final[dict[Tone, str]] = {
    Tone.GENTLE: "gentle",
    Tone.FUNNY: "funny",
    Tone.EXCITING: "exciting",
    Tone.MYSTERIOUS: "mysterious",
    Tone.HEARTWARMING: "heartwarming",
    Tone.CALM: "calm",
}

_LENGTHS: Final[dict[Length, str]] = {Length.SHORT: "very short", Length.MEDIUM: "", Length.LONG: "long"}

_CHILDHOOD_ENDS: Final = 13


def request(brief: StoryBrief) -> str:
    """The user message: one line, with what the reader wrote between double quotes."""
    adjectives = ", ".join(filter(None, [_LENGTHS[brief.length], _TONES[brief.tone] if brief.tone else ""]))
    story = f"{adjectives} {_GENRES[brief.genre] if brief.genre else 'story'}".lstrip()
    article = "an" if story[0] in "aeiou" else "a"
    hero = f'The hero is called "{_unquoted(brief.protagonist)}". ' if brief.protagonist else ""
    return (
        f'Write {article} {story} for {_readers(brief.age)} about "{_subject(brief.content)}". {hero}'
        'Use simple words and short sentences. Finish with "The end."'
    )


def _subject(wish: str) -> str:
    """What the wish is about, without "please write a story" before it, cut at a whole word when it is long."""
    text = _PLEASE_WRITE.sub("", _unquoted(wish)).rstrip(" .!")
    if len(text) <= _WISH_MAX_LENGTH:
        return text
    return text[:_WISH_MAX_LENGTH].rpartition(" ")[0] or text[:_WISH_MAX_LENGTH]


def _readers(age: int | None) -> str:
    return "young readers" if age is not None and age >= _CHILDHOOD_ENDS else "young children"


def _unquoted(text: str) -> str:
    """One line of data that cannot close the quotation it stands in."""
    return one_line(text).replace('"', "'").replace("＂", "'")
