"""Which images the services are built on: the official ones, or stand-ins made from Debian packages.

``IMAGES=official`` or ``IMAGES=debian`` decides. Without it: what was chosen on this machine before, or official
images when they are there or a registry answers, or else Debian.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from .console import Problem
from .stack import official_images

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .console import Console
    from .shell import Shell

_REGISTRY_PATIENCE_S = 20


class Images(Enum):
    """The two families."""

    OFFICIAL = "official"
    DEBIAN = "debian"


def choose(environment: Mapping[str, str], remembered: str, registry_answers: Callable[[], bool]) -> Images:
    """Decide; asks the registry only when nothing else decides."""
    wanted = environment.get("IMAGES", "").strip().lower()
    if wanted and wanted not in {images.value for images in Images}:
        raise Problem(f"IMAGES={wanted} is neither official nor debian.", "Leave it out, or set one of the two.")
    for word in (wanted, remembered.strip()):
        for images in Images:
            if word == images.value:
                return images
    return Images.OFFICIAL if registry_answers() else Images.DEBIAN


def registry_answers(shell: Shell) -> bool:
    """Whether the engine can get the official images: they are here already, or the registry knows one.

    The engine itself is asked to pull, so that its mirrors and proxies count. It names the repository as soon as the
    registry has answered; a pull that is cut then goes on later where it was.
    """
    if all(shell.ask("docker", "image", "inspect", image).ok for image in official_images()):
        return True
    pull = shell.ask("docker", "pull", official_images()[0], timeout=_REGISTRY_PATIENCE_S)
    return pull.ok or "Pulling from" in pull.out


def decide(shell: Shell, console: Console, environment: Mapping[str, str], memory: Path) -> Images:
    """Choose, say so, and remember it in the file ``memory``."""
    remembered = memory.read_text() if memory.exists() else ""
    images = choose(environment, remembered, lambda: registry_answers(shell))
    if images is Images.OFFICIAL:
        console.done("Official images")
    elif environment.get("IMAGES"):
        console.done("Images from Debian packages, as asked for")
    elif remembered:
        console.done("Images from Debian packages, as before (IMAGES=official tries the registry again)")
    else:
        console.warn("No container registry answers: making every image from Debian packages instead.")
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(images.value)
    return images
