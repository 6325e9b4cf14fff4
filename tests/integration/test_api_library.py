"""Finding prompts again: favourites, filters, places in stories; on real Postgres."""

from typing import Any

import httpx
import pytest

from tests.integration.conftest import Api
from tests.support.api import ask


async def listed(browser: httpx.AsyncClient, **query: str | bool | list[str]) -> list[str]:
    """What a list with these filters shows."""
    answer = await browser.get("/prompts", params=query)
    assert answer.status_code == 200, answer.text
    return [item["content"] for item in answer.json()["items"]]


async def wish(browser: httpx.AsyncClient, content: str, **options: str) -> dict[str, Any]:
    prompt: dict[str, Any] = (await browser.post("/prompts", json={"content": content, "options": options})).json()
    return prompt


async def test_favourites_are_marked_shown_and_unmarked(browser: httpx.AsyncClient) -> None:
    fox = await wish(browser, "fox")
    await wish(browser, "bear")
    assert fox["favourite"] is False
    for _ in range(2):
        assert (await browser.put(f"/prompts/{fox['id']}/favourite")).status_code == 204
    assert (await browser.get(f"/prompts/{fox['id']}")).json()["favourite"] is True
    assert await listed(browser, favourite=True) == ["fox"]
    assert await listed(browser, favourite=False) == ["bear"]
    assert (await browser.delete(f"/prompts/{fox['id']}/favourite")).status_code == 204
    assert await listed(browser, favourite=True) == []


async def test_the_state_is_that_of_the_newest_story(api: Api, browser: httpx.AsyncClient) -> None:
    fox, bear = await ask(browser, "fox"), await ask(browser, "bear")
    await ask(browser, "owl")
    await api.writer.finish(fox, "The end.")
    await api.writer.fail(bear, "", "llm_timeout")
    assert await listed(browser, status="finished") == ["fox"]
    assert await listed(browser, status=["failed", "queued"]) == ["owl", "bear"]
    prompt_id = (await browser.get(f"/stories/{fox}")).json()["prompt_id"]
    await browser.post(f"/prompts/{prompt_id}/stories")
    assert await listed(browser, status="finished") == []
    assert (await browser.get("/prompts", params={"status": "eaten"})).status_code == 422


@pytest.mark.parametrize(("language", "found"), [("ja", ["kitsune"]), ("EN", ["fox"]), ("en-GB", ["fox"]), ("fr", [])])
async def test_the_language_is_the_one_that_was_asked_for(
    browser: httpx.AsyncClient, language: str, found: list[str]
) -> None:
    await wish(browser, "whatever")
    await wish(browser, "fox", language="en")
    await wish(browser, "kitsune", language="ja-JP")
    assert await listed(browser, language=language) == found


async def test_filters_and_words_work_together_over_pages(api: Api, browser: httpx.AsyncClient) -> None:
    for number in range(4):
        prompt = await wish(browser, f"fox {number}", language="en")
        await api.writer.finish(prompt["stories"][0]["id"], "The end.")
        await wish(browser, f"fox {number} unfinished", language="en")
    query: dict[str, str | int] = {"q": "FOX", "status": "finished", "language": "en", "limit": 3}
    first = (await browser.get("/prompts", params=query)).json()
    rest = (await browser.get("/prompts", params=query | {"cursor": first["next_cursor"]})).json()
    assert [item["content"] for item in first["items"] + rest["items"]] == ["fox 3", "fox 2", "fox 1", "fox 0"]


async def test_a_hit_in_a_story_comes_with_the_words_around_it(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser, "a bear")
    before, after = "Once upon a time there was a bear. " * 9, " and they lived happily. " * 9
    await api.writer.finish(story_id, f"{before}Then came\n\nA FOX{after}")
    await ask(browser, "a fox in the wish only")
    in_wish, in_story = (await browser.get("/prompts", params={"q": "a fox"})).json()["items"]
    assert in_wish["excerpt"] is None
    assert in_story["excerpt"]["story_id"] == str(story_id)
    excerpt = in_story["excerpt"]["text"]
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert "Then came" in excerpt
    assert (await browser.get("/prompts")).json()["items"][1]["excerpt"] is None


async def test_an_excerpt_of_a_short_story_is_all_of_it(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser, "動物の話")
    await api.writer.finish(story_id, "むかし、きつねがいました。")
    (item,) = (await browser.get("/prompts", params={"q": "きつね"})).json()["items"]
    assert item["excerpt"]["text"] == "むかし、きつねがいました。"
