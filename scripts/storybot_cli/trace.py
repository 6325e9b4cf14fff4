"""``make trace ID=…``: what happened to one story, from the logs of the running containers."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from . import images
from .console import Problem
from .operate import IMAGES_MEMORY
from .stack import Stack, stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .operate import Tools

_NGINX_CLOCK_S = 0.01
_SERVICES = ("gateway", "prompt-api", "story-worker")
_SHOWN = ("http.request.method", "url.path", "storybot.route", "http.response.status_code", "error.code",
          "error.message", "error.type", "event.reason")  # fmt: skip
_NOT_SHOWN = {"storybot.kind", "storybot.upstream_status", "storybot.upstream_seconds"}


def trace(tools: Tools) -> None:
    """Print the lines of a trace id, or of a story's id, in order."""
    wanted = os.environ.get("ID", "").strip()
    if not wanted:
        raise Problem(
            "Which one? `make trace ID=…` takes a trace id or a story's id.", "Both stand on the story's page."
        )
    listing = tools.shell.ask(*_stack().command("logs", "--no-color", "--no-log-prefix", *_SERVICES), timeout=120)
    if not listing.ok:
        raise Problem(f"The logs cannot be read:\n{listing.out.strip()}", "`make ps` shows what runs.")
    found = lines_of(wanted, documents(listing.out.splitlines()))
    if not found:
        raise Problem(
            f"No log line of the running containers belongs to {wanted}.",
            "Containers keep 30 MB of lines each; older ones are in Kibana, when it runs.",
        )
    for line in found:
        tools.console.say(row(line))


def documents(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The lines that are JSON, flattened: dotted name → value."""
    found = []
    for line in lines:
        try:
            document = json.loads(line[line.find("{") :])  # Compose may put a control sequence before it
        except ValueError:
            continue
        if isinstance(document, dict):
            found.append(_flat(document))
    return found


def lines_of(wanted: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a trace; a story's id stands for every trace that mentions the story."""
    traces = {line.get("trace.id") for line in lines if line.get("storybot.story_id") == wanted} | {wanted}
    mine = [line for line in lines if line.get("trace.id") in traces - {None} and "@timestamp" in line]
    return sorted(mine, key=began)


def began(line: dict[str, Any]) -> datetime:
    """When what the line tells began: a request is written down at its end.

    nginx looks at the clock now and then only, so that its times are some milliseconds late.
    """
    took = float(line.get("storybot.request_seconds", 0)) + float(line.get("storybot.duration_ms", 0)) / 1000
    late = _NGINX_CLOCK_S if line.get("service.name") == "gateway" else 0.0
    ended = datetime.fromisoformat(str(line["@timestamp"]).replace("Z", "+00:00"))
    return ended - timedelta(seconds=took + late)


def row(line: dict[str, Any]) -> str:
    """One line for a person: time, service, event, and what matters of the rest."""
    names = [name for name in _SHOWN if name in line]
    names += sorted(name for name in line if name.startswith("storybot.") and name not in _NOT_SHOWN.union(names))
    details = " ".join(f"{name.rpartition('.')[2]}={line[name]}" for name in names if line[name] != "")
    time = began(line).astimezone(timezone.utc).time().isoformat(timespec="milliseconds")
    return f"{time:<12} {line.get('service.name', ''):<13} {line.get('message', ''):<22} {details}".rstrip()


def _flat(document: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{above}{name}."))
        else:
            flat[f"{above}{name}"] = value
    return flat


def _stack() -> Stack:
    """The everyday stack; the tests' own when STORYBOT_STACK says so."""
    if os.environ.get("STORYBOT_STACK") != "test":
        return Stack()
    remembered = IMAGES_MEMORY.read_text().strip() if IMAGES_MEMORY.exists() else ""
    return stack(images.Images.DEBIAN if remembered == "debian" else images.Images.OFFICIAL, "test")
