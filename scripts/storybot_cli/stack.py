"""The compose command lines: which files and variables make up which stack."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from .paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from .images import Images

MAIN_FILE = "docker-compose.yml"
TEST_ENV = "compose/test.env"
COMBINATIONS = (
    (),
    ("compose/debian.yml",),
    ("compose/dev.yml",),
    ("compose/debian.yml", "compose/dev.yml"),
    ("compose/core.yml", "compose/test.yml"),
    ("compose/debian.yml", "compose/core.yml", "compose/test.yml"),
    ("compose/core.yml", "compose/bench.yml"),
    ("compose/debian.yml", "compose/core.yml", "compose/bench.yml"),
)
SWARM_STACKS = (("compose/swarm.yml",), ("compose/swarm.yml", "compose/swarm-data.yml"))


class Stack(NamedTuple):
    """A compose project: its files after the main one, and the file its variables come from ("" is .env)."""

    overlays: tuple[str, ...] = ()
    env_file: str = ""

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The command line for a compose subcommand."""
        words = ["docker", "compose", "--project-directory", str(ROOT)]
        if self.env_file:
            words += ["--env-file", str(ROOT / self.env_file)]
        for file in (MAIN_FILE, *self.overlays):
            words += ["--file", str(ROOT / file)]
        return (*words, *arguments)


def stack(images: Images, purpose: str = "") -> Stack:
    """The stack for everyday use (""), for "dev", "test" or "bench"; the last two do not read .env."""
    overlays = ["compose/debian.yml"] if images.value == "debian" else []
    if purpose in {"test", "bench"}:
        overlays.append("compose/core.yml")
    if purpose:
        overlays.append(f"compose/{purpose}.yml")
    return Stack(tuple(overlays), {"test": TEST_ENV, "bench": os.devnull}.get(purpose, ""))


def names_production(env_file: Path) -> bool:
    """Whether COMPOSE_FILE, in the environment or in .env, says that this machine runs production."""
    text = env_file.read_text() if env_file.exists() else ""
    found = re.findall(r"^(?:export )?COMPOSE_FILE=(.*)$", text, re.MULTILINE)
    return "production.yml" in os.environ.get("COMPOSE_FILE", found[-1] if found else "")


def official_images() -> tuple[str, ...]:
    """The images that the core takes from a registry."""
    named = re.findall(r"^    image: (\S+)$", (ROOT / MAIN_FILE).read_text(), re.MULTILINE)
    return tuple(image for image in named if not image.startswith("storybot/"))
