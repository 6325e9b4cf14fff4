"""Whatever happens to the containers, no story is lost, doubled or mixed up."""

from tests.faults import report
from tests.faults.claims import violations
from tests.faults.conftest import Run
from tests.faults.faults import Fault
from tests.faults.play import play
from tests.faults.scene import Stage


async def test_no_story_is_lost(fault: Fault, stage: Stage, run: Run) -> None:
    outcome = await play(fault, run.form, stage, run.seed)
    found = violations(outcome.evidence)
    run.note(report.line(fault.name, outcome, found))
    told = "\n".join(f"{claim}:\n  " + "\n  ".join(those[:20]) for claim, those in found.items())
    assert not found, f"after {fault.name}, SEED={run.seed}:\n{told}"
