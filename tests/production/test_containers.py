"""The containers as they run: what their processes may do, and a story from the first word to the last."""

import asyncio
import json

import httpx

from tests.production.installation import Installation
from tests.support.containers import docker
from tests.support.event_stream import Reading
from tests.support.site import local_site
from tests.support.stack import Stack
from tests.support.story_client import StoryClient, Submission


def status_of_first_process(container: str) -> dict[str, str]:
    """The lines of /proc/1/status."""
    lines = docker("exec", container, "cat", "/proc/1/status").stdout.splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def test_no_process_has_privileges(stack: Stack) -> None:
    containers = (await stack.compose("ps", "--format", "{{.Name}}")).split()
    assert len(containers) > 5
    for container in containers:
        status = status_of_first_process(container)
        assert "0" not in status["Uid"].split(), container
        assert set(status["CapEff"] + status["CapPrm"] + status["CapBnd"]) == {"0"}, container
        assert status["NoNewPrivs"] == "1", container
        assert status["Seccomp"] == "2", f"{container}: a filter"


async def test_the_limits_are_the_engine_s(stack: Stack) -> None:
    for container in (await stack.compose("ps", "--format", "{{.Name}}")).split():
        (found,) = json.loads(docker("inspect", container).stdout)
        host = found["HostConfig"]
        assert host["Memory"] > 0, container
        assert host["PidsLimit"] > 0, container
        assert host["ReadonlyRootfs"], container


async def test_no_secret_can_be_read_from_outside_a_container(stack: Stack, installation: Installation) -> None:
    """Who may inspect containers, or read the machine's list of processes, learns no secret of ours."""
    values = {
        installation.secret(name).rpartition(" ")[2].rpartition("//")[2].partition("@")[0].rpartition(":")[2]
        for name in ("postgres_password", "api_database_url", "rabbitmq_admin", "worker_amqp_url", "cookie_secret")
    }
    assert all(len(value) == 48 for value in values)
    for container in (await stack.compose("ps", "--all", "--format", "{{.Name}}")).split():
        seen = docker("inspect", container).stdout + docker("top", container, check=False).stdout
        assert not [value for value in values if value in seen], container


async def test_visitors_are_served_over_https(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, transport=local_site()) as http:
        page = await http.get("/")
        assert page.is_success
        assert "max-age" in page.headers["strict-transport-security"]


async def test_a_story_is_written(base_url: str) -> None:
    async with asyncio.timeout(60), StoryClient.visit(base_url, local_site()) as visitor:
        submission, reading = Submission("A fox. [[fake: id=whole tokens=20 delay=0.01]]"), Reading()
        await visitor.submit(submission, 30)
        await visitor.follow(submission.story_id, reading)
    assert (reading.final, reading.problems) == ("finished", [])
