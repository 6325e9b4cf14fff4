"""What Storybot adds to the LLM's own time when nothing else is going on."""

from tests.load.event_stream import Viewer
from tests.load.figures import Latencies, Section, at_most
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.visitor import Accepted, Visitor, scripted

_GOAL_OVERHEAD_MS = at_most(12)
_SCRIPT = {"tokens": 20, "first": 0.05, "delay": 0.005}


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """One story after another, each watched from the moment it is accepted."""
    await stack.stop_worker()
    await stack.clear()
    await stack.start_worker()
    visitor = await Visitor.arrive(API_PORT)
    await _tell(visitor, "warm-up")
    told = {f"lone{turn}": await _tell(visitor, f"lone{turn}") for turn in range(sizes.lone_stories)}
    visitor.leave()

    calls = await stack.llm.calls(list(told))
    to_first, to_end, asked = [], [], []
    for story, (accepted, viewer) in told.items():
        call = calls[story]
        assert call.ended_ns
        asked.append(call.received_ns - accepted.answered_ns)
        to_end.append(viewer.finished.result() - accepted.answered_ns - (call.ended_ns - call.received_ns))
        to_first.append(viewer.first_delta_ns - accepted.sent_ns - (call.sent[0][1] - call.received_ns))
    section = Section("One story at a time")
    section.note_latencies("accepted → LLM asked", _of_nanoseconds(asked))
    section.note_latencies("POST → first delta, less the LLM's time to it", _of_nanoseconds(to_first))
    section.note_latencies(
        "accepted → finished at the viewer, less the LLM's time", _of_nanoseconds(to_end), p50=_GOAL_OVERHEAD_MS
    )
    return section


async def _tell(visitor: Visitor, story: str) -> tuple[Accepted, Viewer]:
    accepted = await visitor.submit(scripted(story, **_SCRIPT))
    viewer = await Viewer.watch(API_PORT, accepted.story_id, accepted.cookie)
    await viewer.finished
    return accepted, viewer


def _of_nanoseconds(durations: list[int]) -> Latencies:
    return Latencies.of(duration / 1e9 for duration in durations)
