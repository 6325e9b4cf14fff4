"""The release before is replaced by this one under load: no request fails, and every story is written to its end."""

import asyncio
import json

import httpx

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import eventually
from tests.support.stack import REPOSITORY, Stack
from tests.upgrade.conftest import BASE_URL, REPLICAS
from tests.upgrade.visitors import Visits, visiting

API = f"{BASE_URL}/api/v1"
_HOLD_S = 5
_PATIENCE_S = 300


async def test_no_request_fails(before: Stack, present: Stack, fake: FakeLlmControl) -> None:
    visits = Visits()
    in_flight: dict[str, int] = {}
    old_revision = await revision(present)
    async with asyncio.timeout(_PATIENCE_S), visiting(BASE_URL, visits):
        await asyncio.sleep(_HOLD_S)
        in_flight["at the migration"] = await being_written(present)
        await present.compose("run", "--rm", "--no-deps", "migrate")
        await asyncio.sleep(_HOLD_S)  # the old code on the new schema
        for service in ("prompt-api", "story-worker"):
            in_flight[f"at the change of {service}"] = await being_written(present)
            await replace(present, service)
        await asyncio.sleep(_HOLD_S)
    note(visits, in_flight)

    assert await revision(present) > old_revision, "or this tests less than it says"
    assert (visits.failures, visits.refused) == ({}, [])
    assert all(in_flight.values())
    assert [story.reading.final for story in visits.stories] == ["finished"] * len(visits.stories)
    assert [story.reading.problems for story in visits.stories if story.reading.problems] == []
    assert all(story.reading.text == story.expected for story in visits.stories)
    assert await links_work()


async def replace(stack: Stack, service: str) -> None:
    """Containers of this release beside the old ones, and when they are healthy the old ones go, one by one."""
    old = await stack.containers(service)
    scale = ("--scale", f"{service}={2 * REPLICAS}")
    await stack.compose("up", "--detach", "--no-deps", "--no-recreate", "--wait", *scale, service)
    for container in old:
        await stack.stop(container)
        await stack.remove(container)


async def being_written(stack: Stack) -> int:
    (row,) = await stack.query("SELECT count(*) AS live FROM stories WHERE status IN ('queued', 'writing')")
    return int(row["live"])


async def revision(stack: Stack) -> str:
    (row,) = await stack.query("SELECT version_num AS revision FROM alembic_version")
    return str(row["revision"])


async def links_work() -> bool:
    """Something that the release before could not do: a library is opened on a second device."""
    async with (
        httpx.AsyncClient(base_url=API, timeout=30) as http,
        httpx.AsyncClient(base_url=API, timeout=30) as tablet,
    ):
        prompt = (await http.post("/prompts", json={"content": "A new fox. [[fake: tokens=5]]"})).json()
        code = (await http.post("/library/links")).json()["code"]
        (await tablet.post("/library/join", json={"code": code})).raise_for_status()

        async def is_there() -> bool:
            return (await tablet.get(f"/prompts/{prompt['id']}")).is_success

        return await eventually(is_there, "the prompt is on the other device")


def note(visits: Visits, in_flight: dict[str, int]) -> None:
    """Keep the figures."""
    results = REPOSITORY / "test-results"
    results.mkdir(exist_ok=True)
    figures = {
        "requests": visits.requests,
        "failures": visits.failures,
        "refused": visits.refused,
        "stories": len(visits.stories),
        "connections of event streams": sum(story.reading.connections for story in visits.stories),
        "stories in flight": in_flight,
    }
    (results / "upgrade.json").write_text(json.dumps(figures, indent=2) + "\n")
