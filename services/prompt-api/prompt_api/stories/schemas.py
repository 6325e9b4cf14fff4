"""Stories as clients see them."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from prompt_api.representation import Representation
from storybot_common.errors import FailureCode


class StoryStatus(StrEnum):
    """Where a story stands. The last three are final, though a retry takes a story out of the last two."""

    QUEUED = "queued"
    WRITING = "writing"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


FINAL = frozenset({StoryStatus.FINISHED, StoryStatus.CANCELLED, StoryStatus.FAILED})
ACTIVE = frozenset({StoryStatus.QUEUED, StoryStatus.WRITING})
RETRYABLE = frozenset({StoryStatus.CANCELLED, StoryStatus.FAILED})


class Usage(Representation):
    """Tokens, as the language model's server counted them."""

    prompt_tokens: int = Field(ge=0, examples=[214])
    completion_tokens: int = Field(ge=0, examples=[412])


class Timings(Representation):
    """When a story reached which point; null: not yet."""

    queued_at: datetime
    started_at: datetime | None = None
    first_token_at: datetime | None = None
    finished_at: datetime | None = Field(default=None, description="When the status became final.")


class Failure(Representation):
    """Why a story failed."""

    code: FailureCode
    message: str = Field(
        description="What happened and what to do, for a person.", examples=[FailureCode.LLM_TIMEOUT.sentence]
    )
    retryable: bool = Field(description="Whether trying again with nothing changed may help.")


class StorySummary(Representation):
    """A story without its text."""

    id: UUID
    prompt_id: UUID
    status: StoryStatus
    text_length: int = Field(ge=0, description="Unicode code points written so far.", examples=[1834])
    model: str | None = Field(
        default=None,
        description="The language model that writes or wrote it; null until it starts.",
        examples=["SmolLM2-135M-Instruct"],
    )
    model_builtin: bool | None = Field(
        default=None, description="Whether that is the small model that comes with Storybot."
    )
    attempt: int = Field(ge=0, description="How often a worker took the story up.", examples=[1])
    deliveries: int = Field(ge=0, description="How often since somebody last asked for it.", examples=[1])
    restarts: int = Field(ge=0, description="How often the text so far was void and writing began anew.", examples=[0])
    resumption: Literal["continued", "restarted"] | None = Field(
        default=None, description="How the last attempt went on after an interruption."
    )
    trace_id: str = Field(examples=["0af7651916cd43dd8448eb211c80319c"])
    queue_position: int | None = Field(
        default=None,
        ge=1,
        description="1 is next. Null unless the story is queued, and while its place is not known yet.",
    )
    usage: Usage | None = None
    timings: Timings
    failure: Failure | None = None
    part: int = Field(default=1, ge=1, description="1, or one more than that of the story which it continues.")
    previous_id: UUID | None = Field(default=None, description="The story that this one continues.")
    created_at: datetime


class Story(StorySummary):
    """A story with all of its text so far."""

    text: str = Field(description="All text so far.", examples=["Once upon a time there was a fox …"])


class DeltaEvent(Representation):
    """Data of the event `delta`: the next piece of the text."""

    offset: int = Field(ge=0, description="Unicode code points of the whole text before this piece.")
    text: str


class RestartEvent(Representation):
    """Data of the event `restart`: the text so far is void, the next `delta` starts at 0."""

    restarts: int = Field(ge=1)
