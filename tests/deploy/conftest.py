"""Read from the environment: DEBIAN_IMAGE, PYTHON_IMAGE, NODE_IMAGE (what images are built on, without them the
official ones), TEST_RESULTS (where figures are left)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.machines import Key, make_key
from tests.support.containers import network

_FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if figures := config.stash[_FIGURES]:
        terminalreporter.section("what was in flight, and what was seen")
        for line in figures:
            terminalreporter.write_line(line)
        if folder := os.environ.get("TEST_RESULTS"):
            with (Path(folder) / "deploy.txt").open("a") as file:
                file.writelines(f"{line}\n" for line in figures)


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> list[str]:
    return pytestconfig.stash[_FIGURES]


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return make_key(tmp_path_factory.mktemp("ssh"))


@pytest.fixture(scope="module")
def wire() -> Iterator[str]:
    """The network between the machines."""
    with network() as name:
        yield name
