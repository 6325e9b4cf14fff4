"""The app's screens as a visitor uses them, in both languages."""

import asyncio
import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

PATIENCE_MS = 30_000
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Words:
    """What is written on the screen."""

    idea: str
    submit: str
    stop: str
    stopped: str
    retry: str
    the_end: str
    delete: str
    confirm: str
    deleted: str
    empty_idea: str
    details: str
    language: str


ENGLISH = Words(
    idea="Your idea",
    submit="Write the story",
    stop="Stop",
    stopped="You stopped this story here.",
    retry="Write it again",
    the_end="The end",
    delete="Delete",
    confirm="Delete",
    deleted="Deleted.",
    empty_idea="Tell me first what the story should be about.",
    details="Details",
    language="Language",
)
JAPANESE = Words(
    idea="お話のアイデア",
    submit="お話を書いてもらう",
    stop="止める",
    stopped="ここで止めました。",
    retry="書き直してもらう",
    the_end="おしまい",
    delete="削除",
    confirm="削除する",
    deleted="削除しました。",
    empty_idea="先に、どんなお話にするかを書いてください。",
    details="詳細",
    language="表示言語",
)


class Screens:
    """One visitor's page."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page = page
        self.words = words

    async def open_home(self) -> None:
        """Go to the first screen and wait until it can be used."""
        await self.page.goto("/")
        await expect(self.idea).to_be_visible(timeout=PATIENCE_MS)

    @property
    def idea(self) -> Locator:
        return self.page.get_by_label(self.words.idea)

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name=self.words.stop, exact=True)

    @property
    def the_end(self) -> Locator:
        return self.page.get_by_role("article").get_by_text(self.words.the_end, exact=True)

    async def write(self, idea: str) -> str:
        """Type the idea, send it, and arrive at the story; returns the prompt's id."""
        await self.idea.fill(idea)
        await self.page.get_by_role("button", name=self.words.submit).click()
        await self.page.wait_for_url("**/prompts/*", timeout=PATIENCE_MS)
        return self.page.url.rstrip("/").rpartition("/")[2]

    async def story_text(self) -> str:
        """The story as far as it stands on the screen, paragraphs parted by an empty line."""
        return "\n\n".join(await self.page.locator("article div[lang]:not(.visually-hidden) > p").all_inner_texts())

    async def watch_until(self, length: int, seconds: float = 60.0) -> list[str]:
        """The different texts seen on the screen until it has `length` characters."""
        seen: list[str] = []
        deadline = time.monotonic() + seconds
        while True:
            text = await self.story_text()
            if text and (not seen or seen[-1] != text):
                seen.append(text)
            if len(text) >= length:
                return seen
            assert time.monotonic() < deadline, f"only {len(text)} of {length} characters after {seconds:g} s"
            await asyncio.sleep(_LOOK_SECONDS)

    async def wait_for_the_end(self, seconds: float = 60.0) -> str:
        """The whole story, once it is finished."""
        await expect(self.the_end).to_be_visible(timeout=seconds * 1000)
        return await self.story_text()

    async def delete(self) -> None:
        """Delete the open story, with the confirmation."""
        await self.page.get_by_role("button", name=self.words.delete, exact=True).click()
        dialog = self.page.get_by_role("alertdialog")
        await dialog.get_by_role("button", name=self.words.confirm, exact=True).click()
        await expect(self.page.get_by_text(self.words.deleted)).to_be_visible(timeout=PATIENCE_MS)

    async def trace_id(self) -> str:
        """The trace id in the story's details."""
        await self.page.get_by_text(self.words.details, exact=True).click()
        return await self.page.get_by_role("article").locator("code").inner_text()
