"""The stack with Elasticsearch, Logstash, Filebeat, Kibana and Grafana: ``make test-elk``, where their images are."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.environment import Environment
from tests.e2e.ideas import idea
from tests.support.poll import until
from tests.support.prometheus import Prometheus

ELASTIC = ("elastic", "developmentonly")

type Elasticsearch = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment.read()


@pytest.fixture(scope="session")
def elasticsearch(environment: Environment) -> Elasticsearch:
    """Asks Elasticsearch from inside its container, as its port is not published."""

    def ask(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        command = ["curl", "--silent", "--show-error", "--user", ":".join(ELASTIC), f"http://localhost:9200/{path}"]
        if body is not None:
            command += ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        answer: dict[str, Any] = json.loads(environment.compose("exec", "-T", "elasticsearch", *command))
        return answer

    return ask


@pytest.fixture(scope="session")
def kibana() -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=os.environ["KIBANA_URL"], auth=ELASTIC, headers={"kbn-xsrf": "storybot"}, timeout=60
    ) as client:
        yield client


@pytest.fixture(scope="session")
def grafana() -> Iterator[httpx.Client]:
    with httpx.Client(base_url=os.environ["GRAFANA_URL"], auth=("admin", "development-only"), timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def prometheus() -> Iterator[Prometheus]:
    with Prometheus(os.environ["PROMETHEUS_URL"]) as server:
        yield server


@pytest.fixture(scope="session")
def trace_id(environment: Environment) -> str:
    """The trace id of a story that was written from the first word to the last."""
    with httpx.Client(base_url=f"{environment.url}/api/v1", timeout=30) as http:
        answer = http.post("/prompts", json={"content": idea(tokens=40).content})
        story = answer.json()["stories"][0]["id"]
        until(lambda: http.get(f"/stories/{story}").json()["status"] == "finished", "the story is written", 60)
        return answer.headers["x-trace-id"]
