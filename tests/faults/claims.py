"""What must be true after every fault. Each claim names the stories for which it is not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from storybot_common.broker.topology import DEAD
from tests.faults.orders import Order
from tests.faults.scene import Interruption
from tests.support.broker_pages import QueueTotals
from tests.support.event_stream import Reading
from tests.support.fake_llm.calls import Call
from tests.support.story_client import Told

LEAST_SHARE_ACCEPTED = 0.97


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was seen of one scene, from all sides."""

    orders: Sequence[Order]
    rows: dict[str, list[dict[str, Any]]]
    """Of Postgres, by marker."""
    calls: dict[str, list[Call]]
    """Of the LLM, by marker, oldest first."""
    interruptions: Sequence[Interruption]
    queues: Sequence[QueueTotals]
    outbox_rows: int
    dead_letters: Sequence[bytes]
    poison: Sequence[bytes]
    closes_the_door: bool
    in_flight: int
    """Stories queued or being written when the fault struck."""
    expected_in_flight: int

    @property
    def accepted(self) -> list[Order]:
        """What visitors were promised by a 201."""
        return [order for order in self.orders if order.submission.accepted]

    @property
    def asked_during_fault(self) -> list[Order]:
        """What visitors asked for while the fault lasted."""
        return [order for order in self.orders if order.during_fault]


type Claim = Callable[[Evidence], Iterable[str]]


def the_fault_struck_full_hands(evidence: Evidence) -> Iterable[str]:
    """Not a claim about the system but about the test: it may not pass because nothing was going on."""
    if evidence.in_flight < evidence.expected_in_flight:
        yield f"only {evidence.in_flight} stories were in flight, {evidence.expected_in_flight} should have been"
    if not evidence.asked_during_fault:
        yield "nobody asked for a story during the fault"


def every_accepted_story_is_finished(evidence: Evidence) -> Iterable[str]:
    for order in evidence.accepted:
        states = [row["status"] for row in evidence.rows[order.marker]]
        if states != ["finished"]:
            yield f"{order.marker}: was accepted, and is {' and '.join(map(str, states)) or 'not there'}"


def nothing_refused_is_kept(evidence: Evidence) -> Iterable[str]:
    for order in evidence.orders:
        told = {one.told for one in order.submission.tries}
        if told == {Told.REFUSED} and evidence.rows[order.marker]:
            answers = ", ".join(one.answer for one in order.submission.tries)
            yield f"{order.marker}: was refused ({answers}), and is stored"


def one_key_makes_one_story(evidence: Evidence) -> Iterable[str]:
    for order in evidence.orders:
        if len(order.submission.stories) > 1:
            yield f"{order.marker}: the same key was answered with {len(order.submission.stories)} stories"
        if len(evidence.rows[order.marker]) > 1:
            yield f"{order.marker}: is stored {len(evidence.rows[order.marker])} times"


def requests_are_accepted(evidence: Evidence) -> Iterable[str]:
    """Everybody who tries again gets in; and at the first try too, unless the door itself was hit."""
    asked = evidence.asked_during_fault
    patient = [order for order in asked if order.patient]
    if share_finally_accepted(asked) < LEAST_SHARE_ACCEPTED:
        refused = ", ".join(order.marker for order in patient if not order.submission.accepted)
        yield f"only {share_finally_accepted(asked):.0%} of the patient were accepted in the end; not: {refused}"
    if not evidence.closes_the_door and share_accepted_at_once(asked) < LEAST_SHARE_ACCEPTED:
        refused = ", ".join(f"{order.marker} ({first_answer(order)})" for order in asked if not accepted_at_once(order))
        yield f"only {share_accepted_at_once(asked):.0%} of the requests were accepted at once; not: {refused}"


def visitors_see_no_errors_of_ours(evidence: Evidence) -> Iterable[str]:
    for order in evidence.orders:
        strange = {one.answer for one in order.submission.tries if one.told is Told.REFUSED} - {"503", "429"}
        strange |= {"500"} & {one.answer for one in order.submission.tries}
        if strange:
            yield f"{order.marker}: was answered {', '.join(sorted(strange))}"


def the_llm_is_asked_again_only_where_it_was_cut(evidence: Evidence) -> Iterable[str]:
    for order in evidence.orders:
        calls = evidence.calls[order.marker]
        for previous, again in pairwise(calls):
            if not any(_explains(one, previous, again) for one in evidence.interruptions):
                yield f"{order.marker}: the LLM was asked {len(calls)} times, the last call ended {previous.outcome}"
                break
        if order.submission.accepted and not calls:
            yield f"{order.marker}: the LLM was never asked"
        if not order.submission.accepted and calls and not evidence.rows[order.marker]:
            yield f"{order.marker}: the LLM was asked for a story that is not stored"


def the_stored_text_is_what_the_llm_told(evidence: Evidence) -> Iterable[str]:
    for order in evidence.accepted:
        for row in evidence.rows[order.marker]:
            if row["text"] != order.expected:
                yield f"{order.marker}: {_difference(row['text'], order.expected)} (attempt {row['attempt']})"
            if row["chunks"]:
                yield f"{order.marker}: {row['chunks']} chunks are left over"


def readers_saw_the_whole_text_once(evidence: Evidence) -> Iterable[str]:
    for order in evidence.accepted:
        for reading in (order.reading, order.second_reading):
            for problem in _problems(reading, order.expected):
                yield f"{order.marker}: a reader saw {problem}"


def the_trace_id_came_along(evidence: Evidence) -> Iterable[str]:
    for order in evidence.accepted:
        wanted = order.submission.trace_id
        stored = {row["trace_id"] for row in evidence.rows[order.marker]}
        sent = {call.headers.get("x-trace-id", "none") for call in evidence.calls[order.marker]}
        if wrong := (stored | sent) - {wanted}:
            yield f"{order.marker}: trace id {wrong.pop()} instead of {wanted}"


def only_poison_is_dead(evidence: Evidence) -> Iterable[str]:
    """As sets: dead-lettering is at least once."""
    for body in set(evidence.dead_letters) - set(evidence.poison):
        yield f"dead letter {body!r}"
    for body in set(evidence.poison) - set(evidence.dead_letters):
        yield f"poison that is no dead letter: {body!r}"


def nothing_is_left_over(evidence: Evidence) -> Iterable[str]:
    for queue in evidence.queues:
        if queue.unacknowledged:
            yield f"{queue.name}: {queue.unacknowledged} messages unacknowledged"
        if queue.ready and queue.name != DEAD:
            yield f"{queue.name}: {queue.ready} messages left"
    if evidence.outbox_rows:
        yield f"outbox: {evidence.outbox_rows} rows left"


CLAIMS: Sequence[Claim] = (
    the_fault_struck_full_hands,
    every_accepted_story_is_finished,
    nothing_refused_is_kept,
    one_key_makes_one_story,
    requests_are_accepted,
    visitors_see_no_errors_of_ours,
    the_llm_is_asked_again_only_where_it_was_cut,
    the_stored_text_is_what_the_llm_told,
    readers_saw_the_whole_text_once,
    the_trace_id_came_along,
    only_poison_is_dead,
    nothing_is_left_over,
)


def violations(evidence: Evidence) -> dict[str, list[str]]:
    """What is not true, by the name of the claim."""
    found: dict[str, list[str]] = defaultdict(list)
    for claim in CLAIMS:
        for violation in claim(evidence):
            found[claim.__name__].append(violation)
    return dict(found)


def first_answer(order: Order) -> str:
    """What the visitor heard first; nothing when they still wait."""
    return min(order.submission.tries, key=lambda one: one.sent_at).answer if order.submission.tries else "no answer"


def accepted_at_once(order: Order) -> bool:
    """Whether the first request was accepted."""
    return first_answer(order) == "201"


def share_accepted_at_once(orders: Sequence[Order]) -> float:
    """Of all requests that were sent."""
    return sum(map(accepted_at_once, orders)) / len(orders) if orders else 1.0


def share_finally_accepted(orders: Sequence[Order]) -> float:
    """Of those whose visitors try again."""
    patient = [order for order in orders if order.patient]
    return sum(order.submission.accepted for order in patient) / len(patient) if patient else 1.0


def _explains(interruption: Interruption, previous: Call, again: Call) -> bool:
    was_in_hand = previous.story in interruption.writing or previous.received_ns >= interruption.looked_ns
    return was_in_hand and previous.received_ns <= interruption.until_ns and again.received_ns >= interruption.looked_ns


def _problems(reading: Reading, expected: str) -> Iterable[str]:
    yield from reading.problems
    if reading.final != "finished":
        yield f"no end ({reading.final or 'still waiting'}) after {len(reading.text)} code points"
    elif reading.text != expected:
        yield _difference(reading.text, expected)


def _difference(text: str, expected: str) -> str:
    same = next(
        (i for i, (a, b) in enumerate(zip(text, expected, strict=False)) if a != b), min(len(text), len(expected))
    )
    return (
        f"a text of {len(text)} code points instead of {len(expected)}, different from {same} on: "
        f"{text[same : same + 30]!r} instead of {expected[same : same + 30]!r}"
    )
