"""What a story is to be, as the templates take it."""

from dataclasses import dataclass

from storybot_common.brief import Genre, Length, Tone


@dataclass(frozen=True, slots=True)
class StoryBrief:
    """A reader's wish and its options. ``language`` is a BCP 47 tag, ``age`` in years; None means no wish about it."""

    content: str
    language: str | None = None
    protagonist: str | None = None
    age: int | None = None
    genre: Genre | None = None
    length: Length = Length.MEDIUM
    tone: Tone | None = None
    earlier: str = ""
    """The story so far, when this is to be its next part; as much of it as the model can read."""
