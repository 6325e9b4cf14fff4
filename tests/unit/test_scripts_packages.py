"""Choosing the engine's packages on Debian and Ubuntu."""

from pathlib import Path

import pytest

from storybot_cli import packages
from storybot_cli.console import Problem
from storybot_cli.host import Host

DEBIAN = Host("Linux", ("debian",), is_root=True, has_systemd=True)
UBUNTU = Host("Linux", ("ubuntu", "debian"), is_root=True, has_systemd=True)

POLICY = """docker-compose:
  Installed: (none)
  Candidate: 1.29.2-3
  Version table:
docker-buildx:
  Installed: (none)
  Candidate: (none)
docker.io:
  Installed: 20.10.24+dfsg1-1+deb12u1+b2
  Candidate: 20.10.24+dfsg1-1+deb12u1+b2
"""


def test_candidates_are_read_from_apt() -> None:
    assert packages.parse_policy(POLICY) == {"docker-compose": "1.29.2-3", "docker.io": "20.10.24+dfsg1-1+deb12u1+b2"}


def test_debian_12_takes_the_engine_from_the_newer_debian() -> None:
    chosen = packages.plan(DEBIAN, packages.parse_policy(POLICY))
    assert chosen.newer_debian
    assert {"docker.io", "docker-cli", "docker-compose", "docker-buildx"} < {*chosen.packages}


def test_debian_13_takes_its_own() -> None:
    candidates = {"docker.io": "26.1.5", "docker-cli": "26.1.5", "docker-compose": "2.26.1-4", "docker-buildx": "0.13"}
    chosen = packages.plan(DEBIAN, candidates)
    assert not chosen.newer_debian
    assert {*chosen.packages} == {*candidates}


def test_ubuntu_calls_it_compose_v2() -> None:
    chosen = packages.plan(UBUNTU, {"docker.io": "28.2", "docker-compose-v2": "2.37.1", "docker-buildx": "0.21"})
    assert chosen.packages == ("docker.io", "docker-compose-v2", "docker-buildx")


def test_an_old_ubuntu_is_told_so() -> None:
    with pytest.raises(Problem, match="no Docker Compose v2"):
        packages.plan(UBUNTU, {"docker.io": "20.10", "docker-compose": "1.29.2"})


def test_the_newer_debian_is_pinned_so_that_only_the_engine_comes_from_it(tmp_path: Path) -> None:
    source, pin = tmp_path / "source", tmp_path / "pin"
    archives = {"Debian": "mirror/debian", "Debian-Security": "mirror/security"}
    packages.add_newer_debian(archives, source, pin)
    assert "URIs: mirror/debian\nSuites: trixie\n" in source.read_text()
    assert "URIs: mirror/security\nSuites: trixie-security\n" in source.read_text()
    assert "Package: *\nPin: release n=trixie*\nPin-Priority: 1\n" in pin.read_text()
    packages.add_newer_debian(archives, source, pin)
    assert source.read_text().count("trixie\n") == 1


def test_apt_without_debian_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no Debian archive"):
        packages.add_newer_debian({}, tmp_path / "source", tmp_path / "pin")
