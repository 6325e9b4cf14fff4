"""What becomes of a story when the LLM misbehaves: written in the end, or failed with a reason."""

import httpx
import pytest

from tests.support.event_stream import Reading
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.story_text import story_text

from .ideas import idea
from .test_api import finished, first_story, read, submit

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    "fault", ["429", "500", "503", "break:0", "break:17", "error:17", "garbage:17", "empty", "html"]
)
async def test_a_passing_fault_costs_time_and_not_a_word(
    http: httpx.AsyncClient, fake: FakeLlmControl, fault: str
) -> None:
    wish = idea(tokens=50, fail=fault, times=1)
    story_id = first_story(await submit(http, wish))["id"]
    reading = await read(http, story_id, Reading())
    assert reading.final == "finished"
    assert reading.problems == []
    assert reading.text == story_text("en", 50)
    assert len(fake.calls(wish.name)) == 2


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ({"fail": "401"}, "llm_bad_key"),
        ({"fail": "404"}, "llm_unknown_model"),
        ({"fail": "400"}, "llm_bad_request"),
        ({"fail": "400", "code": "content_policy_violation"}, "llm_refused"),
        ({"fail": "400", "code": "context_length_exceeded"}, "prompt_too_long"),
        ({"finish": "content_filter"}, "llm_refused"),
    ],
)
async def test_what_a_person_must_change_fails_at_once_with_the_reason(
    http: httpx.AsyncClient, fake: FakeLlmControl, script: dict[str, str], code: str
) -> None:
    wish = idea(**script)
    story = await finished(http, first_story(await submit(http, wish))["id"])
    assert story["status"] == "failed"
    assert story["failure"]["code"] == code
    assert story["failure"]["retryable"] is False
    assert story["failure"]["message"]
    assert len(fake.calls(wish.name)) == 1


async def test_the_wait_that_the_llm_asks_for_is_kept(http: httpx.AsyncClient, fake: FakeLlmControl) -> None:
    wish = idea(tokens=5, fail="429", times=1, retry_after=2)
    await finished(http, first_story(await submit(http, wish))["id"])
    first, second = fake.calls(wish.name)
    assert first.ended_ns is not None
    assert second.received_ns - first.ended_ns >= 2_000_000_000
