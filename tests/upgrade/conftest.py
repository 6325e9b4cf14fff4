"""A stack of the release before, with two replicas of each service. Read from the environment: COMPOSE_OVERLAYS (more
Compose files, by colons), UPGRADE_FROM (a commit or tag), STORYBOT_RELEASE (what is upgraded to)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.stack import REPOSITORY, Stack
from tests.upgrade import earlier

REPLICAS = 2
_RESULTS = REPOSITORY / "test-results"
_PORTS = {
    "GATEWAY_PORT": "18380",
    "GATEWAY_TLS_PORT": "18743",
    "RABBITMQ_UI_PORT": "18982",
    "TEST_POSTGRES_PORT": "18532",
    "TEST_AMQP_PORT": "18783",
    "FAKE_LLM_PORT": "18490",
}
BASE_URL = f"http://127.0.0.1:{_PORTS['GATEWAY_PORT']}"


@pytest.fixture(scope="session")
def present() -> Stack:
    """The stack as this release would start it."""
    overlays = [name for name in os.environ.get("COMPOSE_OVERLAYS", "").split(":") if name]
    return Stack(
        project="storybot-upgrade",
        files=["docker-compose.yml", *overlays, "compose/test.yml"],
        env_file="compose/test.env",
        environment={
            **_PORTS,
            "LLM_BASE_URL": "http://fake-llm:8080/v1",
            "LLM_MODEL": "fake-storyteller",
            "LOCAL_LLM_REPLICAS": "0",
            "STORYBOT_RELEASE": os.environ.get("STORYBOT_RELEASE", "local"),
        },
    )


@pytest.fixture(scope="session")
def before(present: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The same of the release before, running."""
    earlier.build(earlier.commit(), tmp_path_factory.mktemp("before"))
    stack = replace(present, environment={**present.environment, "STORYBOT_RELEASE": earlier.RELEASE})
    try:
        asyncio.run(stack.down())
        asyncio.run(_start(stack))
        yield stack
    finally:
        _RESULTS.mkdir(exist_ok=True)
        (_RESULTS / "upgrade.log").write_text(asyncio.run(stack.logs()))
        asyncio.run(stack.down())
        earlier.forget()


async def _start(stack: Stack) -> None:
    scale = [part for name in ("prompt-api", "story-worker") for part in ("--scale", f"{name}={REPLICAS}")]
    await stack.compose("up", "--detach", "--wait", *scale)


@pytest.fixture
async def fake(before: Stack) -> AsyncIterator[FakeLlmControl]:
    control = FakeLlmControl(f"http://127.0.0.1:{_PORTS['FAKE_LLM_PORT']}")
    control.reset()
    yield control
    control.close()
