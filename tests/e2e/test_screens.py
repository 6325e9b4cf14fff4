"""Every screen, in both languages: usable on a phone, and without fault for axe-core."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.support.containers import REPOSITORY
from tests.support.fake_llm.story_text import Style

from .ideas import idea
from .screens import PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (REPOSITORY / "web/node_modules/axe-core/axe.min.js").read_text()
LOOKED_AT = {"include": ["html"], "exclude": ["[data-base-ui-focus-guard]"]}
"""Focus guards stand around what is open for a moment and hand the focus on at once: nobody ever rests on one."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong with what is on the screen now."""
    await page.evaluate(AXE)
    found = await page.evaluate(
        "([context, rules]) => axe.run(context, {runOnly: rules}).then(r => r.violations)", [LOOKED_AT, RULES]
    )
    return [f"{each['id']}: {each['help']}: {json.dumps([n['html'][:200] for n in each['nodes']])}" for each in found]


async def check(page: Page) -> None:
    """Nothing for axe-core to find, and nothing that must be scrolled sideways."""
    assert await faults(page) == []
    width, visible = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= visible


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_screen_in_english_on_a_desktop(english: Screens, theme: str) -> None:
    await english.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await look_at_every_screen(english, "en")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_screen_in_japanese_on_a_phone(japanese: Screens, theme: str) -> None:
    await japanese.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await look_at_every_screen(japanese, "ja")


async def test_the_narrowest_phone_needs_no_scrolling_sideways(english: Screens) -> None:
    await english.page.set_viewport_size({"width": 320, "height": 568})
    await look_at_every_screen(english, "en")


async def look_at_every_screen(screens: Screens, style: Style) -> None:
    page, words = screens.page, screens.words
    await screens.open_home()
    await page.locator("h3").wait_for()  # the samples of an empty library
    await check(page)

    await page.get_by_role("button", name=words.submit).click()
    await expect(page.get_by_text(words.empty_idea).first).to_be_visible()
    await check(page)

    await page.get_by_role("listitem").get_by_role("link").first.click()
    await screens.wait_for_the_end()
    await check(page)

    await screens.open_home()
    await screens.write(idea(style=style, tokens=2000, delay=0.03).content)
    await screens.watch_until(60)
    await check(page)

    await screens.stop.click()
    await expect(page.get_by_text(words.stopped)).to_be_visible(timeout=PATIENCE_MS)
    await check(page)

    await screens.open_home()
    await screens.write(idea(style=style, tokens=90).content)
    await screens.wait_for_the_end()
    await page.get_by_text(words.details, exact=True).click()
    await check(page)

    await screens.button(words.text).click()
    await expect(screens.button(words.larger)).to_be_visible()
    await check(page)
    await page.keyboard.press("Escape")
    await screens.button(words.keep).click()
    await expect(page.get_by_role("menuitem", name=words.copy)).to_be_visible()
    await check(page)
    await page.keyboard.press("Escape")
    await screens.button(words.just_read).click()
    await check(page)
    await page.keyboard.press("Escape")

    await screens.button(words.go_on).click()
    await page.get_by_role("heading", name=words.part_two).wait_for()
    await screens.wait_for_the_end()
    await page.get_by_role("button", name=words.another).click()
    await page.get_by_role("navigation", name=words.versions).wait_for()
    await screens.wait_for_the_end()
    await check(page)
    await page.get_by_role("link", name=words.compare).click()
    await page.get_by_role("article").first.wait_for()
    await check(page)
    await page.go_back()
    await screens.wait_for_the_end()

    await screens.delete()
    await check(page)
    await page.get_by_role("link", name=words.trash).click()
    await page.get_by_role("listitem").first.wait_for()
    await check(page)
    await page.get_by_role("listitem").first.get_by_role("button").last.click()
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await check(page)
    await page.keyboard.press("Escape")

    await screens.make_link()
    await check(page)
    await screens.button(words.leave).click()
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await check(page)
    await page.goto("/join#no-such-code")
    await screens.button(words.show_here).wait_for()
    await check(page)
    await screens.button(words.show_here).click()
    await expect(page.get_by_text(words.bad_link)).to_be_visible(timeout=PATIENCE_MS)
    await check(page)

    await screens.open_home()
    await screens.write(idea(style=style, fail="401").content)
    await expect(page.get_by_role("button", name=words.retry)).to_be_visible(timeout=PATIENCE_MS)
    await check(page)

    await screens.open_home()
    await expect(page.get_by_role("search")).to_be_visible(timeout=PATIENCE_MS)
    await check(page)

    await page.goto("/prompts/0199a8f0-0000-7000-8000-000000000000")
    await page.get_by_role("heading", level=1).wait_for()
    await check(page)

    await page.goto("/no-such-screen")
    await page.get_by_role("heading", level=1).wait_for()
    await check(page)
