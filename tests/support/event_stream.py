"""Server-sent events as a browser reads them, and the text that a reader has from them."""

import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

FINAL_EVENTS = frozenset({"finished", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``id`` is None when the server gave none."""

    name: str
    id: str | None
    data: dict[str, Any]


async def events(chunks: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """The events in a response's body. A last event without its empty line is dropped, as browsers do."""
    fields: dict[str, str] = {}
    async for line in _lines(chunks):
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")  # comments have an empty name
        elif "data" in fields:
            yield Event(fields.get("event", "message"), fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def _lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode()


@dataclass(slots=True)
class Reading:
    """What one reader of a story has seen: the joined text, and everything that did not fit together."""

    text: str = ""
    position: str | None = None
    final: str | None = None
    connections: int = 0
    restarts: int = 0
    problems: list[str] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Read on. Offsets are code points of the whole text, which is what Python counts."""
        if self.final:
            self.problems.append(f"{event.name} after {self.final}")
        if event.id is None:
            self.problems.append(f"{event.name} without an id")
        else:
            self.position = event.id
        if event.name == "delta":
            self._append(event.data["offset"], event.data["text"])
        elif event.name == "restart":
            self.text = ""
            self.restarts += 1
        elif event.name in FINAL_EVENTS:
            self.final = event.name

    def _append(self, offset: int, text: str) -> None:
        if offset != len(self.text):
            kind = "repeat" if offset < len(self.text) else "gap"
            self.problems.append(f"{kind}: a delta at {offset}, the text so far has {len(self.text)}")
        self.text += text
