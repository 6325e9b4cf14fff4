"""The load tool's own arithmetic: percentiles, goals, and the delays that a viewer saw."""

import asyncio
import json
from unittest.mock import Mock

import pytest

from tests.load import report
from tests.load.event_stream import Viewer
from tests.load.figures import Latencies, Section, at_least, at_most, number, percentile

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def test_percentiles_are_values_that_occurred() -> None:
    ordered = [float(value) for value in range(1, 201)]
    assert percentile(ordered, 50) == 100
    assert percentile(ordered, 99) == 198
    assert percentile([7.0], 99) == 7


def test_latencies_are_in_milliseconds() -> None:
    latencies = Latencies.of([0.003, 0.001, 0.002])
    assert (latencies.count, latencies.p50, latencies.p99, latencies.longest) == (3, 2.0, 3.0, 3.0)
    with pytest.raises(ValueError, match="nothing to take percentiles of"):
        Latencies.of([])


def test_a_goal_holds_on_its_own_side_only() -> None:
    assert at_least(0.4).reached(0.4)
    assert not at_least(0.4).reached(0.39)
    assert at_most(12).reached(12)
    assert not at_most(12).reached(12.1)


@pytest.mark.parametrize(("value", "written"), [(1234.5, "1,234"), (12.345, "12.3"), (0.4567, "0.457"), (2, "2")])
def test_numbers_show_three_digits(value: float, written: str) -> None:
    assert number(value) == written


def test_the_table_and_the_file_say_which_goals_were_missed() -> None:
    section = Section("Accepting prompts")
    section.note("accepted, of the empty route's", 0.3, "", at_least(0.4))
    section.note("latency", 1.5, "ms")
    table = report.table([section]).splitlines()
    assert table[-2].endswith("goal ≥ 0.4: MISSED")
    assert table[-1].endswith("1.5 ms")
    machine = report.Machine("a processor", 2, 16, "6.1")
    document = json.loads(json.dumps(report.document([section], machine, quick=True, seconds=1.2)))
    assert document["sections"][0]["figures"][0] == {
        "name": "accepted, of the empty route's",
        "value": 0.3,
        "unit": "",
        "goal": "≥ 0.4",
        "reached": False,
    }
    assert document["machine"]["cores"] == 2


def event(name: str, position: str) -> bytes:
    framed = f"event: {name}\ndata: {{}}\nid: {position}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(framed), framed)


async def test_a_viewer_notes_when_it_had_how_much_and_when_it_ended() -> None:
    viewer = await a_viewer()
    stream = [event("status", "0-0"), event("delta", "0-10") + event("delta", "0-25"), event("delta", "0-30")]
    for data in [HEAD, *stream, event("finished", "0-30-end")]:
        viewer.data_received(data)
    assert viewer.opened.done()
    assert viewer.deltas == 2
    assert viewer.offset == 30
    assert viewer.finished.done()


async def test_an_event_that_arrives_in_two_parts_counts_when_it_is_complete() -> None:
    viewer = await a_viewer()
    whole = HEAD + event("delta", "0-10")
    viewer.data_received(whole[:-9])
    assert viewer.deltas == 0
    viewer.data_received(whole[-9:])
    assert viewer.offset == 10


async def test_a_delay_runs_from_the_sending_of_a_token_to_the_event_that_holds_its_end() -> None:
    viewer = await a_viewer()
    viewer.data_received(HEAD + event("delta", "0-10"))
    viewer.data_received(event("delta", "0-25"))
    first, second = viewer.first_delta_ns, viewer.last_delta_ns
    delays = list(viewer.delays([(5, first - 3_000_000), (10, first - 1_000_000), (11, second - 2_000_000)]))
    assert delays == pytest.approx([0.003, 0.001, 0.002])


async def test_a_stream_that_is_refused_or_breaks_off_is_an_error() -> None:
    refused = await a_viewer()
    refused.data_received(b"HTTP/1.1 404 Not Found\r\n\r\n")
    with pytest.raises(ConnectionError, match="404"):
        await refused.opened
    broken = await a_viewer()
    broken.data_received(HEAD)
    broken.connection_lost(None)
    with pytest.raises(ConnectionResetError):
        await broken.finished


async def a_viewer() -> Viewer:
    viewer = Viewer(b"GET / HTTP/1.1\r\n\r\n")
    viewer.connection_made(Mock(spec=asyncio.Transport))
    return viewer
