"""The trace id: the visitor's when it is harmless, else a fresh one; to the API, to the visitor, into the log."""

import json
import re
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from tests.support.poll import until

from .conftest import Gateway

FRESH = re.compile(r"[0-9a-f]{32}")
W3C = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("given", ["abc-123_XYZ", W3C, "a" * 8, "Z" * 64])
def test_a_harmless_one_travels_on_and_comes_back(http: httpx.Client, given: str) -> None:
    answer = http.get("/api/v1/ping", headers={"X-Trace-Id": given})
    assert answer.json()["headers"]["x-trace-id"] == given
    assert answer.headers.get_list("x-trace-id") == [given]


def test_without_one_each_request_gets_a_fresh_one(http: httpx.Client) -> None:
    first, second = (http.get("/api/v1/ping") for _ in range(2))
    assert FRESH.fullmatch(first.headers["x-trace-id"])
    assert first.headers["x-trace-id"] == first.json()["headers"]["x-trace-id"]
    assert first.headers["x-trace-id"] != second.headers["x-trace-id"]


@pytest.mark.parametrize(
    "hostile",
    [
        *("", "short", "a" * 65, "a" * 7000, "has space", "semi;colon1", '"},"level":"x', "<script>alert(1)</script>"),
        *("${jndi:ldap://x}", "../../etc/passwd", "tab\tinside", "grüße-grüße", "trace\x7fid-del", "%0d%0aSet-Cookie"),
    ],
)
def test_a_hostile_one_is_replaced(gateway: Gateway, hostile: str) -> None:
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.putrequest("GET", "/api/v1/ping")
    connection.putheader("X-Trace-Id", hostile.encode())
    connection.endheaders()
    answer = connection.getresponse()
    seen_by_api = json.loads(answer.read())["headers"]["x-trace-id"]
    connection.close()
    assert FRESH.fullmatch(seen_by_api)
    assert answer.getheader("X-Trace-Id") == seen_by_api


def test_two_of_them_are_as_good_as_none(gateway: Gateway) -> None:
    answer = gateway.http.get("/api/v1/ping", headers=[("X-Trace-Id", "first-one"), ("X-Trace-Id", "second-one")])
    assert FRESH.fullmatch(answer.headers["x-trace-id"])


@pytest.mark.parametrize(
    ("traceparent", "taken"),
    [
        (f"00-{W3C}-00f067aa0ba902b7-01", True),
        (f"ff-{W3C}-00f067aa0ba902b7-01", False),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", False),
        (f"00-{W3C.upper()}-00f067aa0ba902b7-01", False),
        (W3C, False),
    ],
)
def test_a_traceparent_serves_as_well(http: httpx.Client, traceparent: str, taken: bool) -> None:
    trace_id = http.get("/api/v1/ping", headers={"traceparent": traceparent}).headers["x-trace-id"]
    assert (trace_id == W3C) is taken
    assert FRESH.fullmatch(trace_id)


def test_x_trace_id_wins_over_traceparent(http: httpx.Client) -> None:
    headers = {"X-Trace-Id": "the-stronger", "traceparent": f"00-{W3C}-00f067aa0ba902b7-01"}
    assert http.get("/api/v1/ping", headers=headers).headers["x-trace-id"] == "the-stronger"


@pytest.mark.parametrize("path", ["/", "/gone.js", "/api/nowhere"])
def test_answers_made_by_the_gateway_itself_carry_it_too(http: httpx.Client, path: str) -> None:
    assert http.get(path, headers={"X-Trace-Id": "from-visitor"}).headers["x-trace-id"] == "from-visitor"


@pytest.mark.parametrize("path", ["/metrics", "/.git/config"])
def test_an_error_page_shows_it(http: httpx.Client, path: str) -> None:
    answer = http.get(path, headers={"X-Trace-Id": "from-visitor"})
    assert answer.status_code == 404
    assert "<code>from-visitor</code>" in answer.text


def log_lines(gateway: Gateway, trace_id: str) -> list[dict[str, Any]]:
    lines = [line for line in gateway.container.output().splitlines() if trace_id in line]
    return [json.loads(line) for line in lines]


def test_the_access_log_tells_the_request_and_neither_who_nor_what_was_searched(gateway: Gateway) -> None:
    gateway.http.get("/api/v1/prompts?q=secret-wish", headers={"X-Trace-Id": "logged-one", "User-Agent": 'a"b'})
    (line,) = until(lambda: log_lines(gateway, "logged-one"), "the request is logged")
    assert line["service"]["name"] == "gateway"
    assert line["trace"]["id"] == "logged-one"
    assert line["http"]["request"]["method"] == "GET"
    assert line["url"]["path"] == "/api/v1/prompts"
    assert line["http"]["response"]["status_code"] == 200
    assert line["user_agent"]["original"] == 'a"b'
    assert re.fullmatch(r"\d+\.\d+\.\d+\.0", line["client"]["ip"])
    assert "secret-wish" not in gateway.container.output()


def test_a_hostile_one_is_never_logged(gateway: Gateway) -> None:
    answer = gateway.http.get("/api/v1/ping", headers={"X-Trace-Id": "hostile{value}"})
    until(lambda: log_lines(gateway, answer.headers["x-trace-id"]), "the request is logged")
    assert "hostile" not in gateway.container.output()
