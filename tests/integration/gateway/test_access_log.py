"""The access log: one ECS document a request, nothing that anybody may type, a file that is rotated."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from storybot_common import log_fields
from tests.support.containers import docker
from tests.support.poll import until

from .conftest import Gateway, StartGateway

FILE = "/tmp/access.log"


@pytest.fixture(scope="module")
def logging_gateway(start_gateway: StartGateway, behind: str) -> Iterator[Gateway]:
    with start_gateway(behind, ACCESS_LOG_FILE=FILE) as started:
        until(lambda: started.http.get("/api/v1/ping").is_success, "the gateway reaches the stub")
        yield started


def lines(gateway: Gateway, trace_id: str) -> list[dict[str, Any]]:
    written = (json.loads(line) for line in gateway.container.output().splitlines() if line.startswith("{"))
    return [line for line in written if line["trace"]["id"] == trace_id]


def line_of(gateway: Gateway, path: str, **headers: str) -> dict[str, Any]:
    trace_id = f"test-{abs(hash((path, *headers)))}"
    with gateway.http.stream("GET", path, headers={"X-Trace-Id": trace_id, **headers}):
        pass  # an event stream has no end of its own
    (line,) = until(lambda: lines(gateway, trace_id), "the line is written")
    return line


def leaves(document: dict[str, Any], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in document.items():
        found |= leaves(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}"}
    return found


def test_a_line_has_the_declared_fields_and_a_time_to_the_millisecond(logging_gateway: Gateway) -> None:
    line = line_of(logging_gateway, "/api/v1/ping")
    assert leaves(line) <= set(log_fields.types())
    assert line["storybot"]["kind"] == "api"
    assert line["http"]["response"]["status_code"] == 200
    assert datetime.fromisoformat(line["@timestamp"]).tzinfo
    assert "." in line["@timestamp"]


@pytest.mark.parametrize(
    ("path", "written", "kind"),
    [
        ("/", "/", "app"),
        ("/assets/app-Ab12Cd34.js", "/assets/app-Ab12Cd34.js", "asset"),
        ("/api/v1/prompts?q=Yuki", "/api/v1/prompts", "api"),
        (
            "/api/v1/stories/0199a8f0-0000-7000-8000-000000000000/events",
            "/api/v1/stories/0199a8f0-0000-7000-8000-000000000000/events",
            "events",
        ),
        ("/api/v1/stories/Yuki", "other", "api"),
        ("/api/v1/library/join", "/api/v1/library/join", "api"),
        ("/Yuki", "/", "app"),
        ("/assets/../Yuki", "/", "app"),
        ("/Yuki.php", "other", "app"),
        ("/api/readyz", "/api/readyz", "probe"),
    ],
)
def test_only_paths_of_known_shapes_are_written(logging_gateway: Gateway, path: str, written: str, kind: str) -> None:
    line = line_of(logging_gateway, path, Referer="https://example.org/Yuki")
    assert line["url"]["path"] == written
    assert line["storybot"]["kind"] == kind
    assert "Yuki" not in json.dumps(line)


def test_the_file_has_the_same_lines(logging_gateway: Gateway) -> None:
    line = line_of(logging_gateway, "/favicon.svg")
    copy = docker("exec", logging_gateway.container.name, "cat", FILE).stdout
    assert line in [json.loads(each) for each in copy.splitlines()]


def test_a_full_file_makes_room_for_a_new_one(logging_gateway: Gateway) -> None:
    name = logging_gateway.container.name
    docker("exec", name, "sh", "-c", f"head -c 21000000 /dev/zero >>{FILE}")
    until(lambda: docker("exec", name, "test", "-s", f"{FILE}.1", check=False).returncode == 0, "it is rotated")
    line = until(lambda: line_of(logging_gateway, "/index.html"), "a line after that")
    copy = docker("exec", name, "cat", FILE).stdout
    assert line in [json.loads(each) for each in copy.splitlines()]


def test_nginx_s_own_figures_are_not_for_visitors(logging_gateway: Gateway) -> None:
    assert logging_gateway.http.get("/stub_status").status_code in {200, 404}
    assert "Active connections" not in logging_gateway.http.get("/stub_status").text
    inside = docker("exec", logging_gateway.container.name, "curl", "-sf", "http://127.0.0.1:8082/stub_status").stdout
    assert "Active connections" in inside


def test_an_odd_request_is_one_line_all_the_same(logging_gateway: Gateway) -> None:
    with httpx.Client(base_url=str(logging_gateway.http.base_url)) as http:
        http.request("BREW", "/api/v1/ping", headers={"X-Trace-Id": "odd-request-1", "User-Agent": '"quoted" \\ \x01'})
    (line,) = until(lambda: lines(logging_gateway, "odd-request-1"), "the line is written")
    assert line["http"]["request"]["method"] == "other"
