"""Finding stories again, and getting rid of them: in the browser, on the whole stack."""

import re

import pytest
from playwright.async_api import expect

from .ideas import idea
from .screens import PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def written(screens: Screens, about: str, **script: object) -> None:
    """A finished story about something."""
    await screens.open_home()
    await screens.write(idea(about, tokens=12, **script).content)
    await screens.wait_for_the_end()


async def test_a_deleted_story_is_undone_or_found_in_the_trash(anybody: Screens) -> None:
    screens, page, words = anybody, anybody.page, anybody.words
    await written(screens, "A fox")
    card = page.get_by_role("link", name=re.compile("A fox"))
    await screens.delete()
    await expect(page).to_have_url("/")
    await screens.button(words.undo).click()
    await expect(card).to_be_visible(timeout=PATIENCE_MS)

    await card.click()
    await screens.delete()
    await page.get_by_role("link", name=words.trash).click()
    await expect(page.get_by_role("heading", name=re.compile("A fox"))).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("button", name=words.restore).first.click()
    await expect(page.get_by_role("heading", name=re.compile("A fox"))).to_be_hidden(timeout=PATIENCE_MS)
    await page.get_by_role("link", name=words.all_stories).click()
    await card.click()
    await screens.wait_for_the_end()


async def test_the_trash_is_emptied_for_good(english: Screens) -> None:
    page = english.page
    await written(english, "A fox")
    address = page.url
    await english.delete()
    await page.get_by_role("link", name=english.words.trash).click()
    await english.button("Empty the trash").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete for good").click()
    await expect(page.get_by_text("The trash is empty.")).to_be_visible(timeout=PATIENCE_MS)
    await page.goto(address)
    await expect(page.get_by_text("There is no such story.")).to_be_visible(timeout=PATIENCE_MS)


async def test_favourites_are_kept_apart(anybody: Screens) -> None:
    screens, page, words = anybody, anybody.page, anybody.words
    await written(screens, "A fox")
    await written(screens, "A bear")
    await screens.open_home()
    await page.get_by_role("button", name=re.compile(f"{words.favourite}A fox")).click()
    await screens.button(words.favourites).click()
    await expect(page.get_by_role("link", name=re.compile("A bear"))).to_be_hidden(timeout=PATIENCE_MS)
    await page.reload()
    await expect(page.get_by_role("link", name=re.compile("A fox"))).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("link", name=re.compile("A bear"))).to_be_hidden()


async def test_a_search_shows_where_the_words_stand_and_filters_narrow_it_down(english: Screens) -> None:
    page = english.page
    await written(english, "A fox")
    await english.open_home()
    await english.write(idea("A bear", fail="401").content)
    await expect(english.button(english.words.retry)).to_be_visible(timeout=PATIENCE_MS)
    await english.open_home()
    await page.get_by_role("searchbox").fill("WORD7")
    await expect(page.locator("mark", has_text="word7").first).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("searchbox").fill("")
    await expect(page.get_by_role("link", name=re.compile("A bear"))).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_label("State", exact=True).select_option("failed")
    await expect(page.get_by_role("link", name=re.compile("A fox"))).to_be_hidden(timeout=PATIENCE_MS)
    await expect(page.get_by_role("link", name=re.compile("A bear"))).to_be_visible()


async def test_who_leaves_a_story_is_told_when_it_is_ready(english: Screens) -> None:
    page = english.page
    await english.open_home()
    await english.write(idea("A fox", tokens=120, delay=0.03).content)
    await english.watch_until(40)
    await page.get_by_role("link", name=english.words.all_stories).click()
    await expect(page.get_by_text(re.compile("A fox.*is ready"))).to_be_visible(timeout=PATIENCE_MS)
    await english.button("Read").click()
    await english.wait_for_the_end()
