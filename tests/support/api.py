"""The prompt API in this process, served on a port of its own, and a stand-in for the worker."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import uvicorn
from pydantic import SecretStr
from sqlalchemy import delete, func, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from prompt_api.app import create_app
from prompt_api.configuration import ApiSettings
from prompt_api.main import StreamingServer
from prompt_api.wiring import Parts, build
from storybot_common.database.notifications import notify_stories
from storybot_common.database.tables import stories, story_chunks


def api_settings(database_url: SecretStr, amqp_url: SecretStr, **others: float) -> ApiSettings:
    """Settings for a test; the broker may be a place where none is, and its end need not wait for a gateway."""
    settings = ApiSettings(
        database_url=database_url,
        amqp_url=amqp_url,
        cookie_secret=SecretStr("a-key-for-this-test-only"),
        llm_base_url="http://local-llm:8080/v1",
        llm_model="a-small-model",
        drain_s=0,
    )
    return settings.model_copy(update=others)


@asynccontextmanager
async def served_api(settings: ApiSettings) -> AsyncIterator[tuple[str, Parts]]:
    """A running API: its address and its parts."""
    parts = build(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(parts), lifespan="on", log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=5
    )
    server = StreamingServer(config, parts.hub, drain_s=settings.drain_s)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", parts
    finally:
        server.should_exit = True
        await serving
        listening.close()


@asynccontextmanager
async def visitor(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a cookie of their own."""
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=30) as browser:
        await browser.post("/prompts", json={})  # refused, but an attempt to write makes a visitor
        assert browser.cookies
        yield browser


async def ask(browser: httpx.AsyncClient, content: str = "a fox") -> UUID:
    """Ask for a story; its id."""
    answer = await browser.post("/prompts", json={"content": content})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["stories"][0]["id"])


class Writer:
    """Writes stories as the worker does, without a queue and without a language model."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, story_id: UUID, *, lease_s: float = 60) -> None:
        """The story is being written from now on."""
        await self._set(
            story_id,
            status="writing",
            worker="a test",
            attempt=stories.c.attempt + 1,
            deliveries=stories.c.deliveries + 1,
            started_at=func.now(),
            model="a-small-model",
            model_builtin=True,
            lease_expires_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, lease_s),
        )

    async def write(self, story_id: UUID, offset: int, text: str) -> None:
        """Append a chunk."""
        async with self._engine.begin() as connection:
            await connection.execute(insert(story_chunks).values(story_id=story_id, offset=offset, text=text))
            await connection.execute(
                update(stories).where(stories.c.id == story_id).values(text_length=offset + len(text))
            )
            await notify_stories(connection, [story_id])

    async def void(self, story_id: UUID) -> None:
        """The text so far is no good."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(story_chunks).where(story_chunks.c.story_id == story_id))
            await connection.execute(
                update(stories)
                .where(stories.c.id == story_id)
                .values(text_length=0, restarts=stories.c.restarts + 1, resumption="restarted")
            )
            await notify_stories(connection, [story_id])

    async def finish(self, story_id: UUID, text: str) -> None:
        """The story is whole."""
        await self._end(story_id, text, status="finished", prompt_tokens=10, completion_tokens=20)

    async def fail(self, story_id: UUID, text: str, code: str) -> None:
        """Writing was given up."""
        await self._end(story_id, text, status="failed", failure_code=code)

    async def _end(self, story_id: UUID, text: str, **values: object) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(story_chunks).where(story_chunks.c.story_id == story_id))
        await self._set(
            story_id,
            text=text,
            text_length=len(text),
            worker=None,
            lease_expires_at=None,
            finished_at=func.now(),
            **values,
        )

    async def _set(self, story_id: UUID, **values: object) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(stories).where(stories.c.id == story_id).values(**values))
            await notify_stories(connection, [story_id])
