"""Log lines: the fields that were declared with values of their types, one trace through all services, no secrets."""

import datetime
import ipaddress
import json
import subprocess

import pytest

from storybot_common import log_fields
from tests.e2e.environment import Environment
from tests.support.poll import until

from .activity import Activity
from .logs import SERVICES, documents, leaves, text

FITS = {
    "keyword": lambda value: isinstance(value, str) and len(value) <= 1024,
    "wildcard": lambda value: isinstance(value, str),
    "match_only_text": lambda value: isinstance(value, str),
    "long": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: bool(datetime.datetime.fromisoformat(value).tzinfo),
    "ip": lambda value: bool(ipaddress.ip_address(value)),
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_field_was_declared_and_has_its_type(activity: Activity, environment: Environment, service: str) -> None:
    types = log_fields.types()
    lines = documents(environment, service)
    assert len(lines) > 10
    for line in lines:
        assert line["service"]["name"] == service
        for place, value in leaves(line):
            assert place in types, f"{place} is not in log_fields.py: {line}"
            assert FITS[types[place]](value), f"{place} is no {types[place]}: {line}"


def test_what_happened_is_told_by_constant_names(activity: Activity, environment: Environment) -> None:
    named = {line["event"]["action"] for line in documents(environment, *SERVICES) if "event" in line}
    assert {
        "http_request",
        "story_claimed",
        "story_attempt_ended",
        "story_attempt_failed",
        "message_poisonous",
    } <= named
    assert all(name.replace("_", "").isalpha() and name.islower() for name in named), named


@pytest.mark.parametrize("ending", ["finished", "failed", "cancelled", "gone on with"])
def test_one_trace_id_goes_through_everything(activity: Activity, environment: Environment, ending: str) -> None:
    trace_id = activity.traces[ending]
    lines = [line for line in documents(environment, *SERVICES) if line.get("trace", {}).get("id") == trace_id]
    assert {line["service"]["name"] for line in lines} == set(SERVICES)


def test_make_trace_tells_the_way_of_a_story_in_order(activity: Activity) -> None:
    told = subprocess.run(
        ["python3", "scripts/storybot.py", "trace"],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "ID": activity.traces["failed"], "STORYBOT_STACK": "test"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rows = [line for line in told.splitlines() if line[:1].isdigit()]
    events = [row.split()[2] for row in rows]
    assert events.index("story_claimed") < events.index("story_attempt_failed") < events.index("story_attempt_ended")
    assert {row.split()[1] for row in rows} == set(SERVICES)
    assert "content_filter" in told or "llm_refused" in told


def test_lines_reach_logstash_as_they_were_written(activity: Activity, environment: Environment) -> None:
    def shipped() -> set[str]:
        return {line["trace"]["id"] for line in documents(environment, "log-receiver") if "id" in line.get("trace", {})}

    until(lambda: set(activity.traces.values()) <= shipped(), "every story's lines arrive", 30)
    types = log_fields.types()
    for line in documents(environment, "log-receiver"):
        assert {place for place, _ in leaves(line)} <= set(types), line


def test_no_secret_of_anybody_is_in_any_log(activity: Activity, environment: Environment) -> None:
    """Prompts, stories, names, cookies, keys, search words: in no container's log, whatever became of the request."""
    everything = text(environment)
    services = {"fake-llm": "is told prompts on purpose"}
    for service in services:
        everything = everything.replace(text(environment, service), "")
    found = {what: secret for what, secret in activity.secrets.items() if secret.lower() in everything.lower()}
    assert found == {}
    for word in ("development-only", "sk-test-"):
        assert word not in everything


def test_addresses_of_visitors_are_cut_short(activity: Activity, environment: Environment) -> None:
    written = {line["client"]["ip"] for line in documents(environment, "gateway")}
    assert written
    assert all(address.endswith((".0", "::")) for address in written), written
    assert "203.0.113.77" not in text(environment)
    gateway = environment.compose("ps", "--quiet", "gateway").strip()
    inspected = json.loads(
        subprocess.run(["docker", "inspect", gateway], capture_output=True, text=True, check=True).stdout
    )
    visitors = {network["Gateway"] for network in inspected[0]["NetworkSettings"]["Networks"].values()} - {""}
    logged = text(environment, *SERVICES)
    assert [address for address in visitors if f'"{address}"' in logged] == []


def test_no_secret_is_in_a_label(activity: Activity, prometheus: object) -> None:
    values = {value.lower() for value in prometheus.label_values()}  # type: ignore[attr-defined]
    found = {what for what, secret in activity.secrets.items() if any(secret.lower() in value for value in values)}
    assert found == set()
