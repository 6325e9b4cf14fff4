"""Cursors of the prompt list."""

import pytest

from prompt_api.prompts import cursor
from storybot_common.ids import new_id


def test_a_cursor_leads_back_to_its_id() -> None:
    last = new_id()
    assert cursor.decode(cursor.encode(last)) == last


@pytest.mark.parametrize("text", ["", "A", "AAAA", "ä", "===", "A" * 22 + "!", "A" * 64, "0198-9c4e"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — whatever the standard library has to say
        cursor.decode(text)
