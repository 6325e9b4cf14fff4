"""The probe for the gateway's log lines, by the real blackbox exporter, with its real configuration and password."""

import pytest

from tests.e2e.environment import Environment
from tests.support.poll import until

_ASK = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=20).read().decode())"


@pytest.mark.parametrize(
    ("stream", "succeeds"),
    [
        ("logs-storybot.gateway-17", True),
        ("logs-storybot.gateway-0", False),
        ("logs-storybot.gateway-missing", False),
    ],
)
def test_a_stream_with_new_lines_is_told_from_one_without(
    environment: Environment, stream: str, succeeds: bool
) -> None:
    target = f"http://count-answers:9200/{stream}/_count"
    address = f"http://blackbox-exporter:9115/probe?module=gateway_lines&target={target}"

    def answer() -> str:
        return environment.compose("exec", "-T", "count-answers", "python", "-c", _ASK, address)

    until(lambda: "probe_http_status_code 0" not in answer(), "it is answered", 30)
    assert f"probe_success {int(succeeds)}\n" in answer()


def test_a_password_that_is_wrong_is_no_success(environment: Environment) -> None:
    """The module ``answers`` sends none: 401 tells that somebody is there, and no more."""
    target = "http://count-answers:9200/logs-storybot.gateway-17/_count"
    address = f"http://blackbox-exporter:9115/probe?module=answers&target={target}"
    found = environment.compose("exec", "-T", "count-answers", "python", "-c", _ASK, address)
    assert "probe_success 0\n" in found
