"""What the parts of the worker tell each other about a story: frozen values, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storybot_common.broker.topology import Delay
from storybot_common.errors import FailureCode
from storybot_common.story_settings import StorySettings


@dataclass(frozen=True, slots=True)
class Fence:
    """The right of one attempt to write a story; every write carries it."""

    story_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A story that is ours to write. Times in seconds."""

    fence: Fence
    trace_id: str
    content: str
    options: Mapping[str, Any]
    """As stored; StoryOptions reads it."""
    written: str
    """The text that earlier attempts committed, and that viewers have seen."""
    earlier: str
    """The parts before this one, which it continues; empty for a first part."""
    model: str
    deliveries: int
    """Claims since a person last asked for the story, this one included."""
    tried_for: float
    """Since its first claim after a person asked for it."""
    waited: float
    """Since it could first have been claimed."""
    settings: StorySettings


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the LLM counted them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The model came to an end (``stop``), or reached the length that it was given (``length``)."""

    finish_reason: str
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The story is given up, for this reason."""

    code: FailureCode


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Back to the queue; a ticket comes after ``delay``."""

    delay: Delay
    code: FailureCode


@dataclass(frozen=True, slots=True)
class HandedBack:
    """Back to the queue at once and not counted as a delivery: this worker stops."""


type Outcome = Finished | Failed | RetryLater | HandedBack


@dataclass(frozen=True, slots=True)
class Save:
    """Something to be stored about a story that is being written."""

    fence: Fence
    trace_id: str
    offset: int
    """Code points of the whole text before ``text``."""
    text: str = ""
    void: bool = False
    """The text stored so far is void; ``text`` is the beginning of a new one."""
    outcome: Outcome | None = None
