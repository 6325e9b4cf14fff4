"""The trash: out of sight, back again, and purged in the end; on real Postgres."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import ColumnElement, func, select, update

from prompt_api.trash.purge import Purge
from storybot_common.database.tables import prompts, stories, story_chunks
from tests.integration.conftest import Api
from tests.support.api import ask, visitor


async def prompt_of(browser: httpx.AsyncClient, story_id: object) -> str:
    prompt_id: str = (await browser.get(f"/stories/{story_id}")).json()["prompt_id"]
    return prompt_id


async def trash(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await browser.get("/trash")).json()["items"]
    return items


async def count(api: Api, column: ColumnElement[Any]) -> int:
    async with api.engine.connect() as connection:
        return (await connection.execute(select(func.count(column)))).scalar_one()


async def test_what_is_deleted_lies_in_the_trash_for_thirty_days(browser: httpx.AsyncClient) -> None:
    prompt_id = await prompt_of(browser, await ask(browser, "a fox"))
    assert (await browser.delete(f"/prompts/{prompt_id}")).status_code == 204
    (item,) = await trash(browser)
    assert (item["id"], item["content"]) == (prompt_id, "a fox")
    kept = datetime.fromisoformat(item["purged_at"]) - datetime.fromisoformat(item["trashed_at"])
    assert kept == timedelta(days=30)


async def test_a_story_that_is_being_written_stops_and_keeps_its_text(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "Once upon")
    await api.writer.write(story_id, 9, " a time")
    prompt_id = await prompt_of(browser, story_id)
    queued = (await browser.post(f"/prompts/{prompt_id}/stories")).json()["id"]
    await browser.delete(f"/prompts/{prompt_id}")
    assert await count(api, story_chunks.c.text) == 0

    assert (await browser.post(f"/trash/{prompt_id}/restore")).status_code == 204
    assert await trash(browser) == []
    restored = (await browser.get(f"/prompts/{prompt_id}")).json()
    assert [(story["id"], story["status"], story["text"]) for story in restored["stories"]] == [
        (str(story_id), "cancelled", "Once upon a time"),
        (queued, "cancelled", ""),
    ]
    assert (await browser.post(f"/stories/{story_id}/retry")).status_code == 202


async def test_nothing_can_be_done_with_what_is_in_the_trash(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.fail(story_id, "", "llm_timeout")
    prompt = f"/prompts/{await prompt_of(browser, story_id)}"
    await browser.delete(prompt)
    for method, path in [
        ("GET", prompt),
        ("DELETE", prompt),
        ("PUT", f"{prompt}/favourite"),
        ("POST", f"{prompt}/stories"),
        ("GET", f"/stories/{story_id}"),
        ("GET", f"/stories/{story_id}/events"),
        ("POST", f"/stories/{story_id}/retry"),
        ("POST", f"/stories/{story_id}/cancel"),
        ("POST", f"/stories/{story_id}/continue"),
    ]:
        assert (await browser.request(method, path)).status_code == 404, path
    assert (await browser.get("/prompts", params={"q": "fox"})).json()["items"] == []


async def test_the_key_of_a_deleted_wish_is_free_again(browser: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish-1"}
    first = (await browser.post("/prompts", json={"content": "a fox"}, headers=headers)).json()
    await browser.delete(f"/prompts/{first['id']}")
    second = await browser.post("/prompts", json={"content": "a fox"}, headers=headers)
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


async def test_it_can_be_deleted_for_good_one_by_one_and_all_at_once(api: Api, browser: httpx.AsyncClient) -> None:
    ids = [await prompt_of(browser, await ask(browser, f"fox {n}")) for n in range(4)]
    for prompt_id in ids[:3]:
        await browser.delete(f"/prompts/{prompt_id}")
    assert (await browser.delete(f"/trash/{ids[0]}")).status_code == 204
    assert (await browser.delete(f"/trash/{ids[0]}")).status_code == 404
    assert (await browser.delete(f"/trash/{ids[3]}")).status_code == 404, "it is not in the trash"
    assert [item["id"] for item in await trash(browser)] == [ids[2], ids[1]]
    assert (await browser.delete("/trash")).status_code == 204
    assert await trash(browser) == []
    assert await count(api, stories.c.id) == 1


async def test_it_is_paged(browser: httpx.AsyncClient) -> None:
    for n in range(3):
        await browser.delete(f"/prompts/{await prompt_of(browser, await ask(browser, f'fox {n}'))}")
    first = (await browser.get("/trash", params={"limit": 2})).json()
    rest = (await browser.get("/trash", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["content"] for item in first["items"] + rest["items"]] == ["fox 2", "fox 1", "fox 0"]
    assert rest["next_cursor"] is None
    assert (await browser.get("/trash", params={"cursor": "?"})).status_code == 422


async def test_somebody_elses_trash_is_out_of_reach(api: Api, browser: httpx.AsyncClient) -> None:
    prompt_id = await prompt_of(browser, await ask(browser))
    await browser.delete(f"/prompts/{prompt_id}")
    async with visitor(api.address) as somebody:
        assert await trash(somebody) == []
        for method, path in [("POST", f"/trash/{prompt_id}/restore"), ("DELETE", f"/trash/{prompt_id}")]:
            answer = await somebody.request(method, path)
            unknown = await somebody.request(method, path.replace(prompt_id, str(uuid4())))
            assert (answer.status_code, answer.json()["detail"]) == (404, unknown.json()["detail"])
        assert (await somebody.delete("/trash")).status_code == 204
    assert len(await trash(browser)) == 1


async def test_the_purge_takes_what_is_old_with_its_stories_and_nothing_else(
    api: Api, browser: httpx.AsyncClient
) -> None:
    ids = [await prompt_of(browser, await ask(browser, f"fox {n}")) for n in range(3)]
    for prompt_id in ids[:2]:
        await browser.delete(f"/prompts/{prompt_id}")
    async with api.engine.begin() as connection:
        old = prompts.c.trashed_at - timedelta(days=31)
        await connection.execute(update(prompts).where(prompts.c.id == ids[0]).values(trashed_at=old))
    await Purge(api.parts.database, api.parts.metrics, keep=timedelta(days=30), every=3600).look()
    assert [item["id"] for item in await trash(browser)] == [ids[1]]
    assert (await browser.get(f"/prompts/{ids[2]}")).status_code == 200
    assert await count(api, stories.c.id) == 2
    assert api.parts.metrics.registry.get_sample_value("storybot_prompts_purged_total") == 1
