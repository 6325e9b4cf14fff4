"""The claims of the fault tests, each on evidence in which it holds and on evidence in which it does not."""

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from storybot_common.broker.topology import DEAD, JOBS
from tests.faults.claims import Evidence, violations
from tests.faults.form import SHORT
from tests.faults.orders import Order, OrderBook
from tests.faults.scene import Interruption
from tests.support.broker_pages import QueueTotals
from tests.support.event_stream import Event
from tests.support.fake_llm.calls import Call
from tests.support.story_client import Told, Try

_ACCEPTED = Try(sent_at=1.0, seconds=0.1, told=Told.ACCEPTED, answer="201")
_REFUSED = Try(sent_at=1.0, seconds=0.1, told=Told.REFUSED, answer="503")
_UNANSWERED = Try(sent_at=1.0, seconds=0.1, told=Told.UNKNOWN, answer="ReadError")


def finished_order() -> Order:
    order = OrderBook("scene", SHORT, Random(1)).draw(during_fault=True)
    order.patient = True
    order.submission.tries.append(_ACCEPTED)
    order.submission.stories.add(("prompt", "story"))
    half = len(order.expected) // 2
    for reading in (order.reading, order.second_reading):
        reading.take(Event("status", "0-0", {"status": "writing"}))
        reading.take(Event("delta", f"0-{half}", {"offset": 0, "text": order.expected[:half]}))
        reading.take(Event("delta", "0-99", {"offset": half, "text": order.expected[half:]}))
        reading.take(Event("finished", "0-99-end", {}))
    return order


def row(order: Order, **other: object) -> dict[str, Any]:
    usual = {
        "marker": order.marker,
        "status": "finished",
        "text": order.expected,
        "chunks": 0,
        "attempt": 1,
        "trace_id": order.submission.trace_id,
    }
    return usual | other


def call(order: Order, received_ns: int = 10, outcome: str = "finished") -> Call:
    return Call(
        number=1,
        received_ns=received_ns,
        story=order.marker,
        headers={"x-trace-id": order.submission.trace_id},
        model="m",
        streamed=True,
        messages=[],
        parameters={},
        outcome=outcome,
        ended_ns=received_ns + 5,
    )


@pytest.fixture
def order() -> Order:
    return finished_order()


@pytest.fixture
def evidence(order: Order) -> Evidence:
    return Evidence(
        orders=[order],
        rows=defaultdict(list, {order.marker: [row(order)]}),
        calls=defaultdict(list, {order.marker: [call(order)]}),
        interruptions=[],
        queues=[QueueTotals(JOBS, 0, 0), QueueTotals(DEAD, 1, 0)],
        outbox_rows=0,
        dead_letters=[b"poison", b"poison"],
        poison=[b"poison"],
        closes_the_door=False,
        in_flight=40,
        expected_in_flight=36,
    )


def broken(evidence: Evidence) -> set[str]:
    return set(violations(evidence))


def test_good_evidence_violates_nothing(evidence: Evidence) -> None:
    assert violations(evidence) == {}


def test_an_idle_system_proves_nothing(evidence: Evidence, order: Order) -> None:
    assert broken(replace(evidence, in_flight=35)) == {"the_fault_struck_full_hands"}
    order.during_fault = False
    assert broken(evidence) == {"the_fault_struck_full_hands"}


@pytest.mark.parametrize("status", ["queued", "writing", "failed", "cancelled"])
def test_accepted_story_that_is_not_finished(evidence: Evidence, order: Order, status: str) -> None:
    evidence.rows[order.marker] = [row(order, status=status)]
    found = violations(evidence)
    assert set(found) == {"every_accepted_story_is_finished"}
    assert order.marker in found["every_accepted_story_is_finished"][0]


def test_accepted_story_that_is_lost(evidence: Evidence, order: Order) -> None:
    evidence.rows[order.marker] = []
    assert broken(evidence) == {"every_accepted_story_is_finished"}


def test_refused_and_stored_all_the_same(evidence: Evidence, order: Order) -> None:
    order.submission.tries[:] = [_REFUSED, _REFUSED]
    order.submission.stories.clear()
    assert broken(evidence) == {"nothing_refused_is_kept", "requests_are_accepted"}


def test_request_without_an_answer_may_be_stored(evidence: Evidence, order: Order) -> None:
    order.patient = False
    order.submission.tries[:] = [_UNANSWERED]
    order.submission.stories.clear()
    assert broken(replace(evidence, closes_the_door=True)) == set()


def test_second_story_for_the_same_key(evidence: Evidence, order: Order) -> None:
    order.submission.stories.add(("prompt", "story 2"))
    assert broken(evidence) == {"one_key_makes_one_story"}


def test_prompt_stored_twice(evidence: Evidence, order: Order) -> None:
    evidence.rows[order.marker] = [row(order), row(order)]
    assert broken(evidence) == {"every_accepted_story_is_finished", "one_key_makes_one_story"}


def test_refusal_at_the_first_try_counts_unless_the_door_was_hit(evidence: Evidence, order: Order) -> None:
    order.submission.tries.insert(0, replace(_REFUSED, sent_at=0.5))
    assert broken(evidence) == {"requests_are_accepted"}
    assert broken(replace(evidence, closes_the_door=True)) == set()


def test_patient_visitor_who_never_gets_in(evidence: Evidence, order: Order) -> None:
    order.submission.tries[:] = [_UNANSWERED]
    order.submission.stories.clear()
    assert broken(replace(evidence, closes_the_door=True)) == {"requests_are_accepted"}


@pytest.mark.parametrize("answer", ["500", "409", "404"])
def test_error_that_no_fault_explains(evidence: Evidence, order: Order, answer: str) -> None:
    told = Told.UNKNOWN if answer == "500" else Told.REFUSED
    order.submission.tries.append(Try(sent_at=2.0, seconds=0.1, told=told, answer=answer))
    assert broken(evidence) == {"visitors_see_no_errors_of_ours"}


def test_llm_asked_again_for_nothing(evidence: Evidence, order: Order) -> None:
    evidence.calls[order.marker].append(call(order, received_ns=30))
    assert broken(evidence) == {"the_llm_is_asked_again_only_where_it_was_cut"}


@pytest.mark.parametrize(
    ("interruption", "explains"),
    [
        (Interruption("worker", 20, 25, frozenset({"scene-1"})), True),
        (Interruption("worker", 5, 25, frozenset()), True),  # begun after the look, before the end
        (Interruption("worker", 20, 25, frozenset({"scene-2"})), False),  # another worker's story
        (Interruption("worker", 40, 45, frozenset({"scene-1"})), False),  # asked again before it
    ],
)
def test_llm_asked_again_because_of_an_interruption(
    evidence: Evidence, order: Order, interruption: Interruption, explains: bool
) -> None:
    evidence.calls[order.marker].append(call(order, received_ns=30))
    expected = set() if explains else {"the_llm_is_asked_again_only_where_it_was_cut"}
    assert broken(replace(evidence, interruptions=[interruption])) == expected


@pytest.mark.parametrize(
    "interruption",
    [Interruption("worker", 5, 25, frozenset()), Interruption("worker", 20, 25, frozenset({"scene-1"}))],
)
def test_one_interruption_explains_one_more_call(evidence: Evidence, order: Order, interruption: Interruption) -> None:
    evidence.calls[order.marker] += [call(order, received_ns=30), call(order, received_ns=40)]
    assert broken(replace(evidence, interruptions=[interruption])) == {"the_llm_is_asked_again_only_where_it_was_cut"}


def test_llm_asked_for_a_story_that_is_not_there(evidence: Evidence, order: Order) -> None:
    order.patient = False
    order.submission.tries[:] = [_REFUSED]
    order.submission.stories.clear()
    evidence.rows[order.marker] = []
    assert broken(replace(evidence, closes_the_door=True)) == {"the_llm_is_asked_again_only_where_it_was_cut"}


def test_llm_never_asked(evidence: Evidence, order: Order) -> None:
    evidence.calls[order.marker] = []
    assert broken(evidence) == {"the_llm_is_asked_again_only_where_it_was_cut"}


def test_text_with_a_repeat_and_chunks_left_over(evidence: Evidence, order: Order) -> None:
    evidence.rows[order.marker] = [row(order, text=order.expected[:9] + order.expected[5:])]
    assert broken(evidence) == {"the_stored_text_is_what_the_llm_told"}
    evidence.rows[order.marker] = [row(order, chunks=2)]
    assert broken(evidence) == {"the_stored_text_is_what_the_llm_told"}


@pytest.mark.parametrize(
    "event",
    [
        Event("delta", "0-105", {"offset": 5, "text": "again"}),
        Event("delta", "0-999", {"offset": 999, "text": "gap"}),
        Event("status", None, {"status": "writing"}),
        Event("finished", "0-99-end", {}),
    ],
)
def test_reader_who_saw_something_wrong(evidence: Evidence, order: Order, event: Event) -> None:
    order.reading.take(event)
    assert broken(evidence) == {"readers_saw_the_whole_text_once"}


def test_reader_who_never_saw_the_end(evidence: Evidence, order: Order) -> None:
    order.second_reading.final = None
    assert broken(evidence) == {"readers_saw_the_whole_text_once"}


def test_reader_who_saw_another_text(evidence: Evidence, order: Order) -> None:
    order.second_reading.text = order.second_reading.text.upper() + "!"
    assert broken(evidence) == {"readers_saw_the_whole_text_once"}


def test_trace_id_that_got_lost(evidence: Evidence, order: Order) -> None:
    evidence.rows[order.marker] = [row(order, trace_id="another")]
    assert broken(evidence) == {"the_trace_id_came_along"}
    evidence.rows[order.marker] = [row(order)]
    evidence.calls[order.marker][0].headers.clear()
    assert broken(evidence) == {"the_trace_id_came_along"}


def test_dead_letters(evidence: Evidence) -> None:
    assert broken(replace(evidence, dead_letters=[b"poison", b"a ticket"])) == {"only_poison_is_dead"}
    assert broken(replace(evidence, dead_letters=[])) == {"only_poison_is_dead"}


@pytest.mark.parametrize("queue", [QueueTotals(JOBS, 1, 0), QueueTotals(JOBS, 0, 1), QueueTotals(DEAD, 0, 1)])
def test_messages_left_over(evidence: Evidence, queue: QueueTotals) -> None:
    assert broken(replace(evidence, queues=[queue])) == {"nothing_is_left_over"}


def test_outbox_left_over(evidence: Evidence) -> None:
    assert broken(replace(evidence, outbox_rows=1)) == {"nothing_is_left_over"}
