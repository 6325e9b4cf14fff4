"""``make trace``: which lines belong to a story, in which order, and how they read."""

import json
from typing import Any

import pytest

from storybot_cli.trace import documents, lines_of, row


def line(time: str, service: str, message: str, trace: str | None = "t1", **others: Any) -> str:  # noqa: ANN401
    document = {"@timestamp": f"2026-11-25T18:00:{time}", "service": {"name": service}, "message": message, **others}
    return json.dumps(document | ({"trace": {"id": trace}} if trace else {}))


LOG = [
    line("01.500Z", "prompt-api", "http_request", storybot={"route": "/api/v1/prompts", "duration_ms": 50.0}),
    line("01.501+00:00", "gateway", "http_request", storybot={"request_seconds": 0.05}),
    line("02.000Z", "story-worker", "story_claimed", storybot={"story_id": "s1", "attempt": 1}),
    line("03.000Z", "prompt-api", "http_request", trace="t2"),
    line("03.500Z", "prompt-api", "started", trace=None),
    "gateway: not a line of JSON",
    "\x1b[2K" + line("04.000Z", "story-worker", "story_attempt_ended", storybot={"outcome": "finished"}),
]


@pytest.mark.parametrize("wanted", ["t1", "s1"])
def test_a_trace_or_a_storys_id_gives_its_lines_in_order(wanted: str) -> None:
    found = lines_of(wanted, documents(LOG))
    assert [each["service.name"] for each in found] == ["gateway", "prompt-api", "story-worker", "story-worker"]


def test_an_unknown_id_gives_none() -> None:
    assert lines_of("t3", documents(LOG)) == []


def test_a_row_has_the_time_the_service_the_event_and_what_matters() -> None:
    told = row(lines_of("s1", documents(LOG))[2])
    assert told.split() == ["18:00:02.000", "story-worker", "story_claimed", "attempt=1", "story_id=s1"]
