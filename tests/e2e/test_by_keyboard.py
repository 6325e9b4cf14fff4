"""Everything by the keyboard alone, with the focus to be seen."""

from contextlib import suppress

import pytest
from playwright.async_api import Page, expect

from tests.support.fake_llm.story_text import story_text
from tests.support.poll import eventually

from .ideas import idea
from .screens import PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

_FOCUS = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    // A select that lies invisible over its icon, and a link that is a whole card, show it around all of it.
    const around = [one, one.parentElement, one.parentElement?.parentElement, one.closest('li')];
    const shown = around.filter(Boolean).some((element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = one.getBoundingClientRect();
    const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { seen: shown && inSight };
}"""


async def walk(page: Page, steps: int) -> list[str]:
    """Press Tab so often; what got the focus without showing it."""
    faults: list[str] = []
    for _ in range(steps):
        await page.keyboard.press("Tab")
        with suppress(AssertionError):
            await eventually(lambda: page.evaluate(f"({_FOCUS})()?.seen ?? true"), "the focus is to be seen", 3)
            continue
        faults.append(await page.evaluate("document.activeElement.outerHTML.slice(0, 150)"))
    return faults


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_focus_is_always_to_be_seen(anybody: Screens, theme: str) -> None:
    page = anybody.page
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await anybody.open_home()
    await page.locator("h3").wait_for()  # the samples of an empty library
    assert await walk(page, 24) == []
    await anybody.write(idea(tokens=40).content)
    await anybody.wait_for_the_end()
    await anybody.button(anybody.words.keep).wait_for()
    await page.evaluate("document.activeElement.blur()")
    assert await walk(page, 16) == []


async def test_from_the_idea_to_the_copied_story_without_a_mouse(anybody: Screens) -> None:
    page, words = anybody.page, anybody.words
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await anybody.open_home()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # to the content
    assert await page.evaluate("document.activeElement.id") == "content"
    await page.keyboard.press("Tab")
    await expect(anybody.idea).to_be_focused()
    await page.keyboard.type(idea(tokens=30).content)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/prompts/*", timeout=PATIENCE_MS)
    assert await anybody.wait_for_the_end() == story_text("en", 30)
    await anybody.button(words.keep).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name=words.copy)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(anybody.button(words.keep)).to_be_focused()
    assert await page.evaluate("navigator.clipboard.readText()") == story_text("en", 30)
    await anybody.button(words.just_read).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("banner")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(anybody.button(words.just_read)).to_be_focused()
