"""How many prompts a second are accepted, beside the empty route in the same minutes."""

from tests.load import closed_loop, processes
from tests.load.closed_loop import Throughput
from tests.load.figures import Goal, Section, at_least, median
from tests.load.scenarios.limits import CLIENTS, empty_route
from tests.load.sizes import Sizes
from tests.load.stack import API_PORT, Stack
from tests.load.visitor import Visitor

_GOAL_CLIENTS = 32
_GOAL_OF_EMPTY_ROUTE = at_least(0.40)


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """Submissions by 1, 8 and 32 clients; the relay publishes meanwhile, the worker does not run."""
    section = Section("Accepting prompts (POST /api/v1/prompts)")
    await stack.stop_worker()
    for clients in CLIENTS:
        await stack.clear()
        pairs, cpu = [], []
        for _round in range(sizes.rounds):  # taking turns, so that noise of the machine meets both
            empty = await empty_route(clients, sizes.loop_seconds)
            async with processes.watched(await stack.container("prompt-api")) as api:
                pairs.append((await submissions(clients, sizes.loop_seconds), empty))
            cpu.append(api.cpu)
            await stack.until(stack.outbox_is_empty, "the relay has published everything")
        _note(section, clients, pairs)
        section.note(f"{clients} clients: CPU of the API", median(cpu), "cores")
    return section


async def submissions(clients: int, seconds: float) -> Throughput:
    """So many clients submit prompts as fast as they are accepted."""
    visitors = [await Visitor.arrive(API_PORT) for _ in range(clients)]
    throughput = await closed_loop.run([visitor.submit_in_turn for visitor in visitors], seconds=seconds)
    for visitor in visitors:
        visitor.leave()
    return throughput


def _note(section: Section, clients: int, pairs: list[tuple[Throughput, Throughput]]) -> None:
    goal: Goal | None = _GOAL_OF_EMPTY_ROUTE if clients == _GOAL_CLIENTS else None
    accepted = [accepted for accepted, _empty in pairs]
    section.note(f"{clients} clients: accepted", median(each.per_second for each in accepted), "1/s")
    section.note(
        f"{clients} clients: accepted, of the empty route's",
        median(each.per_second / empty.per_second for each, empty in pairs),
        goal=goal,
    )
    section.note(f"{clients} clients: latency, p50", median(each.latencies.p50 for each in accepted), "ms")
    section.note(f"{clients} clients: latency, p99", median(each.latencies.p99 for each in accepted), "ms")
    section.note(f"{clients} clients: CPU of the load generator", median(each.client_cpu for each in accepted), "cores")
