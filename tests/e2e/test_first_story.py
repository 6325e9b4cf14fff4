"""The story that everything is for: somebody types an idea and reads a story written by the built-in model."""

from itertools import pairwise

import httpx
import pytest

from .environment import Environment
from .screens import Screens

pytestmark = [pytest.mark.builtin_llm, pytest.mark.asyncio(loop_scope="session")]

HALF_WAY = 120  # characters: well before the end of even a short story


async def test_a_story_is_typed_watched_reloaded_finished_and_deleted(
    english: Screens, environment: Environment
) -> None:
    await english.open_home()
    prompt_id = await english.write("A fox who is afraid of the dark finds a lantern, and a friend")

    seen = await english.watch_until(HALF_WAY)
    assert len(seen) >= 3, "the text comes in at least three updates"
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    await english.stop.wait_for()  # it is still being written

    await english.page.reload()
    whole = await english.wait_for_the_end(seconds=180)
    assert whole.startswith(seen[-1]), "the same text goes on after the reload"
    assert len(whole) > len(seen[-1])

    cookies = {cookie["name"]: cookie["value"] for cookie in await english.page.context.cookies()}
    async with httpx.AsyncClient(base_url=environment.url, cookies=cookies) as api:
        (story,) = (await api.get(f"/api/v1/prompts/{prompt_id}")).json()["stories"]
        assert story["status"] == "finished"
        assert story["model"] == "SmolLM2-135M-Instruct"
        assert story["model_builtin"] is True
        assert "".join(story["text"].split()) == "".join(whole.split())
    await english.page.get_by_text("SmolLM2-135M-Instruct, the built-in model").wait_for()

    await english.delete()
    await english.page.get_by_text("No stories yet").wait_for()


async def test_a_japanese_reader_is_told_that_the_built_in_model_writes_english(japanese: Screens) -> None:
    await japanese.open_home()
    await japanese.page.get_by_text("内蔵モデルは英語のお話しか書けません。").wait_for()
    await japanese.page.get_by_text("別のモデルをつなぐには").click()
    await japanese.page.get_by_text("LLM_BASE_URL").wait_for()
