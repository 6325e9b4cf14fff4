"""A ticket's way with a scripted model and no database."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from story_worker.author import Author
from story_worker.handler import Handler, NotTaken
from story_worker.llm import Llm, LlmRequest, Write
from story_worker.metrics import WorkerMetrics
from story_worker.stories import Claim, Failed, Finished, HandedBack, RetryLater
from storybot_common.errors import FailureCode, LlmRefused, LlmTimeout, LlmUnavailable
from tests.unit.worker_fakes import USAGE, Answer, Desk, ScriptedLlm, SilentLlm, claim


def handler_of(story: Claim | None, llm: Llm, desk: Desk, *, continuation: str = "instruct") -> Handler:
    async def next_claim() -> Claim | None:
        return story

    metrics = WorkerMetrics(CollectorRegistry())
    assert continuation in {"prefill", "instruct", "restart"}
    author = Author(
        llm,
        continuation=continuation,  # type: ignore[arg-type]
        compact=False,
        context_tokens=8192,
        time_limit=60,
        metrics=metrics,
    )
    return Handler(
        next_claim=next_claim,
        submit=desk.submit,
        author=author,
        retry_for=3600,
        concurrency=2,
        metrics=metrics,
    )


async def written(
    *calls: list[Answer], already: str = "", continuation: str = "instruct", deliveries: int = 1
) -> tuple[Desk, ScriptedLlm]:
    desk, llm = Desk(already), ScriptedLlm(*calls)
    story = claim(written=already, deliveries=deliveries)
    await handler_of(story, llm, desk, continuation=continuation).handle()
    return desk, llm


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("story_worker.policy._growing", lambda _state: 0.0)


async def test_a_story_is_written_and_finished() -> None:
    desk, llm = await written(["\n", "Once", " upon", " a time."])
    assert (desk.text, desk.outcome) == ("Once upon a time.", Finished("stop", USAGE))
    assert llm.requests[0].trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert "afraid of the dark" in str(llm.requests[0].messages)


async def test_no_story_waits() -> None:
    await handler_of(None, ScriptedLlm(), Desk()).handle()


async def test_a_stream_that_breaks_off_is_gone_on_with_in_place() -> None:
    desk, llm = await written(["Once upon a time.", LlmUnavailable("broken off")], ["Then it rained."])
    assert desk.text == "Once upon a time. Then it rained."
    assert "Once upon a time." in str(llm.requests[1].messages)
    assert llm.requests[1].max_tokens < llm.requests[0].max_tokens


async def test_after_the_tries_in_place_the_story_goes_back_and_keeps_its_text() -> None:
    desk, llm = await written(["Once.", LlmUnavailable("away")], [LlmUnavailable("away")], [LlmUnavailable("away")])
    assert desk.text == "Once."
    assert isinstance(desk.outcome, RetryLater)
    assert (desk.outcome.code, desk.outcome.delay.seconds) == (FailureCode.LLM_UNAVAILABLE, 5)
    assert len(llm.requests) == 3


async def test_a_refusal_fails_the_story_at_once_and_keeps_what_was_written() -> None:
    desk, llm = await written(["Once", LlmRefused("no")])
    assert (desk.text, desk.outcome) == ("Once", Failed(FailureCode.LLM_REFUSED))
    assert len(llm.requests) == 1


async def test_an_answer_without_text_is_no_story() -> None:
    desk, llm = await written(["\n", " "], [], [""], deliveries=3)
    assert desk.outcome == Failed(FailureCode.LLM_BAD_ANSWER)
    assert len(llm.requests) == 3


async def test_a_bug_is_retried_later_and_then_fails_the_story() -> None:
    desk, _llm = await written([KeyError("bug")])
    assert isinstance(desk.outcome, RetryLater)
    desk, _llm = await written([KeyError("bug")], deliveries=3)
    assert desk.outcome == Failed(FailureCode.INTERNAL)


async def test_a_story_that_was_claimed_again_and_again_is_given_up_without_asking_the_model() -> None:
    desk, llm = await written(deliveries=51)
    assert (desk.outcome, llm.requests) == (Failed(FailureCode.INTERNAL), [])


async def test_a_story_goes_on_where_an_earlier_attempt_ended() -> None:
    desk, llm = await written(["The fox slept.", " The end."], already="Once upon a time. The fox slept.")
    assert (desk.text, desk.restarts) == ("Once upon a time. The fox slept. The end.", 0)
    assert "Once upon a time." in str(llm.requests[0].messages)


async def test_a_model_that_begins_anew_restarts_the_story() -> None:
    begun = "Once upon a time there was a fox. It slept"
    desk, llm = await written(["Once upon a time there was a hedgehog."], already=begun)
    assert (desk.text, desk.restarts, len(llm.requests)) == ("Once upon a time there was a hedgehog.", 1, 1)


async def test_an_answer_that_cannot_be_joined_restarts_the_story_with_another_request() -> None:
    desk, llm = await written(["tle fox slept."], ["There was a hedgehog."], already="Once upon a time the lit")
    assert (desk.text, desk.restarts, len(llm.requests)) == ("There was a hedgehog.", 1, 2)
    assert "the lit" not in str(llm.requests[1].messages)


async def test_a_model_that_cannot_go_on_restarts_the_story() -> None:
    desk, llm = await written(["There was a hedgehog."], already="Once upon a time.", continuation="restart")
    assert (desk.text, desk.restarts) == ("There was a hedgehog.", 1)
    assert "Once upon a time." not in str(llm.requests[0].messages)


async def test_a_story_that_was_complete_already_is_finished() -> None:
    desk, _llm = await written([""], already="Once. The end.")
    assert (desk.text, desk.outcome) == ("Once. The end.", Finished("stop", USAGE))


async def test_options_that_nobody_can_read_fail_one_story_only() -> None:
    desk = Desk()
    await handler_of(claim(options={"colour": "red"}, deliveries=3), ScriptedLlm(), desk).handle()
    assert desk.outcome == Failed(FailureCode.INTERNAL)


async def test_a_cancelled_story_hangs_up_on_a_silent_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("story_worker.manuscript._DOUBT_S", 0.0)
    story, desk, llm = claim(), Desk(), SilentLlm(["Once"])
    handler = handler_of(story, llm, desk)
    handling = asyncio.create_task(handler.handle())
    await desk.heard(lambda: desk.text == "Once")
    desk.is_ours = False
    handler.doubt([story.fence.story_id])
    async with asyncio.timeout(5):
        await handling
    assert llm.hung_up
    assert handler.at_work == []


async def test_a_worker_that_wakes_up_too_late_does_not_ask_the_model_again() -> None:
    desk = Desk()

    class FrozenMeanwhile(ScriptedLlm):
        async def complete(self, request: LlmRequest, write: Write) -> Finished:
            desk.is_ours = False
            return await super().complete(request, write)

    llm = FrozenMeanwhile([LlmTimeout("no token for a minute")], ["Once more."])
    await handler_of(claim(), llm, desk).handle()
    assert len(llm.requests) == 1


async def test_a_stopping_worker_hands_its_stories_back_with_their_text_and_takes_no_more() -> None:
    desk, llm = Desk(), SilentLlm(["Once"])
    handler = handler_of(claim(), llm, desk)
    handling = asyncio.create_task(handler.handle())
    await desk.heard(lambda: desk.text == "Once")
    handler.stop()
    with pytest.raises(NotTaken):
        await handler.handle()
    handler.hand_back()
    async with asyncio.timeout(5):
        await handling
    assert (desk.text, desk.outcome, llm.hung_up) == ("Once", HandedBack(), True)


async def test_no_more_stories_are_written_at_once_than_there_are_slots() -> None:
    desk, llm = Desk(), SilentLlm([], [], [])
    handler = handler_of(claim(), llm, desk)
    handling = [asyncio.create_task(handler.handle()) for _ in range(3)]
    await desk.heard(lambda: len(llm.requests) == 2)
    for _turn in range(20):
        await asyncio.sleep(0)
    assert len(llm.requests) == 2
    for task in handling:
        task.cancel()
    await asyncio.gather(*handling, return_exceptions=True)


async def test_a_next_part_is_asked_for_with_the_parts_before() -> None:
    desk, llm = Desk(), ScriptedLlm(["Momo woke up."])
    await handler_of(claim(earlier="Momo the fox fell asleep."), llm, desk).handle()
    assert desk.text == "Momo woke up."
    assert "Momo the fox fell asleep." in str(llm.requests[0].messages)
