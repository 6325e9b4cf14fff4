"""Stories that continue others, on real Postgres."""

from typing import Any

import httpx
from sqlalchemy import select

from storybot_common.database.tables import outbox
from tests.integration.conftest import Api
from tests.support.api import ask


async def test_a_finished_story_gets_a_next_part(api: Api, browser: httpx.AsyncClient) -> None:
    first = await ask(browser)
    await api.writer.finish(first, "Once upon a time.")
    answer = await browser.post(f"/stories/{first}/continue", headers={"X-Trace-Id": "the-second-part"})
    assert answer.status_code == 201
    second: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/stories/{second['id']}"
    assert (second["status"], second["part"], second["previous_id"]) == ("queued", 2, str(first))
    prompt = (await browser.get(f"/prompts/{second['prompt_id']}")).json()
    assert [(story["part"], story["previous_id"]) for story in prompt["stories"]] == [(1, None), (2, str(first))]
    async with api.engine.connect() as connection:
        tickets = (await connection.execute(select(outbox.c.trace_id).where(outbox.c.story_id == second["id"]))).all()
    # the relay of this API may have published it already
    assert tickets in ([], [("the-second-part",)])


async def test_only_a_finished_story_can_be_continued(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    assert (await browser.post(f"/stories/{story_id}/continue")).status_code == 409
    await api.writer.claim(story_id)
    refused = await browser.post(f"/stories/{story_id}/continue")
    assert refused.json()["detail"] == "The story is writing; only a finished one can be continued."
    await browser.post(f"/stories/{story_id}/cancel")
    assert (await browser.post(f"/stories/{story_id}/continue")).status_code == 409


async def test_a_story_can_be_continued_in_more_than_one_way(api: Api, browser: httpx.AsyncClient) -> None:
    first = await ask(browser)
    await api.writer.finish(first, "Once upon a time.")
    ways = [(await browser.post(f"/stories/{first}/continue")).json() for _ in range(2)]
    assert [way["part"] for way in ways] == [2, 2]
    await api.writer.finish(ways[1]["id"], "And then.")
    third = (await browser.post(f"/stories/{ways[1]['id']}/continue")).json()
    assert (third["part"], third["previous_id"]) == (3, ways[1]["id"])
