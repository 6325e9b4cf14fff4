import pytest
from hypothesis import given
from hypothesis import strategies as st

from story_worker.plain_text import PlainText


def cleaned(*pieces: str) -> str:
    text = PlainText()
    return "".join([text.clean(piece) for piece in pieces] + [text.end()])


def test_ordinary_text_passes_unchanged() -> None:
    assert (
        cleaned("Once upon a time,\n\t„ein Fuchs“ きつね 👨‍👩‍👧‍👦")
        == "Once upon a time,\n\t„ein Fuchs“ きつね 👨‍👩‍👧‍👦"
    )


@pytest.mark.parametrize("character", ["\0", "\r", "\x1b", "\x7f"])
def test_control_characters_are_dropped(character: str) -> None:
    assert cleaned(f"a{character}b") == "ab"


def test_a_character_that_comes_in_two_halves_is_put_together() -> None:
    assert cleaned("a fox \ud83e", "\udd8a runs") == "a fox 🦊 runs"


@pytest.mark.parametrize("pieces", [("lone \ud83e", " half"), ("lone ", "\udd8a half"), ("at the end \ud83e",)])
def test_half_a_character_becomes_a_replacement_character(pieces: tuple[str, ...]) -> None:
    assert cleaned(*pieces) == "".join(pieces).replace("\ud83e", "\ufffd").replace("\udd8a", "\ufffd")


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=[]))))
def test_whatever_comes_can_be_stored(pieces: list[str]) -> None:
    text = cleaned(*pieces)
    text.encode()
    assert "\0" not in text
