"""The messages on the queue: one frozen, versioned class each.

A message holds ids only; the text stays in Postgres. The trace id travels as a header, so that it can be read
even where the body cannot.
"""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from storybot_common.errors import PoisonMessage

CONTENT_TYPE = "application/json"


class WriteStory(BaseModel):
    """A ticket: one more queued story may be written.

    ``story_id`` is the story that the ticket was issued for; whoever gets the ticket writes the story whose turn
    it is, which may be another one (fairness between owners).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    story_id: UUID

    def encode(self) -> bytes:
        """The body of the message."""
        return self.model_dump_json().encode()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read a body.

        Raises PoisonMessage, naming the part that is wrong, when it cannot be read.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in problem["loc"]) or "body"
            raise PoisonMessage(f"{where}: {problem['msg']}") from None
