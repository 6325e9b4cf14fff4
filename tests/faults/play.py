"""One scene from the first order to the evidence."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from secrets import token_hex
from typing import Any

from tests.faults.claims import Evidence
from tests.faults.crowd import Crowd
from tests.faults.faults import Fault
from tests.faults.form import Form
from tests.faults.orders import OrderBook
from tests.faults.scene import Scene, Stage
from tests.support.fake_llm.calls import Call
from tests.support.poll import eventually

_BROKER_REFRESHES_S = 2.5
_LATEST_STRIKE_S = 1.0
_LEAST_IN_FLIGHT = 0.75


@dataclass(frozen=True, slots=True)
class Outcome:
    """The evidence, and how long (seconds) the fault and the recovery took."""

    evidence: Evidence
    fault_seconds: float
    recovery_seconds: float


async def play(fault: Fault, form: Form, stage: Stage, seed: str) -> Outcome:
    """Fill the house, strike, heal, wait until everything is quiet, and look at everything."""
    await asyncio.to_thread(stage.fake.reset)
    await stage.broker.purge_dead_letters()
    moments = Random(f"{seed}/{fault.name}/moments")
    name = f"{fault.name}-{token_hex(3)}"  # another one each time: the stories of earlier runs may still be there
    scene = Scene(name, form, stage, moments)
    book = OrderBook(name, form, Random(f"{seed}/{fault.name}/orders"))
    async with Crowd.gather(stage.base_url, book, form) as crowd:
        await crowd.fill()
        await asyncio.sleep(moments.uniform(0, _LATEST_STRIKE_S))
        in_flight = await _in_flight(scene)
        struck = time.monotonic()
        async with crowd.pressure():
            await fault.strike(scene)
        healed = time.monotonic()
        await crowd.read_to_the_end()
        read = time.monotonic()
        await _quiet(stage, form)
        evidence = await _collect(scene, crowd, fault, in_flight)
    return Outcome(evidence, healed - struck, read - healed)


async def _in_flight(scene: Scene) -> int:
    rows = await scene.stage.stories(scene.name)
    return sum(row["status"] in {"queued", "writing"} for row in rows)


async def _quiet(stage: Stage, form: Form) -> None:
    """Wait until no ticket is anywhere, and long enough for the broker's numbers to be of now.

    When that does not come, the claims say what is left.
    """
    quiet_since: float | None = None

    async def is_quiet() -> bool:
        nonlocal quiet_since
        busy = await stage.outbox_rows() or any(queue.is_busy for queue in await stage.broker.totals())
        quiet_since = None if busy else quiet_since or time.monotonic()
        return quiet_since is not None and time.monotonic() - quiet_since > _BROKER_REFRESHES_S

    try:
        await eventually(is_quiet, "no ticket left", form.settle, interval=0.5)
    except AssertionError:
        return


async def _collect(scene: Scene, crowd: Crowd, fault: Fault, in_flight: int) -> Evidence:
    rows = defaultdict[str, list[dict[str, Any]]](list)
    for row in await scene.stage.stories(scene.name):
        rows[row["marker"]].append(row)
    calls = defaultdict[str, list[Call]](list)
    for call in [*scene.earlier_calls, *await scene.stage.calls()]:
        calls[call.story].append(call)
    return Evidence(
        orders=crowd.orders,
        rows=rows,
        calls=calls,
        interruptions=scene.interruptions,
        queues=await scene.stage.broker.totals(),
        outbox_rows=await scene.stage.outbox_rows(),
        dead_letters=await scene.stage.broker.dead_letters(),
        poison=scene.poison,
        closes_the_door=fault.closes_the_door,
        in_flight=in_flight,
        expected_in_flight=int(scene.form.stories * _LEAST_IN_FLIGHT),
    )
