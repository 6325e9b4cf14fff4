"""Images of the release before this one, built from the history."""

import os
import subprocess
from pathlib import Path

from tests.support.containers import docker
from tests.support.stack import REPOSITORY

RELEASE = "before"
_MIGRATIONS = "services/common/storybot_common/database/migrations/versions"
_BUILT = ("prompt-api", "story-worker")
_SAME = ("gateway", "fake-llm")
"""They have no part in the upgrade of schema and services, and stay."""


def commit() -> str:
    """UPGRADE_FROM, else the newest release, else the last commit before the newest migration."""
    if wanted := os.environ.get("UPGRADE_FROM"):
        return _git("rev-parse", "--verify", f"{wanted}^{{commit}}")
    if releases := _git("tag", "--list", "v*", "--sort=-version:refname", "--merged", "HEAD").split():
        return _git("rev-parse", f"{releases[0]}^{{commit}}")
    newest = max(path.name for path in (REPOSITORY / _MIGRATIONS).glob("[0-9]*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", f"{_MIGRATIONS}/{newest}").split()
    if not added:
        raise LookupError("the history does not hold the newest migration: fetch all of it (git fetch --unshallow)")
    return _git("rev-parse", f"{added[-1]}^")


def build(of: str, folder: Path) -> None:
    """Build the two services of a commit as release ``before``; the others get that tag as they are."""
    archive = subprocess.run(["git", "archive", of, "services"], cwd=REPOSITORY, capture_output=True, check=True)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    image = os.environ.get("PYTHON_IMAGE")
    arguments = ["--build-arg", f"PYTHON_IMAGE={image}"] if image else []
    for name in _BUILT:
        recipe = str(folder / "services" / name / "Dockerfile")
        docker("build", "--quiet", "--tag", f"storybot/{name}:{RELEASE}", *arguments, "--file", recipe, str(folder))
    present = os.environ.get("STORYBOT_RELEASE", "local")
    for name in _SAME:
        docker("tag", f"storybot/{name}:{present}", f"storybot/{name}:{RELEASE}")


def forget() -> None:
    """Remove the tags."""
    docker("image", "rm", *(f"storybot/{name}:{RELEASE}" for name in (*_BUILT, *_SAME)), check=False)


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.strip()
