"""The story worker inside the test's own process, and what is usually done around it by the prompt API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from aio_pika import Message
from aio_pika.abc import AbstractChannel, HeadersType
from pydantic import SecretStr
from sqlalchemy import RowMapping, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker.configuration import WorkerSettings
from story_worker.main import run
from storybot_common.broker.topology import JOBS
from storybot_common.database.tables import outbox, prompts, stories, story_chunks
from storybot_common.ids import new_id
from storybot_common.messages import WriteStory
from storybot_common.trace import HEADER, new_trace_id
from tests.support.poll import eventually


class Bookshop:
    """Orders stories and looks at them: the API's part, without the API."""

    def __init__(self, engine: AsyncEngine, channel: AbstractChannel) -> None:
        self._engine = engine
        self._channel = channel

    async def order(self, content: str, *, owner_id: UUID | None = None, **story: object) -> UUID:
        """A prompt with a queued story, and its ticket on the queue."""
        story_id = await self.shelve(content, owner_id=owner_id, **story)
        await self.send(WriteStory(story_id=story_id).encode())
        return story_id

    async def shelve(self, content: str, *, owner_id: UUID | None = None, **story: object) -> UUID:
        """A prompt with a queued story, without a ticket."""
        owner_id, prompt_id, story_id = owner_id or new_id(), new_id(), new_id()
        prompt = {"id": prompt_id, "owner_id": owner_id, "content": content, "options": {"language": "en"}}
        row = {"id": story_id, "prompt_id": prompt_id, "owner_id": owner_id, "trace_id": new_trace_id()} | story
        async with self._engine.begin() as connection:
            await connection.execute(insert(prompts).values(**prompt))
            await connection.execute(insert(stories).values(**row))
        return story_id

    async def send(self, body: bytes, queue: str = JOBS, headers: HeadersType | None = None) -> None:
        """Publish a message with a confirm."""
        message = Message(body, headers=headers or {HEADER.lower(): new_trace_id()})
        await self._channel.default_exchange.publish(message, queue)

    async def relay(self) -> list[str]:
        """Publish what is in the outbox to the jobs queue, whatever delay was meant; the queues that were meant."""
        async with self._engine.begin() as connection:
            rows = (await connection.execute(delete(outbox).returning(outbox.c.queue, outbox.c.story_id))).all()
        for row in rows:
            await self.send(WriteStory(story_id=row.story_id).encode())
        return [row.queue for row in rows]

    async def story(self, story_id: UUID) -> RowMapping:
        """The row."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(stories).where(stories.c.id == story_id))).mappings().one()

    async def chunks(self, story_id: UUID) -> str:
        """The text in chunks, joined; their offsets are checked."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(story_chunks).where(story_chunks.c.story_id == story_id).order_by(story_chunks.c.offset)
            )
            text = ""
            for row in rows:
                assert row.offset == len(text)
                text += row.text
        return text

    async def becomes(self, story_id: UUID, status: str, seconds: float = 30.0) -> RowMapping:
        """Wait for a status; the row then."""

        async def has_it() -> RowMapping | None:
            row = await self.story(story_id)
            return row if row["status"] == status else None

        row = await eventually(has_it, f"story {status}", seconds)
        assert row is not None
        return row

    async def put_chunks(self, story_id: UUID, *texts: str) -> None:
        """Text as an earlier attempt left it."""
        rows = [
            {"story_id": story_id, "offset": len("".join(texts[:number])), "text": text}
            for number, text in enumerate(texts)
        ]
        async with self._engine.begin() as connection:
            await connection.execute(insert(story_chunks), rows)

    async def is_read_up_to(self, story_id: UUID, characters: int) -> None:
        """Wait until so much text is committed."""

        async def is_long_enough() -> bool:
            return bool((await self.story(story_id))["text_length"] >= characters)

        await eventually(is_long_enough, f"{characters} characters", interval=0.01)

    async def makes_available(self, story_id: UUID) -> None:
        """As if the delay of a retry were over."""
        async with self._engine.begin() as connection:
            await connection.execute(stories.update().where(stories.c.id == story_id).values(available_at=func.now()))

    async def waiting(self, queue: str) -> int:
        """How many messages wait in a queue; those that are delivered and not acknowledged do not count."""
        declared = await self._channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def has_messages(self, queue: str, count: int) -> None:
        """Wait until so many messages wait."""

        async def has_them() -> bool:
            return await self.waiting(queue) == count

        await eventually(has_them, f"{count} messages in {queue}")


class RunningWorker:
    """A worker as a task; ``die`` is a crash, ``stop`` is SIGTERM."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._stopping = asyncio.Event()
        self._task = asyncio.create_task(run(settings, self._stopping))

    async def stop(self) -> None:
        """Drain, and wait for the end."""
        self._stopping.set()
        await self._task

    async def die(self) -> None:
        """End at once."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


@asynccontextmanager
async def running_worker(
    database_url: SecretStr, amqp_url: SecretStr, llm_url: str, **settings: object
) -> AsyncIterator[RunningWorker]:
    """A worker with short patience, unless ``settings`` say otherwise."""
    values: dict[str, object] = {
        "database_url": database_url,
        "amqp_url": amqp_url,
        "llm_base_url": f"{llm_url}/v1",
        "llm_model": "fake",
        "llm_first_token_timeout_seconds": 3,
        "llm_token_timeout_seconds": 3,
        "worker_name": "worker-under-test",
        "worker_concurrency": 8,
        "shutdown_grace_seconds": 0.2,
        "health_port": 0,
    }
    worker = RunningWorker(WorkerSettings.model_validate(values | settings))
    try:
        yield worker
    finally:
        await worker.die()
