"""Positions in a story, as the ids of events carry them.

``2-157`` means: the text was voided twice, and the viewer has 157 code points of the third one. ``2-412-end`` stands
at the final event.
"""

import re
from dataclasses import dataclass

_POSITION = re.compile(r"(?P<restarts>[0-9]{1,9})-(?P<offset>[0-9]{1,9})(?P<end>-end)?")


@dataclass(frozen=True, slots=True)
class Position:
    """What a viewer has: the first ``offset`` code points of the text after ``restarts`` restarts."""

    restarts: int
    offset: int
    ended: bool = False

    def __str__(self) -> str:
        return f"{self.restarts}-{self.offset}{'-end' if self.ended else ''}"


def parse(last_event_id: str | None) -> Position | None:
    """The position in a ``Last-Event-ID`` header; None when there is none, or none of ours."""
    match = _POSITION.fullmatch(last_event_id) if last_event_id is not None else None
    if match is None:
        return None
    return Position(int(match["restarts"]), int(match["offset"]), ended=match["end"] is not None)
