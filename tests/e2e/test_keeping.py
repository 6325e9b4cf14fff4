"""What can be done with a story that is there: go on, compare, read, keep."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.story_text import story_text

from .ideas import idea
from .screens import JAPANESE, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_next_part_knows_what_happened_before(anybody: Screens, fake: FakeLlmControl) -> None:
    screens, page, words = anybody, anybody.page, anybody.words
    wish = idea(tokens=15, mark="a")
    await screens.open_home()
    await screens.write(wish.content)
    await screens.wait_for_the_end()
    await screens.button(words.go_on).click()
    await expect(page.get_by_role("heading", name=words.part_two)).to_be_visible(timeout=PATIENCE_MS)
    whole = await screens.wait_for_the_end()
    assert whole == f"{story_text('en', 15, 'a')}\n\n{story_text('en', 15, 'a')}"
    _first, second = fake.calls(wish.name)
    told = "".join(str(message["content"]) for message in second.messages)
    assert f"<story_so_far>\n{story_text('en', 15, 'a')}\n</story_so_far>" in told
    await page.reload()
    await screens.wait_for_the_end()
    await expect(page.get_by_role("heading", name=words.part_two)).to_be_visible()


async def test_versions_are_turned_like_pages_and_read_side_by_side(anybody: Screens) -> None:
    screens, page, words = anybody, anybody.page, anybody.words
    await screens.open_home()
    await screens.write(idea(tokens=10).content)
    await screens.wait_for_the_end()
    await screens.button(words.another).click()
    versions = page.get_by_role("navigation", name=words.versions)
    await expect(versions.get_by_role("link")).to_have_count(3, timeout=PATIENCE_MS)
    await screens.wait_for_the_end()
    await versions.get_by_role("link").first.click()
    await expect(versions.get_by_role("link").first).to_have_attribute("aria-current", "page")
    if words is JAPANESE:
        await swipe(screens, -200)
        await expect(versions.get_by_role("link").nth(1)).to_have_attribute("aria-current", "page")
    await page.get_by_role("link", name=words.compare).click()
    await expect(page.get_by_role("article")).to_have_count(2, timeout=PATIENCE_MS)


async def swipe(screens: Screens, sideways: int) -> None:
    """Move a finger over the story."""
    session = await screens.page.context.new_cdp_session(screens.page)
    box = await screens.page.locator("article div[lang] > p").first.bounding_box()
    assert box is not None
    start, y = box["x"] + box["width"] - 20, box["y"] + 10
    for kind, points in [
        ("touchStart", [{"x": start, "y": y}]),
        ("touchMove", [{"x": start + sideways, "y": y}]),
        ("touchEnd", []),
    ]:
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def test_letters_and_reading_view_are_the_readers_own(english: Screens) -> None:
    page, words = english.page, english.words
    await english.open_home()
    await english.write(idea(tokens=10).content)
    await english.wait_for_the_end()
    text = page.locator("article div[lang] > p").first
    before = await text.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    await english.button(words.text).click()
    await english.button(words.larger).click()
    await page.get_by_text("Sans serif").click()
    await page.keyboard.press("Escape")
    await page.reload()
    await english.wait_for_the_end()
    assert await text.evaluate("p => parseFloat(getComputedStyle(p).fontSize)") > before
    assert "system-ui" in await text.evaluate("p => getComputedStyle(p).fontFamily")
    await english.button(words.just_read).click()
    await expect(page.get_by_role("banner")).to_be_hidden()
    await expect(english.button(words.go_on)).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("banner")).to_be_visible()


async def test_a_story_is_saved_copied_and_printed(english: Screens, tmp_path: Path) -> None:
    page, words = english.page, english.words
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await english.open_home()
    await english.write(idea(tokens=50).content)
    await english.wait_for_the_end()
    for item, ending in ((words.plain_text, ".txt"), (words.markdown, ".md")):
        await english.button(words.keep).click()
        async with page.expect_download() as download:
            await page.get_by_role("menuitem", name=item).click()
        file = tmp_path / f"story{ending}"
        await (await download.value).save_as(file)
        assert (await download.value).suggested_filename.endswith(ending)
        assert story_text("en", 50).split("\n\n")[1] in file.read_text(encoding="utf-8")
    await english.button(words.keep).click()
    await page.get_by_role("menuitem", name=words.copy).click()
    await expect(page.get_by_text("Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == story_text("en", 50)
    await page.emulate_media(media="print")
    await expect(page.get_by_role("banner")).to_be_hidden()
    await expect(english.button(words.go_on)).to_be_hidden()
    await expect(page.locator("article div[lang] > p").first).to_be_visible()


async def test_a_story_is_handed_to_the_systems_share_sheet(anybody: Screens) -> None:
    page, words = anybody.page, anybody.words
    # The system's part; Chromium on Linux has none. What the page hands to it is what is looked at.
    await page.add_init_script("navigator.share = async (what) => { window.shared = what; }")
    await anybody.open_home()
    await anybody.write(idea("A fox", tokens=50).content)
    await anybody.wait_for_the_end()
    await anybody.button(words.keep).click()
    await page.get_by_role("menuitem", name=words.share).click()
    shared = await page.evaluate("window.shared")
    assert shared["title"].startswith("A fox")
    assert shared["text"] == f"{shared['title']}\n\n{story_text('en', 50)}"


async def test_closing_the_share_sheet_is_no_failure(english: Screens) -> None:
    page, words = english.page, english.words
    await page.add_init_script("navigator.share = async () => { throw new DOMException('closed', 'AbortError'); }")
    await english.open_home()
    await english.write(idea("A fox", tokens=20).content)
    await english.wait_for_the_end()
    await english.button(words.keep).click()
    await page.get_by_role("menuitem", name=words.share).click()
    await expect(page.get_by_role("menuitem", name=words.share)).to_be_hidden()
    await expect(english.button(words.keep)).to_be_visible()


@pytest.mark.parametrize(
    ("script", "help_offered"),
    [
        ({"fail": "400", "code": "context_length_exceeded"}, "Change the idea"),
        ({"finish": "content_filter"}, "Change the idea"),
        ({"fail": "404"}, "How to connect another model"),
    ],
)
async def test_a_failure_offers_what_helps(english: Screens, script: dict[str, str], help_offered: str) -> None:
    page = english.page
    await english.open_home()
    await english.write(idea("A fox", **script).content)
    await expect(page.get_by_text(help_offered)).to_be_visible(timeout=PATIENCE_MS)
    if help_offered == "Change the idea":
        await english.button(help_offered).click()
        await expect(english.idea).to_have_value(re.compile("A fox"))
