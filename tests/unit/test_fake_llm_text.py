"""The fake LLM's text, scripts and continuation: the parts without a socket."""

import pytest
from pydantic import ValidationError

from tests.support.fake_llm.continuation import remaining_tokens, written_so_far
from tests.support.fake_llm.script import Fault, Script
from tests.support.fake_llm.story_text import Style, split_words, story_text, story_tokens


@pytest.mark.parametrize("style", ["en", "ja", "emoji"])
def test_text_has_nothing_to_strip_and_grows_by_appending(style: Style) -> None:
    text = story_text(style, 90)
    assert text == text.strip()
    assert text.startswith(story_text(style, 89))
    assert "\n\n" in text


def test_every_japanese_and_emoji_token_carries_its_number() -> None:
    assert story_tokens("ja", 2) == ["物語1、", "物語2、"]
    assert story_text("emoji", 1) == "👨‍👩‍👧‍👦1"


def test_directive_is_known_by_the_brackets_that_the_worker_sends() -> None:
    script = Script.from_messages([{"role": "user", "content": "<wish>\na fox ((fake: tokens=3))\n</wish> (truly)"}])
    assert script == Script(tokens=3)


def test_mark_stands_in_every_word() -> None:
    script = Script.from_messages([{"role": "user", "content": "[[fake: tokens=2 mark=-fox]]"}])
    assert script is not None
    assert script.words() == ["word1-fox", " word2-fox"]


@pytest.mark.parametrize("text", ["", " a  b\n\nc ", "昔々、\nある所に"])
def test_split_words_loses_nothing(text: str) -> None:
    assert "".join(split_words(text)) == text


def test_directive_in_the_newest_message_counts() -> None:
    script = Script.from_messages(
        [
            {"role": "system", "content": "be kind"},
            {"role": "user", "content": "first [[fake: tokens=1]]"},
            {"role": "user", "content": "a fox [[fake: id=fox tokens=7 delay=0.02 fail=429,break:3 times=2]]!"},
        ]
    )
    faults = (Fault(kind="status", status=429), Fault(kind="break", after=3))
    assert script == Script(id="fox", tokens=7, delay=0.02, fail=faults, times=2)


def test_prompt_without_directive_has_no_script() -> None:
    assert Script.from_messages([{"role": "user", "content": "[[something]] else"}]) is None


@pytest.mark.parametrize("fields", ["tokens=many", "colour=red", "fail=explode", "fail=999", "delay=-1"])
def test_a_script_that_cannot_be_played_is_refused(fields: str) -> None:
    with pytest.raises(ValidationError):
        Script.from_messages([{"role": "user", "content": f"[[fake: {fields}]]"}])


def test_faults_come_in_their_order_and_end() -> None:
    script = Script.model_validate({"fail": "429,break:20", "times": 3})
    kinds = [fault.kind if fault else None for fault in map(script.fault_of_call, range(4))]
    assert kinds == ["status", "break", "break", None]


def test_a_fault_without_times_never_ends() -> None:
    script = Script.model_validate({"fail": "401"})
    assert script.fault_of_call(1000) == Fault(kind="status", status=401)


@pytest.mark.parametrize("style", ["en", "ja", "emoji"])
def test_continuation_joins_without_seam_wherever_the_text_was_cut(style: Style) -> None:
    script = Script(tokens=45, style=style)
    whole = story_text(style, 45)
    for cut in range(len(whole) + 1):
        assert whole[:cut] + "".join(remaining_tokens(script, whole[:cut])) == whole


def test_overlap_says_the_last_words_again_and_restart_everything() -> None:
    written = "word1 word2 word3 word4"
    overlapping = Script(tokens=5, continuation="overlap")
    assert "".join(remaining_tokens(overlapping, written)) == " word2 word3 word4 word5"
    restarting = Script(tokens=5, continuation="restart")
    assert "".join(remaining_tokens(restarting, written)) == story_text("en", 5)


def test_a_text_that_is_not_this_story_is_not_continued() -> None:
    assert remaining_tokens(Script(tokens=2), "Once upon a time") == ["word1", " word2"]


def test_text_so_far_is_the_last_assistant_message_with_or_without_an_instruction_after_it() -> None:
    begun = {"role": "assistant", "content": "word1"}
    assert written_so_far([{"role": "user", "content": "go"}, begun]) == "word1"
    assert written_so_far([begun, {"role": "user", "content": "go on"}]) == "word1"
    assert written_so_far([{"role": "user", "content": "go"}]) == ""
