"""What a service says last is shipped too."""

import pytest

from tests.e2e.environment import Environment
from tests.support.poll import until

from .activity import Activity
from .logs import documents


@pytest.mark.parametrize(("service", "last_word"), [("prompt-api", "stopped"), ("story-worker", "worker_stopped")])
def test_the_last_line_before_an_orderly_end_reaches_logstash(
    activity: Activity, environment: Environment, service: str, last_word: str
) -> None:
    def arrived() -> int:
        return sum(
            line["message"] == last_word and line["service"]["name"] == service
            for line in documents(environment, "log-receiver")
        )

    before = arrived()
    environment.compose("stop", service)
    try:
        # the container is gone: nobody is left who could send it later
        until(lambda: arrived() > before, "it arrives", 10)
    finally:
        environment.compose("start", service)
