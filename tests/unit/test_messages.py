"""A message is read back as it was written, or refused with a reason."""

import pytest

from storybot_common.errors import PoisonMessage
from storybot_common.ids import new_id
from storybot_common.messages import WriteStory


def test_a_ticket_survives_the_wire() -> None:
    ticket = WriteStory(story_id=new_id())
    assert WriteStory.decode(ticket.encode()) == ticket


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b"{}", "story_id"),
        (b'{"version": 1, "story_id": "no uuid"}', "story_id"),
        (b'{"version": 2, "story_id": "01993f4e-0000-7000-8000-000000000000"}', "version"),
        (b'{"story_id": "01993f4e-0000-7000-8000-000000000000", "text": "x"}', "text"),
    ],
)
def test_a_malformed_message_is_poison_and_the_reason_names_the_part(body: bytes, part: str) -> None:
    with pytest.raises(PoisonMessage, match=f"^{part}: "):
        WriteStory.decode(body)
