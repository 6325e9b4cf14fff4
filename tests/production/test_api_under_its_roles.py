"""Everything that visitors and operators can do works with the rights that the services have."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import eventually
from tests.support.site import local_site
from tests.support.stack import Stack


@pytest.fixture
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{base_url}/api/v1", transport=local_site(), timeout=30) as client:
        yield client


async def ask(http: httpx.AsyncClient, method: str, path: str, **body: object) -> Any:  # noqa: ANN401 — JSON
    answer = await http.request(method, path, json=body or None)
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


async def ends(http: httpx.AsyncClient, story_id: str, status: str) -> None:
    async def ended() -> bool:
        return bool((await ask(http, "GET", f"/stories/{story_id}"))["status"] == status)

    await eventually(ended, f"the story is {status}", 30)


async def test_the_life_of_a_story(http: httpx.AsyncClient, fake: FakeLlmControl) -> None:
    prompt = await ask(http, "POST", "/prompts", content="A fox. [[fake: id=life tokens=10]]")
    (first,) = prompt["stories"]
    await ends(http, first["id"], "finished")
    follow_up = await ask(http, "POST", f"/stories/{first['id']}/continue")
    await ends(http, follow_up["id"], "finished")

    fake.script("slow", tokens=2000, delay=0.05)
    slow = await ask(http, "POST", "/prompts", content="A slow fox. [[fake: id=slow tokens=2000 delay=0.05]]")
    story = slow["stories"][0]["id"]
    await ends(http, story, "writing")
    await ask(http, "POST", f"/stories/{story}/cancel")
    await ends(http, story, "cancelled")
    await ask(http, "POST", f"/stories/{story}/retry")
    await ends(http, story, "writing")

    variant = await ask(http, "POST", f"/prompts/{prompt['id']}/stories")
    await ends(http, variant["id"], "finished")
    await ask(http, "PUT", f"/prompts/{prompt['id']}/favourite")
    await ask(http, "DELETE", f"/prompts/{slow['id']}")
    await ask(http, "POST", f"/trash/{slow['id']}/restore")
    await ask(http, "DELETE", f"/prompts/{slow['id']}")
    await ask(http, "DELETE", f"/prompts/{prompt['id']}")
    await ask(http, "DELETE", f"/trash/{prompt['id']}")
    assert len((await ask(http, "GET", "/trash"))["items"]) == 1
    await ask(http, "DELETE", "/trash")
    assert (await ask(http, "GET", "/trash"))["items"] == []
    assert (await ask(http, "GET", "/prompts"))["items"] == []


async def test_one_library_on_two_devices_until_one_is_left(http: httpx.AsyncClient, base_url: str) -> None:
    await ask(http, "POST", "/prompts", content="A fox. [[fake: tokens=5]]")
    async with httpx.AsyncClient(base_url=f"{base_url}/api/v1", transport=local_site(), timeout=30) as tablet:
        brought = await ask(tablet, "POST", "/prompts", content="An owl. [[fake: tokens=5]]")
        await ask(tablet, "POST", "/library/links")
        code = (await ask(http, "POST", "/library/links"))["code"]
        await ask(tablet, "POST", "/library/join", code=code)
        assert brought["id"] in {item["id"] for item in (await ask(http, "GET", "/prompts"))["items"]}
        await ask(tablet, "DELETE", "/device")
        assert (await ask(tablet, "GET", "/prompts"))["items"] == []
    assert len((await ask(http, "GET", "/prompts"))["items"]) == 2


async def test_a_story_that_waits_for_the_llm_goes_through_outbox_and_delay(
    http: httpx.AsyncClient, fake: FakeLlmControl
) -> None:
    await asyncio.to_thread(fake.go_down, 600.0)
    prompt = await ask(http, "POST", "/prompts", content="A patient fox. [[fake: id=patient tokens=5]]")
    story = prompt["stories"][0]["id"]
    await ends(http, story, "queued")  # it was, and is again after the retries in place
    await asyncio.to_thread(fake.go_down, 0.0)
    await ends(http, story, "finished")


async def test_operators_change_settings_and_look_at_dead_letters(stack: Stack) -> None:
    command = ("exec", "--no-TTY", "prompt-api", "python", "-m", "storybot_common.story_settings")
    assert "temperature" in await stack.compose(*command, "temperature=0.7")
    dead = ("exec", "--no-TTY", "story-worker", "python", "-m", "story_worker.dead_letters")
    assert await stack.compose(*dead, "list") == "No dead letters.\n"
    assert await stack.compose(*dead, "requeue") == "0 put back on story.jobs.\n"
