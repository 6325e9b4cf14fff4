"""The app's screens as a visitor uses them, in both languages."""

import asyncio
import re
import time
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

PATIENCE_MS = 30_000
_THE_END = re.compile("^(The end|おしまい)$")
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Words:
    """What is written on the screen."""

    idea: str
    submit: str
    stop: str
    stopped: str
    retry: str
    delete: str
    deleted: str
    undo: str
    go_on: str
    part_two: str
    another: str
    versions: str
    compare: str
    keep: str
    copy: str
    plain_text: str
    markdown: str
    just_read: str
    text: str
    larger: str
    favourites: str
    favourite: str
    search: str
    trash: str
    restore: str
    all_stories: str
    away: str
    reconnecting: str
    theme: str
    dark: str
    empty_idea: str
    details: str
    language: str
    share: str
    update_ready: str
    update: str
    devices: str
    make_link: str
    link: str
    show_here: str
    joined: str
    bad_link: str
    leave: str
    left: str
    no_stories: str
    no_such_story: str


ENGLISH = Words(
    idea="Your idea",
    submit="Write the story",
    stop="Stop",
    stopped="You stopped this story here.",
    retry="Write it again",
    delete="Delete",
    deleted="Moved to the trash.",
    undo="Undo",
    go_on="Continue the story",
    part_two="Part 2",
    another="Another version",
    versions="Versions",
    compare="Side by side",
    keep="Keep or share",
    copy="Copy the text",
    plain_text="Save as text",
    markdown="Save as Markdown",
    just_read="Just read",
    text="Text",
    larger="Larger",
    favourites="Favourites",
    favourite="Favourite: “",
    search="Search your stories",
    trash="Trash",
    restore="Restore “",
    all_stories="All stories",
    away="The server cannot be reached. You can read what was loaded before.",
    reconnecting="Connection lost. Reconnecting…",
    theme="Theme",
    dark="Dark",
    empty_idea="Tell me first what the story should be about.",
    details="Details",
    language="Language",
    share="Share…",
    update_ready="A new version of Storybot is ready.",
    update="Update",
    devices="Devices",
    make_link="Make a link",
    link="Link to your stories",
    show_here="Show them here",
    joined="Both devices have the same stories now.",
    bad_link="This link does not work any more",
    leave="Leave this device",
    left="You have left. Nothing of your stories is on this device any more.",
    no_stories="No stories yet",
    no_such_story="There is no such story.",
)
JAPANESE = Words(
    idea="お話のアイデア",
    submit="お話を書いてもらう",
    stop="止める",
    stopped="ここで止めました。",
    retry="書き直してもらう",
    delete="削除",
    deleted="ゴミ箱に移しました。",
    undo="元に戻す",
    go_on="続きを書いてもらう",
    part_two="第2章",
    another="別の版を書いてもらう",
    versions="版",
    compare="並べて読む",
    keep="保存・共有",
    copy="本文をコピー",
    plain_text="テキストで保存",
    markdown="Markdown で保存",
    just_read="読書画面",
    text="文字",
    larger="大きく",
    favourites="お気に入り",
    favourite="お気に入り：「",
    search="お話を検索",
    trash="ゴミ箱",
    restore="「",
    all_stories="お話の一覧",
    away="サーバーにつながりません。前に読み込んだお話は読めます。",
    reconnecting="接続が切れました。つなぎ直しています…",
    theme="テーマ",
    dark="ダーク",
    empty_idea="先に、どんなお話にするかを書いてください。",
    details="詳細",
    language="表示言語",
    share="共有…",
    update_ready="Storybot の新しい版があります。",
    update="更新する",
    devices="端末",
    make_link="リンクを作る",
    link="あなたのお話へのリンク",
    show_here="ここに表示する",
    joined="どちらの端末でも同じお話を読めるようになりました。",
    bad_link="このリンクはもう使えません",
    leave="この端末から離れる",
    left="離れました。この端末にあなたのお話は残っていません。",
    no_stories="まだお話がありません",
    no_such_story="このお話は見つかりません。",
)


class Screens:
    """One visitor's page."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page = page
        self.words = words

    async def open_home(self) -> None:
        """Go to the first screen and wait until it can be used."""
        await self.page.goto("/")
        await self.is_usable()
        await expect(self.idea).to_be_visible(timeout=PATIENCE_MS)

    async def is_usable(self) -> None:
        """Wait until the app has taken the place of what is shown before its JavaScript is there."""
        await expect(self.page.locator("#root > [inert]")).to_have_count(0, timeout=PATIENCE_MS)

    @property
    def idea(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words.idea)

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name=self.words.stop, exact=True)

    @property
    def the_end(self) -> Locator:
        """The mark below a finished story, in the story's own language: a model may write these words too."""
        return self.page.get_by_role("article").locator("p[lang]").filter(has_text=_THE_END)

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
        """Move the open story to the trash."""
        await self.page.get_by_role("button", name=self.words.delete, exact=True).click()
        await expect(self.page.get_by_text(self.words.deleted)).to_be_visible(timeout=PATIENCE_MS)

    async def make_link(self) -> str:
        """Go to the page about devices, and make a link to this library."""
        await self.page.goto("/devices")
        await self.button(self.words.make_link).click()
        return await self.page.get_by_role("textbox", name=self.words.link).input_value()

    async def leave(self) -> None:
        """Go to the page about devices, and leave this one."""
        await self.page.goto("/devices")
        await self.button(self.words.leave).click()
        await self.page.get_by_role("alertdialog").get_by_role("button", name=self.words.leave).click()
        await expect(self.page.get_by_text(self.words.left)).to_be_visible(timeout=PATIENCE_MS)

    def button(self, name: str) -> Locator:
        """The button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def trace_id(self) -> str:
        """The trace id in the story's details."""
        await self.page.get_by_text(self.words.details, exact=True).click()
        return await self.page.get_by_role("article").locator("code").inner_text()
