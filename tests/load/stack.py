"""The containers of the bench: restarting the worker, starting from nothing, asking the database."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Self

import aio_pika
import psycopg
from aio_pika.exceptions import ChannelNotFoundEntity

from storybot_common.broker import topology
from storybot_common.database import notifications
from tests.load.fake_llm import LlmRecord
from tests.load.http_connection import Connection

API_PORT = 8000
EMPTY_ROUTE_PORT = 8001
_LLM_PORT = 8080
_QUEUES = tuple(queue.name for queue in topology.QUEUES)
_DEADLINE_S = 120.0
_POLL_S = 0.02


class Stack:
    """The running containers of one Compose project, seen from inside their network namespace."""

    def __init__(self, project: str, database: psycopg.AsyncConnection[Any], amqp_url: str) -> None:
        self._project = project
        self._database = database
        self.amqp_url = amqp_url
        self.llm = LlmRecord(_LLM_PORT)
        self._containers: dict[str, str] = {}

    @classmethod
    async def connect(cls, project: str) -> Self:
        """Find out the addresses from the API's own environment and connect to its database."""
        container = await _container(project, "prompt-api")
        described = json.loads(await _docker("inspect", "--format", "{{json .Config.Env}}", container))
        environment = dict(pair.split("=", 1) for pair in described)
        dsn = environment["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        database = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        return cls(project, database, environment["AMQP_URL"])

    async def container(self, service: str) -> str:
        """The id of a service's container."""
        if service not in self._containers:
            self._containers[service] = await _container(self._project, service)
        return self._containers[service]

    async def execute(self, service: str, *command: str) -> str:
        """Run a command in a service's container; what it printed."""
        return await _docker("exec", await self.container(service), *command)

    async def log(self, service: str, since: datetime) -> str:
        """What a service's container logged since then, standard error too."""
        return await _docker("logs", "--since", since.isoformat(), await self.container(service))

    async def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement; its rows, or none."""
        cursor = await self._database.execute(statement.encode(), parameters or None)
        return await cursor.fetchall() if cursor.description else []

    async def value(self, statement: str, *parameters: object) -> Any:  # noqa: ANN401 — the statement decides
        """The only column of the only row."""
        ((value,),) = await self.rows(statement, *parameters)
        return value

    async def start_service(self, service: str, port: int) -> None:
        """Start a container; returns when its port is open."""

        async def is_open() -> bool:
            try:
                (await Connection.open(port)).close()
            except ConnectionRefusedError:
                return False
            return True

        await _docker("start", await self.container(service))
        await self.until(is_open, f"{service} listens")

    async def start_worker(self, service: str = "story-worker", queue: str = topology.JOBS) -> None:
        """Start the worker; returns when it consumes."""

        async def is_consumed() -> bool:
            return bool(await self._consumers(queue))

        await _docker("start", await self.container(service))
        await self.until(is_consumed, f"{service} consumes")

    async def stop(self, service: str) -> None:
        """Stop a container."""
        await _docker("stop", await self.container(service))

    async def stop_worker(self) -> None:
        """Stop the worker; stories that are being written go back to the queue."""
        await self.stop("story-worker")

    async def clear(self) -> None:
        """No prompt, no story, no ticket and no record of the LLM. The worker must not run."""
        await self.rows("TRUNCATE prompts, stories, story_chunks, outbox")
        await self.take_tickets_away()
        await self.llm.forget()
        await self.rows("CHECKPOINT")

    async def take_tickets_away(self, queues: Iterable[str] = _QUEUES) -> None:
        """Empty the queues."""
        async with await aio_pika.connect(self.amqp_url) as connection, connection.channel() as channel:
            for queue in queues:
                await (await channel.get_queue(queue)).purge()

    async def issue_tickets(self, count: int) -> None:
        """Put as many tickets for queued stories into the outbox and wake the relay."""
        await self.rows(
            "INSERT INTO outbox (queue, story_id, trace_id)"
            " SELECT %s, id, trace_id FROM stories WHERE status = 'queued' LIMIT %s",
            topology.JOBS,
            count,
        )
        await self.rows("SELECT pg_notify(%s, '')", notifications.OUTBOX)

    async def finished(self, table: str = "stories") -> int:
        """How many stories are written."""
        return int(await self.value(f"SELECT count(*) FROM {table} WHERE status = 'finished'"))

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str) -> float:
        """Poll until the condition holds; seconds waited. TimeoutError after two minutes."""
        started = time.perf_counter()
        while not await condition():
            if time.perf_counter() - started > _DEADLINE_S:
                raise TimeoutError(f"not within {_DEADLINE_S:g} s: {what}")
            await asyncio.sleep(_POLL_S)
        return time.perf_counter() - started

    async def outbox_is_empty(self) -> bool:
        """Whether every ticket is at the broker."""
        return not await self.value("SELECT EXISTS (SELECT FROM outbox)")

    async def _consumers(self, queue: str) -> int:
        async with await aio_pika.connect(self.amqp_url) as connection, connection.channel() as channel:
            try:
                declared = await channel.declare_queue(queue, passive=True)
            except ChannelNotFoundEntity:
                return 0
            return declared.declaration_result.consumer_count or 0

    async def close(self) -> None:
        """Hang up."""
        await self._database.close()


async def _container(project: str, service: str) -> str:
    labels = {"project": project, "service": service}
    filters = [f"--filter=label=com.docker.compose.{name}={value}" for name, value in labels.items()]
    found = (await _docker("ps", "--all", "--quiet", *filters)).split()
    if len(found) != 1:
        raise LookupError(f"{len(found)} containers of {service} in project {project}")
    return found[0]


async def _docker(*arguments: str) -> str:
    """What the command printed, errors too."""
    process = await asyncio.create_subprocess_exec(
        "docker", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _no_errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"docker {' '.join(arguments)}: {output.decode()}")
    return output.decode()
