"""The table for people and the JSON file for comparing runs."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.load.figures import Figure, Section, number

_NAME_WIDTH = 76


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the figures were taken."""

    processor: str
    cores: int
    memory_gb: float
    kernel: str

    @classmethod
    def this(cls) -> Self:
        """The machine that this runs on."""
        models = [line.partition(": ")[2] for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
        memory = next(line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
        return cls(
            processor=models[0] if models else platform.machine(),
            cores=os.cpu_count() or 1,
            memory_gb=round(int(memory) / 1024**2, 1),
            kernel=platform.release(),
        )


def table(sections: Iterable[Section]) -> str:
    """All figures, those with a goal marked by whether it is reached."""
    return "\n".join(line for section in sections for line in _table(section))


def document(sections: Sequence[Section], machine: Machine, *, quick: bool, seconds: float) -> dict[str, Any]:
    """What goes into the JSON file."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds),
        "machine": {name: getattr(machine, name) for name in Machine.__slots__},
        "sections": [
            {"title": section.title, "figures": [_figure(figure) for figure in section.figures]} for section in sections
        ],
    }


def write(document: dict[str, Any], path: Path) -> None:
    """Write the JSON file, whose folder is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _table(section: Section) -> list[str]:
    lines = ["", section.title, "-" * len(section.title)]
    for figure in section.figures:
        goal = f"goal {figure.goal}: {'reached' if figure.reached else 'MISSED'}" if figure.goal else ""
        lines.append(f"{figure.name:<{_NAME_WIDTH}} {number(figure.value):>9} {figure.unit:<6} {goal}".rstrip())
    return lines


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": round(figure.value, 4),
        "unit": figure.unit,
        "goal": str(figure.goal) if figure.goal else None,
        "reached": figure.reached,
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
