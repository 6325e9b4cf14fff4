"""The form in which a story is wished for."""

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.story_text import story_text

from .environment import Environment
from .ideas import idea
from .screens import JAPANESE, PATIENCE_MS, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def unfold_wishes(screens: Screens) -> None:
    """On a phone the idea comes first, and the wishes are folded."""
    fold = screens.page.locator("details:has(select)").first
    if not await fold.evaluate("fold => fold.open"):
        await fold.locator("summary").click()


def label(screens: Screens, english: str, japanese: str) -> str:
    return japanese if screens.words is JAPANESE else english


async def prompts(page: Page, environment: Environment) -> list[dict[str, object]]:
    """What the visitor's library holds."""
    cookies = {str(cookie["name"]): str(cookie["value"]) for cookie in await page.context.cookies()}
    async with httpx.AsyncClient(base_url=f"{environment.url}/api/v1", cookies=cookies) as api:
        items: list[dict[str, object]] = (await api.get("/prompts")).json()["items"]
        return items


async def test_wishes_reach_the_model_and_are_remembered(
    anybody: Screens, fake: FakeLlmControl, environment: Environment
) -> None:
    page = anybody.page
    name = page.get_by_label(label(anybody, "Name", "名前"), exact=True)
    age = page.get_by_label(label(anybody, "Age", "年齢"), exact=True)
    wish = idea(tokens=20)
    await anybody.open_home()
    await unfold_wishes(anybody)
    await name.fill("Yuki")
    await age.fill("6")
    await page.get_by_label(label(anybody, "Kind", "ジャンル"), exact=True).select_option("bedtime")
    await page.get_by_label(label(anybody, "Tone", "雰囲気"), exact=True).select_option("gentle")
    await page.get_by_label(label(anybody, "Length", "長さ"), exact=True).select_option("short")
    await page.get_by_label(label(anybody, "Story language", "お話の言語"), exact=True).first.select_option("en")
    await anybody.write(wish.content)
    await anybody.wait_for_the_end()
    (call,) = fake.calls(wish.name)
    told = "".join(str(message["content"]) for message in call.messages)
    for part in ("<name>Yuki</name>", "Reader's age: 6", "bedtime story", "gentle", "200 to 300 words", "English"):
        assert part in told
    (prompt,) = await prompts(page, environment)
    assert prompt["options"] == {
        "language": "en",
        "protagonist": "Yuki",
        "age": 6,
        "genre": "bedtime",
        "tone": "gentle",
        "length": "short",
    }
    await anybody.open_home()
    await unfold_wishes(anybody)
    await expect(anybody.idea).to_have_value("")
    await expect(name).to_have_value("Yuki")
    await expect(age).to_have_value("6")


async def test_a_draft_survives_a_reload(anybody: Screens) -> None:
    await anybody.open_home()
    await anybody.idea.fill("A whale who collects umbrellas")
    await anybody.page.reload()
    await anybody.is_usable()
    await expect(anybody.idea).to_have_value("A whale who collects umbrellas")


async def test_sending_twice_by_the_keyboard_makes_one_story(
    anybody: Screens, fake: FakeLlmControl, environment: Environment
) -> None:
    wish = idea(tokens=20)
    await anybody.open_home()
    await anybody.idea.fill(wish.content)
    await anybody.page.evaluate(
        """() => {
            for (let time = 0; time < 3; time += 1) {
                document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {
                    key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true,
                }));
            }
        }"""
    )
    await anybody.page.wait_for_url("**/prompts/*", timeout=PATIENCE_MS)
    assert await anybody.wait_for_the_end() == story_text("en", 20)
    assert len(await prompts(anybody.page, environment)) == 1
    assert len(fake.calls(wish.name)) == 1


async def test_an_idea_over_the_limit_is_counted_and_not_sent(anybody: Screens) -> None:
    page = anybody.page
    await anybody.open_home()
    await anybody.idea.fill("狐" * 4001)
    await expect(page.get_by_text("4,001")).to_be_visible()
    await page.get_by_role("button", name=anybody.words.submit).click()
    await expect(anybody.idea).to_have_attribute("aria-invalid", "true")
    await expect(page).to_have_url("/")


async def test_an_idea_to_start_from(anybody: Screens) -> None:
    ideas = anybody.page.get_by_role("region", name=label(anybody, "Or start from", "こんなお話は"))
    await anybody.open_home()
    words = await ideas.get_by_role("listitem").first.inner_text()
    await ideas.get_by_role("listitem").first.get_by_role("button").click()
    await expect(anybody.idea).to_have_value(words)
    await expect(anybody.idea).to_be_focused()
