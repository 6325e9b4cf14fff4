"""Finding, installing and starting the container engine."""

import pytest

from storybot_cli import engine
from storybot_cli.console import Console, Problem
from storybot_cli.engine import State
from storybot_cli.host import Host, distributions
from storybot_cli.shell import Result
from tests.support.scripted_shell import ScriptedShell

GOOD = {
    "docker version": "26.1.5+dfsg1\n",
    "docker compose version": "2.26.1-4\n",
    "docker buildx version": "github.com/docker/buildx 0.13.1\n",
}
NOT_RUNNING = Result(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.")
DEBIAN_ROOT = Host("Linux", ("debian",), is_root=True, has_systemd=False)
DEBIAN_USER = Host("Linux", ("debian",), is_root=False, has_systemd=True)
FEDORA_ROOT = Host("Linux", ("fedora",), is_root=True, has_systemd=True)
MAC = Host("Darwin", (), is_root=False, has_systemd=False)


@pytest.mark.parametrize(
    ("differences", "state"),
    [
        ({}, State.READY),
        ({"docker version": Result(127, "")}, State.NO_CLIENT),
        ({"docker version": NOT_RUNNING}, State.NOT_RUNNING),
        ({"docker version": Result(1, "permission denied while trying to connect")}, State.NO_PERMISSION),
        ({"docker version": "20.10.24+dfsg1"}, State.OLD_ENGINE),
        ({"docker compose version": Result(1, "'compose' is not a docker command.")}, State.NO_COMPOSE),
        ({"docker compose version": "v2.23.3"}, State.OLD_COMPOSE),
        ({"docker compose version": "v2.24.0"}, State.READY),
        ({"docker compose version": "5.0.1"}, State.READY),
        ({"docker buildx version": Result(1, "'buildx' is not a docker command.")}, State.NO_BUILDX),
    ],
)
def test_what_is_missing_is_found(differences: dict[str, Result | str], state: State) -> None:
    assert engine.look(ScriptedShell({**GOOD, **differences})).state is state


def test_a_ready_engine_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shell = ScriptedShell(GOOD)
    engine.ensure_engine(shell, Console(), DEBIAN_USER)
    assert {command.split()[0] for command in shell.ran} == {"docker"}
    assert "Docker 26.1.5+dfsg1, Compose 2.26.1-4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "answer", "advice"),
    [
        (MAC, Result(127, ""), "Install Docker Desktop"),
        (DEBIAN_USER, Result(127, ""), "sudo make up"),
        (DEBIAN_USER, NOT_RUNNING, "sudo systemctl start docker"),
        (DEBIAN_USER, Result(1, "permission denied"), "usermod -aG docker"),
        (FEDORA_ROOT, Result(127, ""), "your distribution's packages"),
    ],
)
def test_who_cannot_install_is_told_what_to_do(host: Host, answer: Result, advice: str) -> None:
    shell = ScriptedShell({"docker version": answer})
    with pytest.raises(Problem) as failure:
        engine.ensure_engine(shell, Console(), host)
    assert advice in " ".join(failure.value.advice)
    assert not any(command.startswith("apt-get") for command in shell.ran)


def test_root_on_debian_gets_an_engine_installed() -> None:
    class Machine(ScriptedShell):
        def task(self, title: str, *command: str, env: object = None) -> None:
            self.ran.append(" ".join(command))
            if "docker.io" in command:
                self.answers.update(GOOD)

    policy = "".join(
        f"{package}:\n  Installed: (none)\n  Candidate: {version}\n"
        for package, version in {"docker.io": "26.1.5", "docker-compose": "2.26.1-4", "docker-buildx": "0.13.1"}.items()
    )
    shell = Machine({"apt-cache policy": policy})
    engine.ensure_engine(shell, Console(), DEBIAN_ROOT)
    assert "apt-get install --yes --no-install-recommends docker.io docker-compose docker-buildx" in shell.ran


def test_an_installed_engine_is_only_started_without_systemd_by_itself() -> None:
    class Machine(ScriptedShell):
        def detach(self, log: object, *command: str) -> None:
            self.ran.append(" ".join(command))
            self.answers.update(GOOD)

    shell = Machine({**GOOD, "docker version": NOT_RUNNING, "dockerd --version": "26.1.5"})
    engine.ensure_engine(shell, Console(), DEBIAN_ROOT)
    assert "dockerd" in shell.ran
    assert not any(command.startswith("apt-get") for command in shell.ran)


@pytest.mark.parametrize(
    ("version", "numbers"), [("2.26.1-4\n", (2, 26, 1)), ("v2.24.0", (2, 24, 0)), ("28.2", (28, 2)), ("unknown", ())]
)
def test_versions_are_read(version: str, numbers: tuple[int, ...]) -> None:
    assert engine.numbers(version) == numbers


def test_distributions_are_read_own_id_first() -> None:
    assert distributions('NAME="Ubuntu"\nID=ubuntu\nID_LIKE="debian"\n') == ("ubuntu", "debian")
