"""A story that somebody watches: what was read of it last, and the frames that bring a viewer up to that."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from fastapi.sse import format_sse_event

from prompt_api.stories import rows
from prompt_api.stories.schemas import FINAL, StoryStatus, StorySummary
from prompt_api.stream.position import Position


class Known(NamedTuple):
    """What is known of a story before a reading: the first ``offset`` code points of the text after its restarts."""

    story_id: UUID
    restarts: int
    offset: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one reading brought: everything but the text as ``facts``, and the text from ``offset`` on."""

    owner_id: UUID
    facts: Mapping[str, Any]
    offset: int
    text: str


class Place(NamedTuple):
    """Where a viewer is: how much of which text it has, and the number of the state that it was told last."""

    restarts: int
    offset: int
    state: int


class LiveStory:
    """Holds the text once, whatever the number of viewers; viewers at the same place share their frames."""

    def __init__(self, story_id: UUID) -> None:
        self.id = story_id
        self.viewers = set[asyncio.Event]()
        self.owner_id: UUID | None = None
        self.text = ""
        self.is_gone = False
        self.queue_position: int | None = None
        self._facts: Mapping[str, Any] = {}
        self._lacks_text = False
        self._state = 0
        self._frames = dict[Place, tuple[bytes, Place]]()

    @property
    def known(self) -> Known:
        """From where the next reading has to go on."""
        return Known(self.id, self.restarts, 0 if self._lacks_text else len(self.text))

    @property
    def restarts(self) -> int:
        """How often the text was voided before this one."""
        restarts: int = self._facts.get("restarts", 0)
        return restarts

    @property
    def status(self) -> StoryStatus | None:
        """The status that was read last."""
        return StoryStatus(self._facts["status"]) if self._facts else None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.is_gone or self.status in FINAL

    @property
    def summary(self) -> StorySummary:
        """What was read last, as clients see it."""
        positions = {self.id: self.queue_position} if self.queue_position else {}
        return rows.summary({**self._facts, "text_length": len(self.text)}, positions)

    def take(self, snapshot: Snapshot) -> bool:
        """Take in what was read; False when text before it is missing, so that all has to be read again.

        That happens when a story was stopped and taken up again between two readings: its chunks are joined then.
        """
        is_same_text = snapshot.facts["restarts"] == self.restarts
        before = self.text[: snapshot.offset] if is_same_text else ""
        self._lacks_text = len(before) < snapshot.offset
        if self._lacks_text:
            return False
        text = before + snapshot.text
        is_same_state = snapshot.facts == self._facts
        self.owner_id = snapshot.owner_id
        if not is_same_state:
            self._facts = snapshot.facts
            if self.status is not StoryStatus.QUEUED:
                self.queue_position = None
            self._state += 1
        if not is_same_state or text != self.text:
            self.text = text
            self._wake()
        return True

    def vanish(self) -> None:
        """The story was deleted."""
        self.is_gone = True
        self._wake()

    def move_up(self, queue_position: int | None) -> None:
        """The story has another place in the queue."""
        if queue_position != self.queue_position:
            self.queue_position = queue_position
            self._state += 1
            self._wake()

    def entrance(self, position: Position | None) -> Place:
        """Where a viewer begins that comes with ``position``, or with nothing."""
        if position is None:
            return Place(self.restarts, 0, 0)
        return Place(position.restarts, position.offset, 0)

    def is_over_for(self, position: Position | None) -> bool:
        """Whether a viewer that comes with ``position`` has had all, the final event too."""
        return (
            position is not None
            and position.ended
            and self.has_ended
            and (position.restarts, position.offset) == (self.restarts, len(self.text))
        )

    def frames_from(self, place: Place) -> tuple[bytes, Place]:
        """The events that a viewer at ``place`` lacks, encoded, and its place after them."""
        known = self._frames.get(place)
        if known is None:
            known = self._frames[place] = self._encode(place)
        return known

    def _wake(self) -> None:
        self._frames.clear()
        for woken in self.viewers:
            woken.set()

    def _encode(self, place: Place) -> tuple[bytes, Place]:
        if self.is_gone:
            return b"", place
        restarts, length, offset = self.restarts, len(self.text), place.offset
        frames = []
        if place.restarts != restarts or offset > length:
            offset = 0
            frames.append(_event("restart", {"restarts": restarts}, Position(restarts, 0)))
        if place.state == 0 or (place.state != self._state and not self.has_ended):
            frames.append(_event("status", self.summary, Position(restarts, offset)))
        if offset < length:
            piece = {"offset": offset, "text": self.text[offset:]}
            frames.append(_event("delta", piece, Position(restarts, length)))
        if self.has_ended and place.state != self._state:
            frames.append(_event(str(self.status), self.summary, Position(restarts, length, ended=True)))
        return b"".join(frames), Place(restarts, length, self._state)


def _event(name: str, data: Mapping[str, Any] | StorySummary, position: Position) -> bytes:
    encoded = data.model_dump_json() if isinstance(data, StorySummary) else json.dumps(data, ensure_ascii=False)
    return format_sse_event(data_str=encoded, event=name, id=str(position))
