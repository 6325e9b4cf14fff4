"""The record of what was asked of the fake and what it sent, with times on the machine's clock."""

import time
from typing import Any

from pydantic import BaseModel, Field


class Call(BaseModel):
    """One request to the fake. Times are nanoseconds since the epoch, offsets code points of the whole story."""

    number: int
    received_ns: int
    story: str  # the script's id or marker: what this call belongs to
    headers: dict[str, str]
    model: str
    streamed: bool
    messages: list[dict[str, Any]]
    parameters: dict[str, Any]
    continued_from: int = 0  # length of the text that the caller gave as already written
    sent: list[tuple[int, int]] = Field(default_factory=list)  # (offset after the token, time)
    outcome: str = "open"  # finished, a fault's kind or status, down, or client_closed
    ended_ns: int | None = None

    def end(self, outcome: str) -> None:
        """Note how and when the answer ended."""
        self.outcome = outcome
        self.ended_ns = time.time_ns()
