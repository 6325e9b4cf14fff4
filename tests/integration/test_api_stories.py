"""Reading, cancelling and retrying stories, on real Postgres."""

import httpx
from sqlalchemy import select

from storybot_common.database.tables import outbox, stories, story_chunks
from tests.integration.conftest import Api
from tests.support.api import ask, visitor


async def test_a_story_shows_the_text_so_far(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "むかし、")
    await api.writer.write(story_id, 4, "🦊が")
    shown = (await browser.get(f"/stories/{story_id}")).json()
    assert shown["status"] == "writing"
    assert shown["text"] == "むかし、🦊が"
    assert shown["text_length"] == 6
    assert shown["model"] == "a-small-model"
    assert shown["queue_position"] is None
    assert shown["timings"]["started_at"] is not None
    assert shown["timings"]["finished_at"] is None


async def test_a_finished_story_shows_what_it_took(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.finish(story_id, "The end.")
    shown = (await browser.get(f"/stories/{story_id}")).json()
    assert (shown["status"], shown["text"]) == ("finished", "The end.")
    assert shown["usage"] == {"prompt_tokens": 10, "completion_tokens": 20}
    assert shown["failure"] is None


async def test_a_failed_story_says_why_and_keeps_its_text(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.fail(story_id, "Once upon", "llm_bad_key")
    shown = (await browser.get(f"/stories/{story_id}")).json()
    assert shown["text"] == "Once upon"
    assert shown["failure"]["code"] == "llm_bad_key"
    assert shown["failure"]["retryable"] is False
    assert "LLM_API_KEY" in shown["failure"]["message"]


async def test_the_place_in_the_queue_is_fair_between_owners(api: Api, browser: httpx.AsyncClient) -> None:
    crowd = [await ask(browser) for _ in range(3)]
    async with visitor(api.address) as somebody:
        single = await ask(somebody)

        async def places() -> list[int | None]:
            mine = [(await browser.get(f"/stories/{one}")).json()["queue_position"] for one in crowd]
            return [*mine, (await somebody.get(f"/stories/{single}")).json()["queue_position"]]

        assert await places() == [1, 3, 4, 2]
        await api.writer.claim(crowd[0])
        assert await places() == [None, 2, 3, 1]


async def test_a_cancelled_story_keeps_what_was_written(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 0, "Once ")
    await api.writer.write(story_id, 5, "upon")
    answer = await browser.post(f"/stories/{story_id}/cancel")
    assert answer.status_code == 202
    assert (answer.json()["status"], answer.json()["text"]) == ("cancelled", "Once upon")
    async with api.engine.connect() as connection:
        assert (await connection.execute(select(story_chunks))).all() == []
        assert (await connection.execute(select(stories.c.worker))).scalar_one() is None


async def test_a_queued_story_can_be_cancelled(browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    assert (await browser.post(f"/stories/{story_id}/cancel")).json()["status"] == "cancelled"


async def test_what_is_final_cannot_be_cancelled(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.finish(story_id, "The end.")
    answer = await browser.post(f"/stories/{story_id}/cancel")
    assert answer.status_code == 409
    assert "finished" in answer.json()["detail"]


async def test_a_retried_story_goes_on_from_its_text(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await api.writer.claim(story_id)
    await api.writer.fail(story_id, "Once upon", "llm_timeout")
    answer = await browser.post(f"/stories/{story_id}/retry", headers={"X-Trace-Id": "second-trace"})
    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["status"], shown["text"], shown["failure"]) == ("queued", "Once upon", None)
    assert (shown["attempt"], shown["deliveries"], shown["trace_id"]) == (1, 0, "second-trace")
    await api.writer.claim(story_id)
    await api.writer.write(story_id, 9, " a time")
    assert (await browser.get(f"/stories/{story_id}")).json()["text"] == "Once upon a time"


async def test_a_retry_issues_a_ticket(api: Api, browser: httpx.AsyncClient) -> None:
    story_id = await ask(browser)
    await browser.post(f"/stories/{story_id}/cancel")
    published = api.parts.metrics.registry.get_sample_value("storybot_relay_published_total") or 0
    await browser.post(f"/stories/{story_id}/retry")
    async with api.engine.connect() as connection:
        unsent = len((await connection.execute(select(outbox.c.id))).all())
    sent = (api.parts.metrics.registry.get_sample_value("storybot_relay_published_total") or 0) - published
    assert unsent + sent >= 1


async def test_what_is_not_over_cannot_be_retried(api: Api, browser: httpx.AsyncClient) -> None:
    queued, finished = await ask(browser), await ask(browser)
    await api.writer.finish(finished, "The end.")
    for story_id in (queued, finished):
        assert (await browser.post(f"/stories/{story_id}/retry")).status_code == 409
