"""What a person may ask of a story: the content of a prompt and its options.

One definition serves the HTTP contract, the database and the prompt templates.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

CONTENT_MAX_LENGTH = 4000
"""Longest prompt, in Unicode code points, after its line ends were normalised."""

NAME_MAX_LENGTH = 80
"""Longest name of a protagonist, in Unicode code points."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Genre(StrEnum):
    """Kinds of story."""

    FAIRY_TALE = "fairy_tale"
    ADVENTURE = "adventure"
    ANIMALS = "animals"
    FRIENDSHIP = "friendship"
    MYSTERY = "mystery"
    SCIENCE_FICTION = "science_fiction"
    FANTASY = "fantasy"
    COMEDY = "comedy"
    EVERYDAY = "everyday"
    BEDTIME = "bedtime"


class Tone(StrEnum):
    """How a story should feel."""

    GENTLE = "gentle"
    FUNNY = "funny"
    EXCITING = "exciting"
    MYSTERIOUS = "mysterious"
    HEARTWARMING = "heartwarming"
    CALM = "calm"


class Length(StrEnum):
    """How long a story should be."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


def _normalised(value: object) -> object:
    """Before the length is looked at: line ends as ``\\n``, no spaces around."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return value


def _without_control_characters(text: str) -> str:
    """Refuse what no keyboard types and Postgres cannot store."""
    if found := _CONTROL.search(text):
        raise ValueError(f"must not contain the control character U+{ord(found[0]):04X}")
    return text


def _not_blank(text: str) -> str:
    if not any(unicodedata.category(character)[0] not in "ZC" for character in text):
        raise ValueError("must not be empty or only spaces")
    return text


Content = Annotated[
    str,
    Field(max_length=CONTENT_MAX_LENGTH, description="What the story is about, in the reader's own words."),
    BeforeValidator(_normalised),
    AfterValidator(_without_control_characters),
    AfterValidator(_not_blank),
]

Name = Annotated[
    str,
    Field(max_length=NAME_MAX_LENGTH),
    BeforeValidator(_normalised),
    AfterValidator(_without_control_characters),
    AfterValidator(_not_blank),
]

LanguageTag = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
        description="Language of the story, a BCP 47 tag.",
        examples=["ja", "en"],
    ),
]


class StoryOptions(BaseModel):
    """Wishes about the story; each may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: LanguageTag | None = None
    protagonist: Name | None = Field(default=None, description="For whom, or about whom: a name.")
    age: int | None = Field(default=None, strict=True, ge=0, le=120, description="The reader's age in years.")
    genre: Genre | None = None
    length: Length | None = None
    tone: Tone | None = None
