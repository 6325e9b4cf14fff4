"""The whole stack with Prometheus, after visitors did everything that leaves a trace in metrics and logs."""

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.environment import Environment
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import until
from tests.support.prometheus import Prometheus

from .activity import Activity, a_busy_day


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment.read()


@pytest.fixture(scope="session")
def prometheus() -> Iterator[Prometheus]:
    with Prometheus(os.environ["PROMETHEUS_URL"]) as server:
        yield server


@pytest.fixture(scope="session")
def fake(environment: Environment) -> Iterator[FakeLlmControl]:
    control = FakeLlmControl(environment.fake_llm_url)
    yield control
    control.close()


@pytest.fixture(scope="session")
def activity(environment: Environment, fake: FakeLlmControl, prometheus: Prometheus) -> Activity:
    """Done once; afterwards Prometheus has seen it."""
    until(lambda: _answers(environment.url), "the gateway serves", 60)
    until(lambda: prometheus.query("storybot_gateway_unread_lines_total"), "the first scrapes", 60)
    for path in ("/", "/favicon.svg"):
        httpx.get(f"{environment.url}{path}")
    until(lambda: prometheus.query('storybot_gateway_requests_total{kind="app"}'), "a first page is seen", 60)
    done = a_busy_day(environment, fake)
    until(
        lambda: (
            prometheus.value('storybot_worker_stories_total{outcome="finished"}') >= done.finished
            and prometheus.query("storybot:stories_failed:ratio_rate5m > 0")
            and prometheus.query('rabbitmq_detailed_queue_messages{queue="story.jobs.dead"} > 0')
        ),
        "Prometheus has seen the stories",
        60,
    )
    return done


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/readyz").is_success
    except httpx.TransportError:
        return False
