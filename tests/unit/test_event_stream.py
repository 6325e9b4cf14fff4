"""Server-sent events as the tests' reader takes them."""

from collections.abc import AsyncIterator

from tests.support.event_stream import Event, Reading, events


async def in_pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def test_events_come_out_whole_however_the_bytes_are_cut() -> None:
    body = ': heartbeat\n\nevent: delta\nid: 0-2\ndata: {"offset":0,"text":"昔々"}\n\nevent: cut\ndata: {}'.encode()
    for size in range(1, len(body) + 1):
        seen = [event async for event in events(in_pieces(body, size))]
        assert seen == [Event("delta", "0-2", {"offset": 0, "text": "昔々"})]


def test_reading_joins_deltas_and_begins_anew_after_a_restart() -> None:
    reading = Reading()
    reading.take(Event("delta", "0-3", {"offset": 0, "text": "old"}))
    reading.take(Event("restart", "1-0", {}))
    reading.take(Event("delta", "1-2", {"offset": 0, "text": "👨‍👩"}))
    reading.take(Event("delta", "1-6", {"offset": 3, "text": "new"}))
    reading.take(Event("finished", "1-6-end", {}))
    assert reading.text == "👨‍👩new"
    assert (reading.final, reading.restarts, reading.position) == ("finished", 1, "1-6-end")
    assert reading.problems == []
