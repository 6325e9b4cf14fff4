"""Reading in a browser while the fake LLM does what it is told."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import DESKTOP, Visit, visit
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.story_text import story_text
from tests.support.poll import eventually, until

from .environment import Environment
from .ideas import idea
from .screens import ENGLISH, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_trace_id_on_the_page_is_the_one_of_the_llm_call_and_of_the_workers_log(
    english: Screens, environment: Environment, fake: FakeLlmControl
) -> None:
    wish = idea(tokens=20)
    await english.open_home()
    await english.write(wish.content)
    assert await english.wait_for_the_end() == story_text("en", 20)
    trace_id = await english.trace_id()
    (call,) = fake.calls(wish.name)
    assert call.headers["x-trace-id"] == trace_id
    assert trace_id in environment.compose("logs", "--no-color", "story-worker")


async def test_a_failure_is_shown_with_its_reason_and_can_be_retried(english: Screens) -> None:
    await english.open_home()
    await english.write(idea(tokens=30, fail="401", times=1).content)
    page = english.page
    await expect(page.get_by_text("This story could not be finished")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_text("The language model did not accept the key.")).to_be_visible()
    await expect(page.get_by_role("article").locator("code").first).to_have_text(re.compile("^[0-9a-f]{32}$"))
    await page.get_by_role("button", name=english.words.retry).click()
    assert await english.wait_for_the_end() == story_text("en", 30)
    await expect(page.get_by_text("This story could not be finished")).to_be_hidden()


async def test_what_was_written_before_a_failure_stays_readable(english: Screens) -> None:
    await english.open_home()
    await english.write(idea(tokens=60, fail="break:25,404").content)
    await expect(english.page.get_by_text("This story could not be finished")).to_be_visible(timeout=PATIENCE_MS)
    await expect(english.page.get_by_text("The language model’s name is not known.")).to_be_visible()
    assert await english.story_text() == story_text("en", 25)


async def test_stop_keeps_the_text_and_closes_the_call(english: Screens, fake: FakeLlmControl) -> None:
    wish = idea(tokens=3000, delay=0.02)
    await english.open_home()
    await english.write(wish.content)
    await english.watch_until(100)
    await english.stop.click()
    await expect(english.page.get_by_text(english.words.stopped)).to_be_visible(timeout=PATIENCE_MS)
    kept = await english.story_text()
    assert len(kept) >= 100
    assert story_text("en", 3000).startswith(kept)
    until(lambda: [call.outcome for call in fake.calls(wish.name)] == ["client_closed"], "the call is closed")
    await english.page.reload()
    await expect(english.page.get_by_text(english.words.stopped)).to_be_visible(timeout=PATIENCE_MS)
    assert await english.story_text() == kept


async def test_a_killed_worker_costs_a_pause_and_not_a_word(
    english: Screens, environment: Environment, fake: FakeLlmControl
) -> None:
    wish = idea(tokens=400, delay=0.03)
    await english.open_home()
    await english.write(wish.content)
    before = (await english.watch_until(150))[-1]
    environment.kill_and_start("story-worker")
    whole = await english.wait_for_the_end(seconds=120)
    assert whole == story_text("en", 400)
    assert whole.startswith(before)
    assert [call.outcome for call in fake.calls(wish.name)] == ["client_closed", "finished"]


async def test_a_second_tab_reads_along(english: Screens) -> None:
    await english.open_home()
    await english.write(idea(tokens=150, delay=0.03).content)
    so_far = (await english.watch_until(80))[-1]
    tab = Screens(await english.page.context.new_page(), english.words)
    await tab.page.goto(english.page.url)
    assert (await tab.watch_until(80))[-1].startswith(so_far)
    assert await tab.wait_for_the_end() == await english.wait_for_the_end() == story_text("en", 150)


async def test_another_device_reads_along(anybody: Screens, browser: Browser, environment: Environment) -> None:
    await anybody.open_home()
    await anybody.write(idea(tokens=150, delay=0.03).content)
    so_far = (await anybody.watch_until(80))[-1]
    async with visit(browser, environment.url, "en-US", DESKTOP) as visitor:
        await visitor.page.context.add_cookies(await anybody.page.context.cookies())  # type: ignore[arg-type]
        device = Screens(visitor.page, ENGLISH)
        await visitor.page.goto(anybody.page.url)
        assert (await device.watch_until(80))[-1].startswith(so_far)
        assert await device.wait_for_the_end() == await anybody.wait_for_the_end() == story_text("en", 150)


async def test_the_theme_is_switched_and_remembered(anybody: Screens) -> None:
    page, words = anybody.page, anybody.words
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    await anybody.open_home()
    light = await page.evaluate(paper)
    await page.get_by_label(words.theme, exact=True).select_option(label=words.dark)

    async def is_dark() -> bool:
        return bool(await page.evaluate(paper) != light)

    await eventually(is_dark, "the page is dark")
    await page.reload()
    await anybody.is_usable()
    await eventually(is_dark, "the page is dark again")


async def test_japanese_from_the_idea_to_the_last_word(japanese: Screens) -> None:
    await japanese.open_home()
    await expect(japanese.page).to_have_title("Storybot")
    assert await japanese.page.locator("html").get_attribute("lang") == "ja"
    await japanese.write(idea("暗やみがこわいきつねの話", style="ja", tokens=45, delay=0.01).content)
    assert await japanese.wait_for_the_end() == story_text("ja", 45)
    await japanese.delete()


async def test_the_language_can_be_switched_and_is_remembered(english: Screens) -> None:
    await english.open_home()
    await english.page.get_by_label(english.words.language, exact=True).select_option("ja")
    await expect(english.page.get_by_label("お話のアイデア")).to_be_visible()
    await english.page.reload()
    await expect(english.page.get_by_label("お話のアイデア")).to_be_visible(timeout=PATIENCE_MS)


async def test_an_empty_idea_is_a_warning_and_nothing_is_sent(english: Screens) -> None:
    await english.open_home()
    await english.page.get_by_role("button", name=english.words.submit).click()
    await expect(english.page.get_by_text(english.words.empty_idea).first).to_be_visible()
    await expect(english.page).to_have_url("/")
    await english.page.reload()
    await expect(english.page.get_by_text("No stories yet")).to_be_visible(timeout=PATIENCE_MS)


async def test_text_that_looks_like_a_page_is_only_text(desktop: Visit, english: Screens, fake: FakeLlmControl) -> None:
    hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script> [a](javascript:alert(3))'
    wish = idea('<b onclick="alert(1)">fox</b>')
    fake.script(wish.name, text=f"Once upon a time {hostile} the end came.", delay=0.01)
    await english.open_home()
    await english.write(wish.content)
    text = await english.wait_for_the_end()
    assert "<script>document.title=2</script>" in text
    assert (
        await english.page.locator("article img, article script, article a[href^='javascript'], article b").count() == 0
    )
    await english.page.reload()
    assert await english.wait_for_the_end() == text
    assert "fox" in await english.page.title()


async def test_newcomers_find_two_stories_to_read(english: Screens) -> None:
    await english.open_home()
    samples = english.page.get_by_role("listitem").filter(has_text="Sample story")
    await expect(samples).to_have_count(2)
    await samples.first.get_by_role("link").click()
    assert len(await english.wait_for_the_end()) > 500


async def test_the_apis_documentation_works_under_the_same_strict_policy(desktop: Visit) -> None:
    await desktop.page.goto("/api/docs")
    await expect(desktop.page.get_by_text("/api/v1/prompts", exact=True).first).to_be_visible(timeout=PATIENCE_MS)
