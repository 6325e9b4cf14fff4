"""A deployment rehearsed from nothing: a machine with sshd, releases under load, one that is broken, the way back."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.audience import audience
from tests.deploy.machines import Key, Machine, build_image, machine
from tests.support.containers import REPOSITORY, docker

_SITE = "storybot.test"
_IN_FLIGHT = 15
_DEBIAN = "compose/debian.yml" if os.environ.get("PYTHON_IMAGE") else ""
_FILES = ("docker-compose.yml", _DEBIAN, "compose/core.yml", "compose/production.yml", "tests/deploy/compose.yml",
          "compose/rolling.yml")  # fmt: skip
_SETTINGS = f"""\
COMPOSE_FILE={":".join(filter(None, _FILES))}
SITE_NAMES={_SITE}
LETSENCRYPT_EMAIL=operator@{_SITE}
LLM_BASE_URL=http://fake-llm:8080/v1
LLM_MODEL=fake-storyteller
WORKER_CONCURRENCY=32
DOOR_IMAGE={"storybot-debian/postgres:17" if _DEBIAN else "postgres:17.10-trixie"}
# one address plays many visitors here
LIMIT_REQUESTS=6000
LIMIT_WRITES=1000
LIMIT_STREAMS=5000
LIMIT_CONNECTIONS=10000
"""


@dataclass(frozen=True)
class Operator:
    """Somebody with a clone of the repository and a key for the machine."""

    clone: Path
    key: Key
    machine: Machine

    def fab(self, *task: str, fails: bool = False) -> str:
        """Run fab as its documentation says; what it printed."""
        command = ["fab", "-H", f"admin@{self.machine.address}", "-i", str(self.key.file), *task]
        done = subprocess.run(
            command, cwd=self.clone, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=400
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        return output

    def commit(self, path: str, before: str, after: str) -> None:
        """Change one place of a file, and commit."""
        file = self.clone / path
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after, 1))
        git = ("git", "-c", "user.name=Operator", "-c", "user.email=operator@example.org")
        subprocess.run([*git, "commit", "--quiet", "--all", "--message", "A change"], cwd=self.clone, check=True)

    def standing(self) -> str:
        """The containers that hold the data, and the ports."""
        names = ("storybot-postgres-1", "storybot-rabbitmq-1", "storybot-door-1")
        return self.machine.run("docker", "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *names)

    def releases(self) -> list[str]:
        """The image of every container of ours that serves, in the order of their names."""
        lines = self.machine.run("docker", "ps", "--format", "{{.Image}} {{.Names}}").splitlines()
        return sorted(line.split()[0] for line in lines if re.search("-(gateway|prompt-api|story-worker)-", line))


@pytest.fixture(scope="module")
def operator(wire: str, key: Key, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    clone = tmp_path_factory.mktemp("clone") / "storybot"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(REPOSITORY), str(clone)], check=True)
    (clone / "production.env").write_text(_SETTINGS)
    with machine(build_image("bare"), wire, key, "host") as host:
        try:
            yield Operator(clone, key, host)
        finally:
            _forget_images()


def _forget_images() -> None:
    """The numbers that releases had in the engine here."""
    listing = docker("images", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    docker("rmi", *[image for image in listing if re.fullmatch(r"storybot/[a-z-]+:[1-9]", image)], check=False)


def test_nothing_can_be_deployed_to_a_machine_that_is_not_prepared(operator: Operator) -> None:
    output = operator.fab("deploy", fails=True)
    assert "Run fab prepare first" in output


def test_prepare(operator: Operator) -> None:
    without = operator.fab("prepare")
    assert "No settings yet" in without
    operator.fab("prepare", "--settings=production.env")
    again = operator.fab("prepare", "--settings=production.env")
    assert "Docker is there" in again
    modes = operator.machine.run("stat", "-c", "%a %U:%G %n", "/srv/storybot", "/srv/storybot/shared",
                                 "/srv/storybot/shared/.env", "/srv/storybot/releases").splitlines()  # fmt: skip
    assert modes == [
        "750 root:storybot /srv/storybot",
        "700 root:storybot /srv/storybot/shared",
        "600 root:root /srv/storybot/shared/.env",
        "750 root:storybot /srv/storybot/releases",
    ]
    assert operator.machine.run("docker", "compose", "version", "--short")


def test_first_release(operator: Operator, figures: list[str]) -> None:
    if _DEBIAN:  # what a registry would give
        operator.machine.load(["storybot-debian/postgres:17", "storybot-debian/rabbitmq:4"])
    output = operator.fab("deploy")
    assert "Release 1 serves" in output
    figures.append(f"release 1: {' | '.join(line for line in output.splitlines() if line.startswith('ok'))}")


def test_no_path_is_writable_by_everybody_and_no_secret_readable(operator: Operator) -> None:
    find = "find /srv/storybot -xdev ! -type l"
    assert operator.machine.shell(f"{find} -perm /o+w") == ""
    assert (
        operator.machine.shell("find /srv/storybot/shared/secrets /srv/storybot/shared/.env -type f -perm /077") == ""
    )


async def test_the_next_release_comes_while_stories_are_told(operator: Operator, figures: list[str]) -> None:
    operator.commit("services/prompt-api/prompt_api/__init__.py", '"""', '"""Of release 2. ')
    operator.commit("services/story-worker/story_worker/__init__.py", '"""', '"""Of release 2. ')
    operator.commit("services/gateway/pages/not-found.html", "<title>", "<title>2 ")
    standing = operator.standing()
    async with audience(_SITE, operator.machine.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        watcher = asyncio.create_task(_watch_command_lines(operator))
        before = visitors.in_flight
        output = await asyncio.to_thread(operator.fab, "deploy")
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher
    figures.append(f"release 2 over 1: {before} in flight; {visitors.figures()}")
    assert "Release 2 serves" in output
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    assert operator.releases() == ["storybot/gateway:2", "storybot/prompt-api:2", "storybot/story-worker:2"]
    assert operator.standing() == standing
    _nothing_left(operator)


async def test_a_broken_release_goes_back_by_itself(operator: Operator, figures: list[str]) -> None:
    operator.commit("services/prompt-api/prompt_api/__main__.py", "\nmain()\n", '\nraise SystemExit("broken")\n')
    async with audience(_SITE, operator.machine.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        before = visitors.in_flight
        output = await asyncio.to_thread(operator.fab, "deploy", fails=True)
    figures.append(f"broken release 3: {before} in flight; {visitors.figures()}")
    assert "Release 3 did not come up. Release 2 serves, as before." in output
    assert "broken" in output
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    assert operator.releases() == ["storybot/gateway:2", "storybot/prompt-api:2", "storybot/story-worker:2"]
    _nothing_left(operator)


async def test_rollback(operator: Operator, figures: list[str]) -> None:
    async with audience(_SITE, operator.machine.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        before = visitors.in_flight
        output = await asyncio.to_thread(operator.fab, "rollback")
    figures.append(f"rollback to 1: {before} in flight; {visitors.figures()}")
    assert "Release 1 serves again" in output
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    assert operator.releases() == ["storybot/gateway:1", "storybot/prompt-api:1", "storybot/story-worker:1"]
    _nothing_left(operator)


def test_status_and_logs(operator: Operator) -> None:
    status = operator.fab("status")
    assert "release 1 (" in status
    assert "served before: 2" in status
    assert re.search(r"prompt-api +release 1 +healthy", status)
    logs = operator.fab("logs", "--service=prompt-api", "--lines=5")
    assert "prompt-api" in logs
    assert "misspelt" in operator.fab("logs", "--service=nobody", fails=True)


def test_two_do_not_deploy_at_once(operator: Operator) -> None:
    operator.machine.run("mkdir", "/srv/storybot/deploying")
    output = operator.fab("rollback", "--to=2", fails=True)
    operator.machine.run("rmdir", "/srv/storybot/deploying")
    assert "sudo rmdir /srv/storybot/deploying" in output


def _nothing_left(operator: Operator) -> None:
    """Every story that was ever accepted is finished, and no message waits."""
    rows = operator.machine.query("postgres-1", "SELECT status, count(*) FROM stories GROUP BY 1")
    assert [status for status, _ in rows] == ["finished"], rows
    assert operator.machine.query("postgres-1", "SELECT count(*) FROM outbox") == [["0"]]


async def _watch_command_lines(operator: Operator) -> None:
    """Fail when a secret stands on a command line of the machine, where every user can read it."""
    words = operator.machine.shell("cat /srv/storybot/shared/secrets/*").split()
    secrets = [re.sub(r"^.*//[^:]*:|@.*$", "", word) for word in words if len(word) > 30]
    while True:
        lines = await asyncio.to_thread(operator.machine.run, "ps", "-eo", "args")
        assert not any(secret in lines for secret in secrets)
        await asyncio.sleep(0.5)
