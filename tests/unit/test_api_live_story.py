"""What a viewer is sent: frames from where it is to where the story is."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from prompt_api.stream.live_story import LiveStory, Place, Snapshot
from prompt_api.stream.position import Position
from storybot_common.ids import new_id

STORY = new_id()
NOW = datetime(2026, 1, 1, tzinfo=UTC)

NOT_YET = [
    "model",
    "model_builtin",
    "resumption",
    "previous_id",
    "prompt_tokens",
    "completion_tokens",
    "failure_code",
    "started_at",
    "first_token_at",
    "finished_at",
]

type Frame = tuple[str, dict[str, Any], str]


def snapshot(text: str = "", *, offset: int = 0, status: str = "writing", restarts: int = 0) -> Snapshot:
    facts = dict.fromkeys(NOT_YET)
    facts |= {"id": STORY, "prompt_id": UUID(int=1), "trace_id": "trace-id", "attempt": 1, "deliveries": 1, "part": 1}
    facts |= {"created_at": NOW, "queued_at": NOW, "status": status, "restarts": restarts}
    return Snapshot(UUID(int=2), facts, offset, text)


def frames(story: LiveStory, place: Place) -> tuple[list[Frame], Place]:
    raw, after = story.frames_from(place)
    parsed = []
    for frame in raw.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in frame.split("\n"))
        parsed.append((fields["event"], json.loads(fields["data"]), fields["id"]))
    return parsed, after


def names(shown: list[Frame]) -> list[str]:
    return [name for name, _data, _id in shown]


@pytest.fixture
def story() -> LiveStory:
    return LiveStory(STORY)


def test_a_newcomer_gets_the_status_and_all_text_so_far(story: LiveStory) -> None:
    story.take(snapshot("むかし"))
    shown, _place = frames(story, story.entrance(None))
    assert names(shown) == ["status", "delta"]
    assert shown[0][1]["status"] == "writing"
    assert shown[0][1]["text_length"] == 3
    assert "text" not in shown[0][1]
    assert shown[1][1:] == ({"offset": 0, "text": "むかし"}, "0-3")


def test_then_only_what_is_new(story: LiveStory) -> None:
    story.take(snapshot("むかし"))
    _shown, place = frames(story, story.entrance(None))
    story.take(snapshot("むかし", offset=3))
    shown, place = frames(story, place)
    assert [frame[1:] for frame in shown] == [({"offset": 3, "text": "むかし"}, "0-6")]
    assert frames(story, place)[0] == []


def test_offsets_count_code_points(story: LiveStory) -> None:
    story.take(snapshot("🦊🦊"))
    shown, _place = frames(story, story.entrance(Position(0, 1)))
    assert shown[-1][1:] == ({"offset": 1, "text": "🦊"}, "0-2")


def test_a_line_break_in_the_text_does_not_break_the_frame(story: LiveStory) -> None:
    story.take(snapshot("one\n\ntwo\r\ndata: three"))
    shown, _place = frames(story, story.entrance(None))
    assert shown[1][1]["text"] == "one\n\ntwo\r\ndata: three"


def test_viewers_at_the_same_place_share_their_frames(story: LiveStory) -> None:
    story.take(snapshot("a fox"))
    assert story.frames_from(story.entrance(None))[0] is story.frames_from(story.entrance(None))[0]


def test_the_end_comes_after_the_last_text_and_only_once(story: LiveStory) -> None:
    story.take(snapshot("a"))
    _shown, place = frames(story, story.entrance(None))
    story.take(snapshot(" fox", offset=1, status="finished"))
    shown, place = frames(story, place)
    assert names(shown) == ["delta", "finished"]
    assert shown[1][2] == "0-5-end"
    assert story.has_ended
    assert frames(story, place)[0] == []


@pytest.mark.parametrize("status", ["finished", "failed", "cancelled"])
def test_who_comes_after_the_end_gets_everything_at_once(story: LiveStory, status: str) -> None:
    story.take(snapshot("a fox", status=status))
    shown, _place = frames(story, story.entrance(None))
    assert names(shown) == ["status", "delta", status]


def test_a_restart_voids_the_text(story: LiveStory) -> None:
    story.take(snapshot("a wrong beginning"))
    _shown, place = frames(story, story.entrance(None))
    story.take(snapshot("a fox", restarts=1))
    shown, _place = frames(story, place)
    assert [(name, event_id) for name, _data, event_id in shown] == [
        ("restart", "1-0"),
        ("status", "1-0"),
        ("delta", "1-5"),
    ]
    assert shown[0][1] == {"restarts": 1}
    assert shown[2][1] == {"offset": 0, "text": "a fox"}


@pytest.mark.parametrize("position", [Position(0, 3), Position(1, 99)])
def test_who_comes_with_text_that_is_void_is_told_so(story: LiveStory, position: Position) -> None:
    story.take(snapshot("a fox", restarts=1))
    shown, _place = frames(story, story.entrance(position))
    assert names(shown) == ["restart", "status", "delta"]


def test_a_state_change_is_told_once(story: LiveStory) -> None:
    story.take(snapshot(status="queued"))
    shown, place = frames(story, story.entrance(None))
    assert names(shown) == ["status"]
    story.take(snapshot())
    shown, place = frames(story, place)
    assert [(name, data["status"]) for name, data, _id in shown] == [("status", "writing")]
    story.take(snapshot())
    assert frames(story, place)[0] == []


def test_the_place_in_the_queue_is_told_when_it_changes(story: LiveStory) -> None:
    story.take(snapshot(status="queued"))
    _shown, place = frames(story, story.entrance(None))
    story.move_up(3)
    shown, place = frames(story, place)
    assert [data["queue_position"] for _name, data, _id in shown] == [3]
    story.move_up(3)
    assert frames(story, place)[0] == []
    story.take(snapshot())
    assert frames(story, place)[0][0][1]["queue_position"] is None


def test_text_that_does_not_follow_is_not_taken_and_all_is_read_again(story: LiveStory) -> None:
    story.take(snapshot("abc"))
    assert not story.take(snapshot("gh", offset=6))
    assert story.text == "abc"
    assert story.known.offset == 0
    assert story.take(snapshot("abcdefgh"))
    assert story.text == "abcdefgh"
    assert story.known.offset == 8


@pytest.mark.parametrize(
    ("status", "position", "over"),
    [
        ("finished", Position(0, 5, ended=True), True),
        ("finished", Position(0, 5), False),
        ("finished", Position(0, 3, ended=True), False),
        ("finished", Position(1, 5, ended=True), False),
        ("finished", None, False),
        ("writing", Position(0, 5, ended=True), False),  # it was retried meanwhile
    ],
)
def test_who_had_the_final_event_need_not_come_back(
    story: LiveStory, status: str, position: Position | None, over: bool
) -> None:
    story.take(snapshot("a fox", status=status))
    assert story.is_over_for(position) is over
