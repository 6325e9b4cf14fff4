"""The limits of the machine: what could be had if Storybot did nothing at all."""

import re

import aio_pika
from aio_pika.abc import AbstractChannel

from tests.load import closed_loop
from tests.load.closed_loop import Throughput
from tests.load.figures import Section
from tests.load.http_connection import Connection, post
from tests.load.sizes import Sizes
from tests.load.stack import EMPTY_ROUTE_PORT, Stack
from tests.load.visitor import OPTIONS, PROMPT

CLIENTS = (1, 8, 32)
_QUEUE = "bench.publishes"
_REQUEST = post("/empty", {"content": PROMPT, "options": OPTIONS})
_MESSAGE = aio_pika.Message(b"x" * 70, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
_COMMIT_SCRIPT = "INSERT INTO bench_commits (text) VALUES ('a row of about the size of a ticket in the outbox')"


async def measure(stack: Stack, sizes: Sizes) -> Section:
    """Requests to an empty route, confirmed publishes and single-row commits a second."""
    section = Section("Limits of this machine")
    await stack.stop_worker()
    await stack.clear()
    for clients in CLIENTS:
        empty = await empty_route(clients, sizes.loop_seconds)
        section.note(f"empty FastAPI route, {clients} clients", empty.per_second, "1/s")
        section.note_latencies(f"empty FastAPI route, {clients} clients", empty.latencies)
    for in_flight in (1, 32):
        publishes = await _publishes(stack, in_flight, sizes.loop_seconds)
        section.note(f"confirmed publishes to a quorum queue, {in_flight} in flight", publishes.per_second, "1/s")
    for clients in CLIENTS:
        commits = await _commits(stack, clients, sizes.loop_seconds)
        section.note(f"single-row commits, {clients} clients", commits, "1/s")
    return section


async def empty_route(clients: int, seconds: float) -> Throughput:
    """The same request as a submission, answered by a route that does nothing."""
    connections = [await Connection.open(EMPTY_ROUTE_PORT) for _ in range(clients)]

    def step(connection: Connection) -> closed_loop.Step:
        return lambda: connection.send(_REQUEST, expect=201)

    throughput = await closed_loop.run([step(connection) for connection in connections], seconds=seconds)
    for connection in connections:
        connection.close()
    return throughput


async def _publishes(stack: Stack, in_flight: int, seconds: float) -> Throughput:
    async with await aio_pika.connect(stack.amqp_url) as connection, connection.channel() as channel:
        await channel.declare_queue(_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        try:
            return await closed_loop.run([_publish_on(channel)] * in_flight, seconds=seconds)
        finally:
            await channel.queue_delete(_QUEUE)


def _publish_on(channel: AbstractChannel) -> closed_loop.Step:
    return lambda: channel.default_exchange.publish(_MESSAGE, _QUEUE)


async def _commits(stack: Stack, clients: int, seconds: float) -> float:
    """By pgbench beside the server: what Postgres and the disk give, no driver in the way."""
    await stack.rows("CREATE TABLE bench_commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)")
    try:
        printed = await stack.execute(
            "postgres", "sh", "-c",
            f'echo "{_COMMIT_SCRIPT}" > /tmp/commit.sql && pgbench --no-vacuum --protocol=prepared '
            f"--client={clients} --time={max(1, round(seconds))} --file=/tmp/commit.sql "
            '--username="$POSTGRES_USER" "$POSTGRES_DB"',
        )  # fmt: skip
    finally:
        await stack.rows("DROP TABLE bench_commits")
    tps = re.search(r"tps = ([\d.]+) \(without initial connection time\)", printed)
    if tps is None:
        raise ValueError(f"pgbench said: {printed}")
    return float(tps[1])
