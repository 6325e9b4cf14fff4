"""What a prompt may hold."""

import pytest
from pydantic import TypeAdapter, ValidationError

from storybot_common.brief import CONTENT_MAX_LENGTH, Content, StoryOptions

content = TypeAdapter[str](Content)


@pytest.mark.parametrize("text", ["ゆきちゃんの、暗やみがこわい狐のお話", "a fox 🦊 who\nis afraid", "مرحبا"])
def test_text_of_any_language_is_taken_as_it_is(text: str) -> None:
    assert content.validate_python(text) == text


def test_line_ends_are_normalised_and_the_margin_is_cut() -> None:
    assert content.validate_python("  one\r\ntwo\rthree  \n") == "one\ntwo\nthree"


@pytest.mark.parametrize("text", ["", "   ", "\u3000\n\t", "\u200b\u2060"])
def test_blank_text_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must not be empty or only spaces"):
        content.validate_python(text)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "a\ud800b"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        content.validate_python(text)


def test_the_limit_counts_code_points() -> None:
    assert content.validate_python("🦊" * CONTENT_MAX_LENGTH)
    with pytest.raises(ValidationError):
        content.validate_python("🦊" * (CONTENT_MAX_LENGTH + 1))


@pytest.mark.parametrize(
    "options",
    [
        {"langauge": "ja"},
        {"language": "not a tag"},
        {"age": -1},
        {"age": 121},
        {"genre": "tax_law"},
        {"tone": "rude"},
        {"length": "endless"},
        {"protagonist": " "},
        {"protagonist": "x" * 81},
        {"protagonist": "Yu\x00ki"},
    ],
)
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StoryOptions.model_validate(options)
