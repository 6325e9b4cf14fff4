"""The log lines of the running containers."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.e2e.environment import Environment

_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # Compose clears the line before each one

SERVICES = ("gateway", "prompt-api", "story-worker")


def text(environment: Environment, *services: str) -> str:
    """Everything that the containers of these services wrote."""
    return environment.compose("logs", "--no-color", "--no-log-prefix", *services)


def documents(environment: Environment, *services: str) -> list[dict[str, Any]]:
    """The lines of our services; each one is JSON."""
    lines = (_CONTROL.sub("", line).strip() for line in text(environment, *services).splitlines())
    return [json.loads(line) for line in lines if line]


def leaves(document: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, value) of every field."""
    for name, value in document.items():
        place = f"{above}{name}"
        if isinstance(value, dict):
            yield from leaves(value, f"{place}.")
        else:
            yield place, value
