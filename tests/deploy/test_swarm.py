"""Two engines as one Swarm: a node goes, releases follow each other, one of them is broken, and nothing is lost."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deployment import images
from storybot_cli import secrets
from storybot_cli.console import Console
from tests.deploy.audience import audience
from tests.deploy.machines import Key, Machine, build_image, machine
from tests.support.containers import REPOSITORY, docker
from tests.support.poll import eventually

_SITE = "storybot.test"
_RELEASE = 71
_BROKEN, _NEXT = 72, 73
_IN_FLIGHT = 15
_PATIENCE_S = 240
_DEBIAN = bool(os.environ.get("PYTHON_IMAGE"))
_POSTGRES = "storybot-debian/postgres:17" if _DEBIAN else "postgres:17.10-trixie"
_RABBITMQ = "storybot-debian/rabbitmq:4" if _DEBIAN else "rabbitmq:4.2.9-management"
_OURS = ("gateway", "prompt-api", "story-worker", "fake-llm")
_BUILT_FROM = [
    "docker-compose.yml",
    *(["compose/debian.yml"] if _DEBIAN else []),
    "compose/core.yml",
    "tests/deploy/compose.yml",
]
_SETTINGS = {
    "SITE_NAMES": _SITE,
    "LLM_BASE_URL": "http://fake-llm:8080/v1",
    "LLM_MODEL": "fake-storyteller",
    "LOCAL_LLM_REPLICAS": "0",
    "WORKER_CONCURRENCY": "32",
    "POSTGRES_IMAGE": _POSTGRES,
    "RABBITMQ_IMAGE": _RABBITMQ,
    "FAKE_LLM_RELEASE": str(_RELEASE),
    # one address plays many visitors here
    "LIMIT_REQUESTS": "6000",
    "LIMIT_WRITES": "1000",
    "LIMIT_STREAMS": "5000",
    "LIMIT_CONNECTIONS": "10000",
}
_STACK = ("compose/swarm.yml", "compose/swarm-data.yml", "tests/deploy/swarm.yml")


@dataclass(frozen=True)
class Swarm:
    """A manager, which holds the data, and a worker node."""

    manager: Machine
    node: Machine

    def deploy(self, release: int) -> None:
        """What an operator does, with this release."""
        settings = " ".join(f"{name}='{value}'" for name, value in _SETTINGS.items())
        files = " ".join(f"--compose-file {file}" for file in _STACK)
        self.manager.shell(
            f"cd /srv/storybot; export {settings} STORYBOT_RELEASE={release}; docker stack deploy {files} storybot"
        )

    def update_state(self, service: str) -> str:
        """Of the service's last update; "" when there was none."""
        template = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
        return self.manager.run("docker", "service", "inspect", "--format", template, f"storybot_{service}").strip()

    def images(self) -> dict[str, str]:
        """The release of every service of ours."""
        lines = self.manager.run("docker", "service", "ls", "--format", "{{.Name}} {{.Image}}").splitlines()
        named = (line.removeprefix("storybot_").split() for line in lines)
        return {name: image.rpartition(":")[2] for name, image in named if name in _OURS}

    def running_on(self, machine: Machine) -> list[str]:
        """The services with a container on the machine that runs."""
        listing = machine.run("docker", "ps", "--format", '{{.Label "com.docker.swarm.service.name"}}')
        return sorted(name.removeprefix("storybot_") for name in listing.split())

    def writing_on(self, machine: Machine) -> int:
        """Stories that a worker on the machine writes now."""
        ids = machine.run("docker", "ps", "--filter", "name=story-worker", "--format", "{{.ID}}").split()
        rows = self.query("SELECT worker, count(*) FROM stories WHERE status = 'writing' GROUP BY 1")
        return sum(int(number) for worker, number in rows if any(worker.startswith(one[:12]) for one in ids))

    def query(self, sql: str) -> list[list[str]]:
        return self.manager.query("storybot_postgres", sql)

    async def settled(self, *, but: str = "none") -> None:
        """Wait until every service but one has what was asked for, and every job has succeeded."""
        format_ = "{{.Name}} {{.Mode}} {{.Replicas}}"

        def is_settled() -> bool:
            listing = self.manager.run("docker", "service", "ls", "--format", format_).splitlines()
            states = [self.update_state(line.split()[0].removeprefix("storybot_")) for line in listing]
            return (
                bool(listing)
                and all(_is_complete(line) or but in line for line in listing)
                and not {"updating", "paused"} & set(states)
            )

        async def look() -> bool:
            return await asyncio.to_thread(is_settled)

        try:
            await eventually(look, "the stack is as it was asked for", _PATIENCE_S, interval=1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.explain()}") from None

    def explain(self) -> str:
        """What a person would look at."""
        return "\n".join(
            self.manager.run("docker", *words, check=False)
            for words in (
                ("service", "ls"),
                ("stack", "ps", "--no-trunc", "storybot"),
                *(("service", "logs", "--tail", "15", f"storybot_{name}") for name in ("prompt-api", "migrate")),
            )
        )


def _is_complete(line: str) -> bool:
    """A line such as ``storybot_migrate replicated job 0/1 (1/1 completed)``; ``storybot_postgres replicated 1/1``."""
    words = line.split()
    pair = next(word.strip("(") for word in reversed(words) if "/" in word)
    done, wanted = pair.split("/")
    return done == wanted


@pytest.fixture(scope="module")
def swarm(wire: str, key: Key, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swarm]:
    images.build_here(REPOSITORY, Console(), _BUILT_FROM, _RELEASE)
    ours = [f"storybot/{name}:{_RELEASE}" for name in _OURS]
    engine = build_image("engine")
    try:
        with ExitStack() as machines:
            manager, node = (machines.enter_context(machine(engine, wire, key, name)) for name in ("manager", "node"))
            manager.load([*ours, _POSTGRES, _RABBITMQ])
            node.load(ours)
            for each in (manager, node):
                _make_more_releases(each)
            _join(manager, node)
            _give_files(manager, tmp_path_factory.mktemp("swarm"))
            yield Swarm(manager, node)
    finally:
        docker("rmi", *ours, check=False)


def _make_more_releases(machine: Machine) -> None:
    """The next one differs by a variable of its API; of the broken one there is only an API, which ends at once."""
    base = f"FROM storybot/prompt-api:{_RELEASE}"
    for release, line in ((_BROKEN, 'CMD ["false"]'), (_NEXT, "ENV NEXT=1")):
        build = f"DOCKER_BUILDKIT=0 docker build --quiet --tag storybot/prompt-api:{release} -"
        machine.shell(f"printf '%s\\n' '{base}' '{line}' | {build}")
    for name in ("gateway", "story-worker"):
        machine.run("docker", "tag", f"storybot/{name}:{_RELEASE}", f"storybot/{name}:{_NEXT}")


def _join(manager: Machine, node: Machine) -> None:
    manager.run("docker", "swarm", "init", "--advertise-addr", manager.address)
    token = manager.run("docker", "swarm", "join-token", "--quiet", "worker").strip()
    node.run("docker", "swarm", "join", "--token", token, f"{manager.address}:2377")
    manager.run("docker", "node", "update", "--label-add", "storybot.data=true", "--label-add", "storybot.gateway=true",
                "manager")  # fmt: skip
    manager.run("docker", "node", "update", "--label-add", "storybot.gateway=true", "node")


def _give_files(manager: Machine, folder: Path) -> None:
    """The stack's files, secrets as `make secrets` makes them, and a certificate."""
    secrets.make_files(folder / "secrets", lambda *_: None)
    tls = folder / "secrets/tls"
    tls.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
         f"/CN={_SITE}", "-addext", f"subjectAltName=DNS:{_SITE}", "-keyout", str(tls / "privkey.pem"), "-out",
         str(tls / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    manager.run("mkdir", "-p", "/srv/storybot/compose", "/srv/storybot/tests")
    docker("cp", f"{REPOSITORY}/compose/.", f"{manager.name}:/srv/storybot/compose")
    docker("cp", f"{REPOSITORY}/tests/deploy", f"{manager.name}:/srv/storybot/tests")
    docker("cp", f"{folder}/secrets", f"{manager.name}:/srv/storybot/secrets")


async def test_the_stack_comes_up_on_both_engines(swarm: Swarm) -> None:
    swarm.deploy(_RELEASE)
    await swarm.settled()
    assert swarm.running_on(swarm.node) == ["gateway", "prompt-api", "story-worker"]
    assert set(swarm.running_on(swarm.manager)) >= {"gateway", "prompt-api", "story-worker", "postgres", "rabbitmq"}


async def test_a_node_is_drained_while_stories_are_written(swarm: Swarm, figures: list[str]) -> None:
    async with audience(_SITE, swarm.node.address, swarm.manager.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        before, on_node = visitors.in_flight, await asyncio.to_thread(swarm.writing_on, swarm.node)
        await asyncio.to_thread(swarm.manager.run, "docker", "node", "update", "--availability", "drain", "node")

        async def empty() -> bool:
            return not await asyncio.to_thread(swarm.running_on, swarm.node)

        await eventually(empty, "nothing runs on the drained node", _PATIENCE_S, interval=1)
        await swarm.settled(but="storybot_gateway")  # there is no other node for it
    figures.append(f"drained node: {before} in flight, {on_node} written on it; {visitors.figures()}")
    assert on_node > 0, "the node that went was writing"
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    _nothing_left(swarm)


async def test_the_node_comes_back_and_the_next_release_is_rolled_out(swarm: Swarm, figures: list[str]) -> None:
    swarm.manager.run("docker", "node", "update", "--availability", "active", "node")
    await swarm.settled()
    async with audience(_SITE, swarm.node.address, swarm.manager.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        before = visitors.in_flight
        await asyncio.to_thread(swarm.deploy, _NEXT)
        await asyncio.sleep(1)
        await swarm.settled()
    figures.append(f"next release: {before} in flight; {visitors.figures()}")
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    assert set(swarm.images().values()) == {str(_NEXT), str(_RELEASE)}
    assert swarm.images()["prompt-api"] == str(_NEXT)
    assert "gateway" in swarm.running_on(swarm.node)
    _nothing_left(swarm)


async def test_an_update_to_a_broken_image_goes_back_by_itself(swarm: Swarm, figures: list[str]) -> None:
    async with audience(_SITE, swarm.node.address, swarm.manager.address) as visitors:
        await visitors.until_in_flight(_IN_FLIGHT)
        before = visitors.in_flight
        update = ("docker", "service", "update", "--detach", "--image", f"storybot/prompt-api:{_BROKEN}")
        await asyncio.to_thread(swarm.manager.run, *update, "storybot_prompt-api")

        async def is_back() -> bool:
            return await asyncio.to_thread(swarm.update_state, "prompt-api") == "rollback_completed"

        await eventually(is_back, "the broken update is rolled back", _PATIENCE_S, interval=1)
        await swarm.settled()
    figures.append(f"broken update: {before} in flight; {visitors.figures()}")
    assert visitors.faults() == []
    assert set(visitors.first_answers) == {"201"}
    assert swarm.images()["prompt-api"] == str(_NEXT)
    failed = swarm.manager.run(
        "docker", "service", "ps", "--format", "{{.Image}} {{.CurrentState}}", "storybot_prompt-api"
    )
    assert f"storybot/prompt-api:{_BROKEN} Failed" in failed
    _nothing_left(swarm)


def _nothing_left(swarm: Swarm) -> None:
    """Every story that was ever accepted is finished, and no message waits."""
    rows = swarm.query("SELECT status, count(*) FROM stories GROUP BY 1")
    assert [status for status, _ in rows] == ["finished"], rows
    assert swarm.query("SELECT count(*) FROM outbox") == [["0"]]
