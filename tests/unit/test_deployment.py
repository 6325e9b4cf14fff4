"""What is decided on the way of a release to a host; the way itself is rehearsed in tests/deploy."""

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest

from deployment import images, layout, operations, preparation, release
from deployment.host import Host
from deployment.rolling import Rollout
from deployment.stack import Container, Stack, compose_files
from storybot_cli.console import Console, Problem


class Connection:
    """A Fabric connection to a host on which commands are answered by the first words that they begin with."""

    host = "host.example"

    def __init__(self, answers: dict[str, tuple[int, str]]) -> None:
        self._answers = answers
        self.commands: list[str] = []
        self.files: dict[str, str] = {}
        self._put: list[str] = []

    def sudo(self, command: str, **_: object) -> SimpleNamespace:
        self.commands.append(command)
        words = shlex.split(command)
        if words[0] == "install" and words[-2].endswith("/file"):
            self.files[words[-1].removesuffix(".new")] = self._put.pop()
        code, out = next((answer for start, answer in self._answers.items() if command.startswith(start)), (0, ""))
        return SimpleNamespace(return_code=code, stdout=out, stderr="")

    def run(self, _: str, **__: object) -> SimpleNamespace:
        return SimpleNamespace(stdout="/tmp/inbox\n")

    def put(self, source: BinaryIO, _: str) -> None:
        self._put.append(source.read().decode())


def host(**answers: tuple[int, str]) -> tuple[Host, Connection]:
    connection = Connection({name.replace("_", " "): answer for name, answer in answers.items()})
    return Host(connection), connection


def container(service: str, image: str, **fields: object) -> Container:
    found: dict[str, Any] = {
        "id": image,
        "state": "running",
        "health": "healthy",
        "exit_code": 0,
        "restarts": 0,
        "started": "1",
    }
    return Container(**{**found, "service": service, "image": image, **fields})


def test_releases_are_numbered_folders() -> None:
    target, _ = host(ls=(0, "0010\n0009\n0011.new\n"))
    assert release.numbers(target) == [9, 10]
    assert layout.folder(7) == "/srv/storybot/releases/0007"


def test_a_host_that_is_not_prepared_is_told_what_it_needs() -> None:
    target, _ = host(ls=(2, "No such file or directory"))
    with pytest.raises(Problem) as problem:
        operations.deploy(target, Console(), Path(), "ship")
    assert problem.value.advice == ("Run fab prepare first.",)


def test_a_second_deployment_waits_for_the_first() -> None:
    target, connection = host(mkdir=(1, "File exists"))
    with pytest.raises(Problem, match="Somebody is deploying"):
        operations.rollback(target, Console(), None)
    assert not any(command.startswith("rmdir") for command in connection.commands), "the lock is the other's"


def test_there_is_nothing_to_go_back_to_but_what_served() -> None:
    target, _ = host(ls=(0, "0001 0002 0003"), readlink=(0, "releases/0003"), test=(1, ""))
    with pytest.raises(Problem, match="no release to go back to"):
        operations.rollback(target, Console(), None)


def test_settings_without_a_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("LETSENCRYPT_EMAIL=me@example.org\nSITE_NAMES=\n")
    target, connection = host()
    with pytest.raises(Problem, match="does not set SITE_NAMES"):
        preparation.put_settings(target, tmp_path / "env")
    assert connection.files == {}


def test_new_settings_leave_the_secrets_that_were_made_on_the_host(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("SITE_NAMES=new.example\nLETSENCRYPT_EMAIL=me@example.org\n")
    before = "SITE_NAMES=old.example\n\n# Made by `make secrets`.\nGRAFANA_PASSWORD=abc\n"
    target, connection = host(cat=(0, before))
    preparation.put_settings(target, tmp_path / "env")
    written = connection.files[layout.ENV_FILE]
    assert "new.example" in written
    assert "old.example" not in written
    assert written.endswith("# Made by `make secrets`.\nGRAFANA_PASSWORD=abc\n")
    assert not any("abc" in command for command in connection.commands), "no secret on a command line"


def test_a_failed_command_says_where_and_which() -> None:
    target, _ = host(false=(1, "no space left\n"))
    with pytest.raises(Problem, match=r"Unpacking failed on host\.example:\nno space left") as problem:
        target.do("Unpacking", "false", "a b")
    assert problem.value.advice == ("The command was: sudo false 'a b'",)


def test_the_host_names_its_compose_files() -> None:
    assert compose_files("A=1\nCOMPOSE_FILE=docker-compose.yml:x.yml\n") == ["docker-compose.yml", "x.yml"]
    assert compose_files("")[-1] == "compose/rolling.yml", "it takes the gateway's ports away, so it is the last"


def test_only_images_that_may_be_pulled_are() -> None:
    services = {
        "a": {"image": "storybot/a:1", "pull_policy": "never"},
        "b": {"image": "postgres:17"},
        "c": {"image": "storybot-debian/postgres:17", "pull_policy": "never"},
    }
    assert images.ours(services) == ["storybot/a:1"]
    assert images.others(services) == {"postgres:17": True, "storybot-debian/postgres:17": False}


@pytest.mark.parametrize(
    ("fields", "up", "failed"),
    [
        ({}, True, False),
        ({"health": ""}, True, False),
        ({"health": "starting"}, False, False),
        ({"health": "unhealthy"}, False, True),
        ({"state": "exited", "exit_code": 0}, False, False),
        ({"state": "exited", "exit_code": 1}, False, True),
        ({"state": "restarting", "restarts": 2}, False, True),
    ],
)
def test_a_container_is_up_or_has_failed_or_takes_its_time(fields: dict[str, Any], up: bool, failed: bool) -> None:
    one = container("prompt-api", "storybot/prompt-api:2", **fields)
    assert (one.is_up, one.has_failed) == (up, failed)


class RunningStack(Stack):
    """A project whose containers come up, or do not, as soon as they are asked for."""

    def __init__(self, host: Host, there: list[Container], new_health: str) -> None:
        self._host = host
        self.there = there
        self._new_health = new_health
        self.done: list[str] = []

    def services(self) -> dict[str, dict[str, Any]]:
        one_shot = {"image": "storybot/prompt-api:2", "restart": "no"}
        return {
            "migrate": {**one_shot, "depends_on": {"database-roles": {}}},
            "database-roles": one_shot,
            "prompt-api": {"image": "storybot/prompt-api:2", "deploy": {"replicas": 1}},
            "gateway": {"image": "storybot/gateway:2", "environment": {"SITE_NAMES": "example.org"}},
            "postgres": {"image": "postgres:17"},
            "kibana-setup": {"image": "kibana:9", "restart": "on-failure:5", "deploy": {"replicas": 0}},
        }

    def hashes(self) -> dict[str, str]:
        return {"postgres": "new"}

    def do(self, what: str, *arguments: str) -> str:
        self.done.append(what)
        if what == "Starting prompt-api":
            self.there.append(container("prompt-api", "storybot/prompt-api:2", health=self._new_health))
        if what.startswith("Running "):
            self.there.append(container(what.split()[1], "storybot/prompt-api:2", state="exited", health=""))
        return ""

    def containers(self) -> list[Container]:
        return self.there


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployment.rolling._STEADY_S", 0)


def _running_release_1() -> list[Container]:
    return [
        container("prompt-api", "storybot/prompt-api:1"),
        container("gateway", "storybot/gateway:2"),
        container("postgres", "postgres:17"),
    ]


def test_what_prepares_runs_in_order_and_before_what_serves() -> None:
    target, connection = host()
    stack = RunningStack(target, _running_release_1(), "healthy")
    Rollout(target, Console(), stack, 2).run(None, migrate=True)
    assert [what for what in stack.done if what.startswith(("Running", "Starting"))] == [
        "Running database-roles",
        "Running migrate",
        "Starting prompt-api",
    ]
    assert "docker stop storybot/prompt-api:1" in connection.commands


def test_the_old_one_stays_when_the_new_one_does_not_come_up() -> None:
    target, connection = host()
    stack = RunningStack(target, _running_release_1(), "unhealthy")
    with pytest.raises(Problem, match="new prompt-api does not come up"):
        Rollout(target, Console(), stack, 2).run(None, migrate=False)
    assert not any(command.startswith("docker stop") for command in connection.commands)


def test_going_back_removes_what_did_not_come_up_and_starts_nothing() -> None:
    target, connection = host()
    there = [
        container("prompt-api", "storybot/prompt-api:3", health="unhealthy"),
        container("prompt-api", "storybot/prompt-api:2"),
        container("gateway", "storybot/gateway:2"),
        container("postgres", "postgres:17"),
    ]
    stack = RunningStack(target, there, "healthy")
    Rollout(target, Console(), stack, 2).run(None, migrate=False)
    assert "Starting prompt-api" not in stack.done
    assert [command for command in connection.commands if command.startswith("docker stop")] == [
        "docker stop storybot/prompt-api:3"
    ]


@pytest.mark.parametrize(("kept", "restarted"), [("postgres new", False), ("postgres old", True)])
def test_the_database_is_started_anew_only_with_other_settings(kept: str, restarted: bool) -> None:
    target, _ = host(cat=(0, f"{kept}\n"))
    stack = RunningStack(target, _running_release_1(), "healthy")
    Rollout(target, Console(), stack, 2).run(1, migrate=False)
    assert ("Restarting postgres" in stack.done) == restarted
