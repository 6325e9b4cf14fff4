"""The table of a run, for people, and the same as JSON."""

import dataclasses
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.faults.claims import share_accepted_at_once, share_finally_accepted
from tests.faults.play import Outcome
from tests.support.story_client import Told

_MOST_VIOLATIONS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """What one fault did. Shares are of 1, times in seconds."""

    fault: str
    in_flight: int
    requests_during: int
    accepted_at_once: float
    accepted_finally: float
    told: dict[str, int]
    """Every request of the scene, by what its visitor was told."""
    answers: dict[str, int]
    """The same by status, or by the error when there was none."""
    accepted: int
    finished: int
    asked_again: int
    """Stories for which the LLM was asked more than once; only where it was cut, says a claim."""
    voided: int
    """Stories that began anew under their readers' eyes."""
    reconnections: int
    fault_seconds: float
    recovery_seconds: float
    violations: dict[str, list[str]]


def line(fault: str, outcome: Outcome, violations: dict[str, list[str]]) -> Line:
    """Sum up."""
    evidence = outcome.evidence
    asked = evidence.asked_during_fault
    tries = [one for order in evidence.orders for one in order.submission.tries]
    told = Counter(one.told for one in tries)
    return Line(
        fault=fault,
        in_flight=evidence.in_flight,
        requests_during=len(asked),
        accepted_at_once=share_accepted_at_once(asked),
        accepted_finally=share_finally_accepted(asked),
        told={each.value: told[each] for each in Told},
        answers=dict(Counter(one.answer for one in tries)),
        accepted=len(evidence.accepted),
        finished=sum(row["status"] == "finished" for order in evidence.accepted for row in evidence.rows[order.marker]),
        asked_again=sum(len(calls) > 1 for calls in evidence.calls.values()),
        voided=sum(order.reading.restarts > 0 for order in evidence.orders),
        reconnections=sum(max(0, order.reading.connections - 1) for order in evidence.orders),
        fault_seconds=round(outcome.fault_seconds, 1),
        recovery_seconds=round(outcome.recovery_seconds, 1),
        violations={claim: those[:_MOST_VIOLATIONS] for claim, those in violations.items()},
    )


def table(lines: list[Line]) -> str:
    """A table in Markdown."""
    head = (
        "fault", "in flight", "asked during", "accepted at once", "accepted finally", "refused", "unanswered",
        "accepted", "finished", "LLM asked again", "begun anew", "reconnects", "fault s", "recovery s", "violated",
    )  # fmt: skip
    rows = [head, tuple("---" for _ in head)]
    for one in lines:
        cells = (
            one.fault, one.in_flight, one.requests_during, f"{one.accepted_at_once:.0%}", f"{one.accepted_finally:.0%}",
            one.told["refused"], one.told["unknown"], one.accepted, one.finished, one.asked_again, one.voided,
            one.reconnections, one.fault_seconds, one.recovery_seconds, ", ".join(one.violations) or "–",
        )  # fmt: skip
        rows.append(tuple(map(str, cells)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(path: Path, seed: str, lines: list[Line]) -> None:
    """Leave the figures to be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seed": seed, "faults": [dataclasses.asdict(one) for one in lines]}, indent=2))
