"""The production stack, started once for all tests. Read from the environment: COMPOSE_OVERLAYS (more Compose files,
by colons), KEEP_STACK (leave the containers running)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.production.installation import FAKE_LLM_PORT, HTTPS_PORT, SITE, Installation, install
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.stack import REPOSITORY, Stack

_RESULTS = REPOSITORY / "test-results"


@pytest.fixture(scope="session")
def installation() -> Installation:
    return install()


@pytest.fixture(scope="session")
def stack(installation: Installation) -> Iterator[Stack]:
    stack = installation.stack
    try:
        asyncio.run(stack.down())
        asyncio.run(stack.compose("up", "--detach", "--wait"))
        yield stack
    finally:
        asyncio.run(_leave(stack))


async def _leave(stack: Stack) -> None:
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / "production.log").write_text(await stack.logs())
    if not os.environ.get("KEEP_STACK"):
        await stack.down()


@pytest.fixture
async def fake(stack: Stack) -> AsyncIterator[FakeLlmControl]:
    control = FakeLlmControl(f"http://127.0.0.1:{FAKE_LLM_PORT}")
    control.reset()
    yield control
    control.close()


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> str:
    return f"https://{SITE}:{HTTPS_PORT}"
