"""The built-in model's server in its own image, with one slot."""

import os
from collections.abc import AsyncIterator, Iterator

import httpx
import openai
import pytest

from tests.support.containers import REPOSITORY, Container, container, docker, image_exists, network
from tests.support.poll import until

IMAGE = "storybot/local-llm-under-test"
HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
START_S = 120.0


@pytest.fixture(scope="session")
def image() -> str:
    """The image as it stands in the working tree."""
    python = os.environ.get("PYTHON_IMAGE") or (
        "storybot-debian/python:3.13" if image_exists("storybot-debian/python:3.13") else "python:3.13-slim-trixie"
    )
    docker(
        *("build", "--quiet", "--build-arg", f"PYTHON_IMAGE={python}"),
        *("--file", str(REPOSITORY / "services/local-llm/Dockerfile"), "--tag", IMAGE),
        str(REPOSITORY),
    )
    return IMAGE


@pytest.fixture(scope="session")
def server(image: str) -> Iterator[Container]:
    """A server that has its model loaded."""
    with (
        network() as on,
        container(image, on=on, ports=[8080], environment={"LOCAL_LLM_SLOTS": "1"}, options=HARDENED) as started,
    ):
        url = f"http://127.0.0.1:{started.port(8080)}/health"
        until(lambda: answers(url), "the model is loaded", seconds=START_S)
        yield started


@pytest.fixture(scope="session")
def address(server: Container) -> str:
    """Where the server is reached."""
    return f"http://127.0.0.1:{server.port(8080)}"


@pytest.fixture
async def client(address: str) -> AsyncIterator[openai.AsyncOpenAI]:
    """The client that the story worker uses."""
    async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=60.0) as opened:
        yield opened


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return httpx.get(url, timeout=2.0).is_success
    except httpx.HTTPError:
        return False
