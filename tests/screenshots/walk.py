"""The walk through the app that the pictures show."""

import re

import psycopg
from playwright.async_api import expect

from tests.e2e.screens import PATIENCE_MS
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.tcp_proxy import TcpProxy

from .camera import Camera
from .tales import Tale

MANY = """
WITH made AS (
    INSERT INTO prompts (id, owner_id, content, options)
    SELECT gen_random_uuid(), %(owner)s, %(idea)s || ' ' || n, '{"language": "en"}' FROM generate_series(1, 10000) AS n
    RETURNING id, owner_id
)
INSERT INTO stories (id, prompt_id, owner_id, trace_id, status, text, text_length, model, finished_at)
SELECT gen_random_uuid(), id, owner_id, 'screenshots', 'finished', 'The end.', 8, 'fake-storyteller', now() FROM made
"""


class Walk:
    """Visits every screen and state, and takes a picture of each."""

    def __init__(self, camera: Camera, tale: Tale, fake: FakeLlmControl, network: TcpProxy, database_url: str) -> None:
        self._camera = camera
        self._page = camera.page
        self._screens = camera.screens
        self._words = camera.screens.words
        self._tale = tale
        self._fake = fake
        self._network = network
        self._database_url = database_url.replace("+psycopg", "")

    async def everything(self) -> None:
        """The whole walk."""
        await self.newcomer()
        await self.writing()
        await self.reading()
        await self.parts_and_versions()
        await self.failures()
        await self.library()
        await self.odd_ones()
        await self.ten_thousand()

    async def newcomer(self) -> None:
        """An empty library, an empty idea, a sample."""
        await self._screens.open_home()
        await self._page.locator("h3").wait_for()
        await self._camera.take("empty-library", whole=True)
        await self._page.get_by_role("button", name=self._words.submit).click()
        await expect(self._page.get_by_text(self._words.empty_idea).first).to_be_visible()
        await self._camera.take("empty-idea")

    async def writing(self) -> None:
        """The form filled, a story waited for, written and finished."""
        await self._screens.open_home()
        await self._screens.idea.fill(self._tale.idea)
        await self._fill_wishes()
        await self._camera.take("form", whole=True)
        self._fake.script(self._tale.idea, text=self._tale.text, delay=0.12, first=1.5)
        await self._page.get_by_role("button", name=self._words.submit).click()
        await self._page.wait_for_url("**/prompts/*")
        await self._screens.stop.wait_for()
        await self._camera.take("thinking")
        await self._screens.watch_until(150)
        await self._camera.take("being-written")
        self._fake.script(self._tale.idea, text=self._tale.text)
        await self._screens.wait_for_the_end(seconds=120)
        await self._page.evaluate("scrollTo(0, 0)")
        await self._camera.take("finished")
        await self._camera.take("finished-whole", whole=True)

    async def reading(self) -> None:
        """What lies around a story: letters, menu, book view, print."""
        await self._screens.button(self._words.text).click()
        await self._camera.take("text-settings")
        await self._page.keyboard.press("Escape")
        await self._screens.button(self._words.keep).click()
        await self._camera.take("keep-menu")
        await self._page.keyboard.press("Escape")
        await self._screens.button(self._words.just_read).click()
        await self._camera.take("book-view")
        await self._page.keyboard.press("Escape")
        await self._page.emulate_media(media="print")
        await self._camera.take("print", whole=True)
        await self._page.emulate_media(media="screen")

    async def parts_and_versions(self) -> None:
        """A next part, another version, both side by side."""
        await self._screens.button(self._words.go_on).click()
        await self._page.get_by_role("heading", name=self._words.part_two).wait_for()
        await self._screens.wait_for_the_end()
        await self._page.get_by_role("heading", name=self._words.part_two).scroll_into_view_if_needed()
        await self._camera.take("next-part")
        another = self._page.get_by_role("button", name=re.compile("Another|別の版"))
        await another.click()
        await self._page.get_by_role("navigation", name=self._words.versions).wait_for()
        await self._screens.wait_for_the_end()
        await self._page.evaluate("scrollTo(0, 0)")
        await self._camera.take("versions")
        await self._page.get_by_role("link", name=self._words.compare).click()
        await self._page.get_by_role("article").nth(1).wait_for()
        await self._camera.take("side-by-side")

    async def failures(self) -> None:
        """A story that failed, one that was stopped, the server away."""
        for code, name in (("401", "failed-model"), ("400", "failed-idea")):
            idea = self._tale.others[0]
            reason = "context_length_exceeded" if code == "400" else "invalid_api_key"
            self._fake.script(idea, text=self._tale.text, fail=code, code=reason)
            await self._screens.open_home()
            await self._screens.write(idea)
            await expect(self._screens.button(self._words.retry)).to_be_visible(timeout=PATIENCE_MS)
            await self._camera.take(name)
        self._fake.script(self._tale.others[1], text=self._tale.text * 4, delay=0.1)
        await self._screens.open_home()
        await self._screens.write(self._tale.others[1])
        await self._screens.watch_until(60)
        self._network.refuse()
        await expect(self._page.get_by_text(self._words.reconnecting)).to_be_visible(timeout=PATIENCE_MS)
        await self._camera.take("reconnecting")
        self._network.accept()
        await self._screens.stop.click()
        await expect(self._page.get_by_text(self._words.stopped)).to_be_visible(timeout=PATIENCE_MS)
        await self._camera.take("stopped")

    async def library(self) -> None:
        """The library with its filters and search, the trash, devices, the server away."""
        for idea in self._tale.others[2:]:
            self._fake.script(idea, text=self._tale.text)
            await self._screens.open_home()
            await self._screens.write(idea)
            await self._screens.wait_for_the_end()
        await self._screens.open_home()
        stars = self._page.get_by_role("button", name=self._words.favourite)
        await stars.first.click()
        await self._camera.take("library", whole=True)
        await self._page.get_by_role("searchbox").fill("ランタン" if "ゆき" in self._tale.text else "lantern")
        await self._page.locator("mark").first.wait_for()
        await self._camera.take("search", whole=True)
        await self._page.get_by_role("searchbox").fill("")
        await self._page.get_by_role("button", name=re.compile("^Delete “|を削除$")).first.click()
        await expect(self._page.get_by_text(self._words.deleted)).to_be_visible()
        await self._camera.take("deleted")
        await self._page.get_by_role("link", name=self._words.trash).click()
        await self._page.get_by_role("listitem").first.wait_for()
        await self._camera.take("trash")
        await self._page.get_by_role("button", name=re.compile("for good|完全に削除")).first.click()
        await self._page.get_by_role("alertdialog").wait_for()
        await self._camera.take("delete-for-good")
        await self._page.keyboard.press("Escape")
        await self._screens.make_link()
        await self._camera.take("devices", whole=True)
        await self._screens.button(self._words.leave).click()
        await self._page.get_by_role("alertdialog").wait_for()
        await self._camera.take("leave")
        await self._page.goto("/join#no-such-code")
        await self._screens.button(self._words.show_here).wait_for()
        await self._camera.take("join")
        await self._screens.button(self._words.show_here).click()
        await expect(self._page.get_by_text(self._words.bad_link)).to_be_visible(timeout=PATIENCE_MS)
        await self._camera.take("bad-link")
        self._network.refuse()
        await self._page.goto("/")
        await expect(self._page.get_by_text(self._words.away)).to_be_visible(timeout=PATIENCE_MS)
        await self._camera.take("offline")
        self._network.accept()

    async def odd_ones(self) -> None:
        """A long title, a name written from right to left, an address that leads nowhere."""
        await self._screens.open_home()
        await self._open_wishes()
        await self._page.get_by_label(re.compile("^Name$|^名前$")).fill("שירה بنت")
        self._fake.script(self._tale.long_title[:40], text=self._tale.text)
        await self._screens.write(self._tale.long_title)
        await self._screens.wait_for_the_end()
        await self._page.evaluate("scrollTo(0, 0)")
        await self._camera.take("long-title-and-rtl-name")
        await self._page.goto("/no-such-page")
        await self._page.get_by_role("heading", level=1).wait_for()
        await self._camera.take("not-found")

    async def ten_thousand(self) -> None:
        """A library of ten thousand, scrolled far down."""
        with psycopg.connect(self._database_url) as connection:
            (owner,) = connection.execute(
                "SELECT owner_id FROM prompts ORDER BY created_at DESC LIMIT 1"
            ).fetchone() or (None,)
            connection.execute(MANY, {"owner": owner, "idea": self._tale.idea})
        await self._screens.open_home()
        await self._page.get_by_role("listitem").first.wait_for()
        for _ in range(30):
            await self._page.mouse.wheel(0, 4000)
            await self._page.wait_for_timeout(60)
        await self._camera.take("ten-thousand")

    async def _open_wishes(self) -> None:
        fold = self._page.locator("details:has(select)").first
        if not await fold.evaluate("fold => fold.open"):
            await fold.locator("summary").click()

    async def _fill_wishes(self) -> None:
        await self._open_wishes()
        options = self._tale.options
        await self._page.get_by_label(re.compile("^Name$|^名前$")).fill(str(options["protagonist"]))
        await self._page.get_by_label(re.compile("^Age$|^年齢$")).fill(str(options["age"]))
        await self._page.get_by_label(re.compile("^Kind$|^ジャンル$")).select_option(str(options["genre"]))
        await self._page.get_by_label(re.compile("^Tone$|^雰囲気$")).select_option(str(options["tone"]))
