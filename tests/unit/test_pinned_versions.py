"""Nothing that is built or run is whatever happens to be the newest: images have versions, packages have hashes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OURS = ("storybot/", "storybot-debian/")  # built here
_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
_DOCKERFILE = re.compile(r"^(?:ARG \w+_IMAGE=|FROM )([^\s$]+)", re.MULTILINE)


class Compose(yaml.SafeLoader):
    """Compose's own tags (!reset, !override) say how files are put together; here each is read alone."""


Compose.add_multi_constructor("!", lambda loader, _, node: None)


def images() -> Iterator[tuple[str, str]]:
    """File and image, of compose files and Dockerfiles."""
    for file in [ROOT / "docker-compose.yml", *sorted((ROOT / "compose").glob("*.yml"))]:
        services = yaml.load(file.read_text(), Compose).get("services") or {}
        for service in services.values():
            if service and "image" in service:
                yield str(file.relative_to(ROOT)), _DEFAULT.sub(r"\1", service["image"])
    for folder in ("services", "compose", "tests"):
        for file in sorted((ROOT / folder).rglob("Dockerfile")):
            text = file.read_text()
            stages = set(re.findall(r"^FROM .* AS (\S+)", text, re.MULTILINE))
            for name in {*_DOCKERFILE.findall(text)} - stages:
                yield str(file.relative_to(ROOT)), name


def test_every_image_names_a_version() -> None:
    found = [(file, name) for file, name in images() if not name.startswith(OURS)]
    assert len({name for _, name in found}) >= 15, found
    unpinned = [(file, name) for file, name in found if not re.search(r":(v?\d|trixie)", name)]
    assert unpinned == []


def locks() -> list[Path]:
    return sorted(lock for lock in ROOT.glob("*/**/requirements.txt") if "node_modules" not in lock.parts)


@pytest.mark.parametrize("lock", locks(), ids=lambda lock: str(lock.relative_to(ROOT).parent))
def test_every_python_package_is_locked_by_version_and_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", " ").strip())
    packages = [entry for entry in entries if entry and not entry.startswith("#")]
    assert packages
    for package in packages:
        assert re.match(r"[\w.\[\]-]+==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_every_npm_package_is_locked_by_its_hash() -> None:
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    loose = [name for name, package in packages.items() if name and "integrity" not in package]
    assert len(packages) > 100
    assert loose == []
