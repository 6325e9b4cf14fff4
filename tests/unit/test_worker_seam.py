import pytest

from story_worker.seam import BeganAnew, Continuation, Unjoinable, join

TOLD = "Once upon a time there was a little fox. The fox was afraid of the dark, and so the little"


def joined(written: str, answer: str, continuation: Continuation = "instruct") -> str:
    return written + join(written, answer, continuation)


def test_a_new_story_begins_with_its_first_word() -> None:
    assert joined("", "\n\n Once upon a time") == "Once upon a time"


@pytest.mark.parametrize("continuation", ["prefill", "instruct"])
def test_an_answer_without_text_means_that_the_story_was_complete(continuation: Continuation) -> None:
    assert joined("The end.", " \n", continuation) == "The end."


def test_a_model_that_was_given_the_beginning_may_finish_a_word() -> None:
    assert joined("and so the litt", "le fox slept.", "prefill") == "and so the little fox slept."


@pytest.mark.parametrize("continuation", ["prefill", "instruct"])
@pytest.mark.parametrize(
    ("written", "answer", "whole"),
    [
        ("the little ", " fox slept", "the little fox slept"),
        ("the end.\n\n", "\n\nThe next day", "the end.\n\nThe next day"),
        ("the end. ", "\n\nThe next day", "the end. \n\nThe next day"),
        ("the little", " fox slept", "the little fox slept"),
    ],
)
def test_white_space_is_not_doubled(continuation: Continuation, written: str, answer: str, whole: str) -> None:
    assert joined(written, answer, continuation) == whole


@pytest.mark.parametrize(
    ("written", "answer", "whole"),
    [
        (TOLD, "and so the little fox slept.", f"{TOLD} fox slept."),
        (TOLD, " and so the little fox slept.", f"{TOLD} fox slept."),
        ("and so the litt", "the little fox slept.", "and so the little fox slept."),
        ("きつねは暗いところが", "暗いところがこわくて", "きつねは暗いところがこわくて"),
    ],
)
def test_words_that_are_said_again_are_left_out(written: str, answer: str, whole: str) -> None:
    assert joined(written, answer) == whole


def test_one_character_in_common_is_no_repeat_where_words_have_no_spaces() -> None:
    assert joined("きつねは走った", "たぬきも走った") == "きつねは走ったたぬきも走った"


def test_letters_in_common_inside_of_a_word_are_no_repeat() -> None:
    with pytest.raises(Unjoinable):
        join("he saw a tea", "a fox", "instruct")  # "a" ends "tea", but does not begin a word there


@pytest.mark.parametrize(
    ("written", "answer", "whole"),
    [
        ("The fox slept.", "The next day it rained.", "The fox slept. The next day it rained."),
        ("The fox slept,", "but not for long.", "The fox slept, but not for long."),
        ("きつねは眠った。", "次の日、", "きつねは眠った。次の日、"),
        ("The fox slept", ", and woke.", "The fox slept, and woke."),
    ],
)
def test_a_missing_space_is_supplied(written: str, answer: str, whole: str) -> None:
    assert joined(written, answer) == whole


def test_a_word_that_may_be_cut_cannot_be_joined() -> None:
    with pytest.raises(Unjoinable):
        join(TOLD, "creature slept.", "instruct")


@pytest.mark.parametrize("continuation", ["prefill", "instruct"])
def test_a_model_that_tells_the_story_from_its_beginning_is_noticed(continuation: Continuation) -> None:
    with pytest.raises(BeganAnew):
        join(TOLD, "Once upon a time there was a little hedgehog", continuation)
