"""Positions in a story, the ids of events."""

import pytest

from prompt_api.stream.position import Position, parse


@pytest.mark.parametrize("position", [Position(0, 0), Position(2, 157), Position(0, 412, ended=True)])
def test_an_event_id_leads_back_to_its_position(position: Position) -> None:
    assert parse(str(position)) == position


@pytest.mark.parametrize(
    "text", [None, "", "0", "0-", "-1-5", "0-5-", "0-5-END", "0-5 ", "٣-٤", "0-" + "9" * 30, "1-1-end-end", "\x00"]
)
def test_anything_else_counts_as_absent(text: str | None) -> None:
    assert parse(text) is None
