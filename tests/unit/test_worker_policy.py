import asyncio

import pytest

from story_worker import policy
from story_worker.stories import Failed, RetryLater
from storybot_common.errors import (
    FailureCode,
    LlmBadAnswer,
    LlmMisconfigured,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
    StoryError,
    StoryTooLong,
)

HOUR = 3600.0


def decide(error: StoryError, deliveries: int = 1, tried_for: float = 0.0) -> Failed | RetryLater:
    return policy.after(error, deliveries=deliveries, tried_for=tried_for, retry_for=HOUR)


def delay(outcome: Failed | RetryLater) -> int:
    assert isinstance(outcome, RetryLater)
    return outcome.delay.seconds


def test_the_delays_of_an_outage_grow_to_some_minutes() -> None:
    delays = [delay(decide(LlmUnavailable("away"), deliveries=number)) for number in range(1, 8)]
    assert delays == [5, 30, 120, 300, 300, 300, 300]


def test_an_outage_of_ten_minutes_is_survived() -> None:
    """Each delivery fails at once, the worst case; the last try before giving up comes long after the outage."""
    seconds, deliveries = 0.0, 1
    while seconds < 600:
        seconds += delay(decide(LlmUnavailable("away"), deliveries, seconds))
        deliveries += 1
    assert isinstance(decide(LlmUnavailable("away"), deliveries, seconds), RetryLater)


def test_the_delay_that_the_llm_asks_for_is_kept() -> None:
    assert delay(decide(LlmRateLimited("slow down", retry_after=60))) == 120


def test_after_an_hour_the_story_fails_with_the_cause() -> None:
    assert decide(LlmUnavailable("away"), 12, HOUR) == Failed(FailureCode.LLM_UNAVAILABLE)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LlmRefused("no"), FailureCode.LLM_REFUSED),
        (LlmMisconfigured("no", code=FailureCode.LLM_BAD_KEY), FailureCode.LLM_BAD_KEY),
        (StoryTooLong("long"), FailureCode.PROMPT_TOO_LONG),
        (StoryTooLong("slow", code=FailureCode.TIME_LIMIT), FailureCode.TIME_LIMIT),
    ],
)
def test_what_trying_again_cannot_help_fails_at_once(error: StoryError, code: FailureCode) -> None:
    assert decide(error) == Failed(code)


@pytest.mark.parametrize("error", [LlmBadAnswer("garbage"), StoryError("a bug")])
def test_what_rarely_heals_is_given_up_after_three_deliveries(error: StoryError) -> None:
    assert isinstance(decide(error, deliveries=2), RetryLater)
    assert decide(error, deliveries=3) == Failed(error.code)


class Tries:
    """Runs the tries in place against errors in turn, on a clock without waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pauses: list[float] = []
        self.heard: list[FailureCode] = []

        async def no_sleep(seconds: float) -> None:
            self.pauses.append(seconds)

        monkeypatch.setattr(asyncio, "sleep", no_sleep)

    async def run(self, *errors: StoryError) -> int:
        """How many requests were made until one succeeded."""
        number = 0
        async for attempt in policy.in_place(lambda error: self.heard.append(error.code)):
            with attempt:
                number += 1
                if number <= len(errors):
                    raise errors[number - 1]
        return number


async def test_a_hiccup_is_got_over_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = Tries(monkeypatch)
    assert await tries.run(LlmUnavailable("away"), LlmRateLimited("slow down", retry_after=4)) == 3
    assert tries.heard == [FailureCode.LLM_UNAVAILABLE, FailureCode.LLM_RATE_LIMITED]
    assert tries.pauses[1] >= 4
    assert sum(tries.pauses) <= 10


async def test_three_tries_are_enough_for_one_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LlmUnavailable):
        await Tries(monkeypatch).run(*[LlmUnavailable("away")] * 3)


@pytest.mark.parametrize("error", [LlmRefused("no"), LlmRateLimited("much later", retry_after=60)])
async def test_some_errors_are_not_tried_again_in_place(monkeypatch: pytest.MonkeyPatch, error: StoryError) -> None:
    tries = Tries(monkeypatch)
    with pytest.raises(type(error)):
        await tries.run(error)
    assert tries.pauses == []
