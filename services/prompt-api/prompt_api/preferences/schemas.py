"""What the user interface has to know about this installation."""

from pydantic import Field

from prompt_api.representation import Representation
from storybot_common.brief import Genre, Length, Tone


class Defaults(Representation):
    """What is used where a prompt says nothing."""

    length: Length
    temperature: float = Field(ge=0, le=2)


class Limits(Representation):
    """How much is taken."""

    content_max_length: int = Field(description="Longest prompt, in Unicode code points.")
    name_max_length: int = Field(description="Longest name of a protagonist, in Unicode code points.")
    active_stories_per_owner: int = Field(description="Stories of one owner that may be queued or written at once.")
    trash_keep_days: int = Field(description="Days for which what was deleted can be restored.")


class Price(Representation):
    """What a million tokens cost."""

    prompt: float = Field(ge=0, examples=[0.25])
    completion: float = Field(ge=0, examples=[2.0])


class Preferences(Representation):
    """The model that writes, the choices that the form offers, and the limits."""

    model: str = Field(examples=["SmolLM2-135M-Instruct"])
    model_builtin: bool = Field(
        description="Whether that is the small model that comes with Storybot. It writes English only."
    )
    languages: list[str] = Field(description="BCP 47 tags.", examples=[["ja", "en"]])
    genres: list[Genre]
    tones: list[Tone]
    lengths: list[Length]
    defaults: Defaults
    limits: Limits
    prices: dict[str, Price] = Field(
        description="By model: with a story's `model` and `usage` they say what it cost. Empty unless they are set.",
        examples=[{"gpt-5-mini": {"prompt": 0.25, "completion": 2.0}}],
    )
    currency: str = Field(description="Of the prices, by ISO 4217.", examples=["USD"])
