"""A backup that is encrypted with the real age and gpg comes back, and one that was changed does not."""

import os

import pytest

from tests.support.containers import docker
from tests.support.stack import REPOSITORY

IMAGE = "storybot/encryption-under-test"


@pytest.fixture(scope="module")
def image() -> str:
    base = os.environ.get("DEBIAN_IMAGE")
    arguments = ["--build-arg", f"DEBIAN_IMAGE={base}"] if base else []
    docker("build", "--quiet", "--tag", IMAGE, *arguments, str(REPOSITORY / "tests/production/encryption"))
    return IMAGE


@pytest.mark.parametrize("kind", ["age", "gpg"])
def test_there_and_back(image: str, kind: str) -> None:
    mount = ["--volume", f"{REPOSITORY}:/repository:ro", "--env", "PYTHONPATH=/repository/scripts"]
    script = "/repository/tests/production/encryption/round_trip.py"
    told = docker("run", "--rm", "--network", "none", *mount, image, "python3", "-B", script, kind).stdout
    assert told.splitlines()[-1] == "hidden=True same=True refused=True"
