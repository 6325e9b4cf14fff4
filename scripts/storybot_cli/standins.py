"""Builds what has to be there before compose builds: the Debian stand-ins, and the toolbox of the checks.

Every image carries a fingerprint of what it was made from, so that looking costs nothing when nothing changed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from .console import Problem
from .images import Images
from .packages import install, update
from .paths import ROOT
from .stack import official_images

if TYPE_CHECKING:
    from pathlib import Path

    from .host import Host
    from .shell import Shell

BASE = "storybot-debian/base:trixie"
PYTHON = "storybot-debian/python:3.13"
NODE = "storybot-debian/node:24"
CERTBOT = "storybot-debian/certbot:4"
TOOLBOX = "storybot/toolbox"
_LABEL = "storybot.fingerprint"


class Recipe(NamedTuple):
    """An image, the folder it is built from, the images it stands on (build argument → image) and its Dockerfile.

    ``inputs`` are the files that decide about it; none means the whole folder.
    """

    image: str
    folder: str
    parents: tuple[tuple[str, str], ...]
    dockerfile: str = ""
    inputs: tuple[str, ...] = ()


STAND_INS = (
    Recipe(PYTHON, "compose/debian/python", (("DEBIAN_IMAGE", BASE),)),
    Recipe(NODE, "compose/debian/node", (("DEBIAN_IMAGE", BASE), ("PYTHON_IMAGE", PYTHON))),
    Recipe("storybot-debian/postgres:17", "compose/debian/postgres", (("DEBIAN_IMAGE", BASE),)),
    Recipe("storybot-debian/monitoring:trixie", "compose/debian/monitoring", (("DEBIAN_IMAGE", BASE),)),
    Recipe("storybot-debian/rabbitmq:4", "compose/debian/rabbitmq", (("DEBIAN_IMAGE", BASE),)),
    Recipe(CERTBOT, "compose/debian/certbot", (("DEBIAN_IMAGE", BASE),)),
)


def base_images(images: Images) -> dict[str, str]:
    """Build arguments of the Dockerfiles (name → image); none for the official images, their defaults."""
    if images is Images.OFFICIAL:
        return {}
    return {"DEBIAN_IMAGE": BASE, "PYTHON_IMAGE": PYTHON, "NODE_IMAGE": NODE, "CERTBOT_IMAGE": CERTBOT}


def toolbox_recipe(images: Images) -> Recipe:
    """The toolbox on either family."""
    dockerfile = "tests/toolbox/Dockerfile"
    bases = base_images(images)
    parents = tuple((name, bases[name]) for name in ("NODE_IMAGE", "PYTHON_IMAGE") if name in bases)
    return Recipe(TOOLBOX, ".", parents, dockerfile, (dockerfile, "tests/requirements.txt"))


def ensure_base_images(shell: Shell, host: Host, images: Images) -> None:
    """Pull the official images, or make their stand-ins; nothing when they are there."""
    if images is Images.OFFICIAL:
        for image in official_images():
            if not shell.ask("docker", "image", "inspect", image).ok:
                shell.task(f"Pulling {image}", "docker", "pull", image)
        return
    _ensure_debian_base(shell, host)
    for recipe in STAND_INS:
        ensure(shell, recipe)


def ensure_toolbox(shell: Shell, images: Images) -> None:
    """Build the toolbox unless it is there as it should be."""
    ensure(shell, toolbox_recipe(images))


def ensure(shell: Shell, recipe: Recipe) -> None:
    """Build one image unless it was built from the same files on the same parents."""
    parents = [shell.ask("docker", "image", "inspect", "--format", "{{.Id}}", image).out for _, image in recipe.parents]
    fingerprint = fingerprint_of(ROOT, recipe, parents)
    label = f'{{{{index .Config.Labels "{_LABEL}"}}}}'
    if shell.ask("docker", "image", "inspect", "--format", label, recipe.image).out.strip() == fingerprint:
        return
    command = ["docker", "build", "--progress", "plain", "--tag", recipe.image, "--label", f"{_LABEL}={fingerprint}"]
    for argument, image in recipe.parents:
        command += ["--build-arg", f"{argument}={image}"]
    if recipe.dockerfile:
        command += ["--file", str(ROOT / recipe.dockerfile)]
    shell.task(f"Building {recipe.image}", *command, str(ROOT / recipe.folder), env={"DOCKER_BUILDKIT": "1"})


def fingerprint_of(root: Path, recipe: Recipe, parents: list[str]) -> str:
    """A short hash of the files that decide about the image, and of the images below it."""
    digest = hashlib.sha256()
    inputs = [root / name for name in recipe.inputs] or sorted((root / recipe.folder).rglob("*"))
    for file in inputs:
        if file.is_file():
            digest.update(f"{file.name}\0{file.stat().st_mode & 0o111}\0".encode() + file.read_bytes() + b"\0")
    for parent in parents:
        digest.update(parent.strip().encode() + b"\0")
    return digest.hexdigest()[:16]


def _ensure_debian_base(shell: Shell, host: Host) -> None:
    script = str(ROOT / "compose/debian/base.sh")
    if shell.ask("sh", script, "--check").ok:
        return
    if not (host.is_root and host.has_apt):
        raise Problem(
            "The images from Debian packages are made with debootstrap, as root, on Debian or Ubuntu.",
            "Run `sudo make up IMAGES=debian` there, or use a machine that reaches a container registry.",
        )
    if not shell.ask("debootstrap", "--version").ok:
        update(shell)
        install(shell, "Installing debootstrap", "debootstrap", "debian-archive-keyring")
    shell.task(f"Making {BASE}", "sh", script)
