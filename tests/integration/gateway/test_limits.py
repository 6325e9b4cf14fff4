"""How much one visitor may do at a time: counted by address, refused with 429 and when to come back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.support.poll import until

from .conftest import Gateway, StartGateway, shared_folder

EVENTS = "/api/v1/stories/0199/events"


@pytest.fixture(scope="module")
def proxied() -> Iterator[list[str]]:
    """Makes every peer of the gateway a Cloudflare, so that a test can be many visitors."""
    with shared_folder() as folder:
        ranges = folder / "cloudflare-ranges.conf"
        ranges.write_text("set_real_ip_from 0.0.0.0/0;\n")
        yield ["--volume", f"{ranges}:/etc/storybot-gateway/cloudflare-ranges.conf:ro"]


@pytest.fixture(scope="module")
def strict(start_gateway: StartGateway, behind: str, proxied: list[str]) -> Iterator[Gateway]:
    """Small numbers: 20 requests and 60 writes at once, 2 streams, 4 requests under way."""
    limits = {"LIMIT_REQUESTS": "2", "LIMIT_WRITES": "1", "LIMIT_STREAMS": "2", "LIMIT_CONNECTIONS": "4"}
    with start_gateway(behind, *proxied, **limits) as started:
        until(lambda: ask(started, "192.0.2.99").is_success, "the gateway reaches the stub")
        yield started


def ask(gateway: Gateway, visitor: str, method: str = "GET", path: str = "/api/v1/ping") -> httpx.Response:
    return gateway.http.request(method, path, headers={"CF-Connecting-IP": visitor})


def statuses(gateway: Gateway, visitor: str, count: int, method: str = "GET", path: str = "/api/v1/ping") -> list[int]:
    return [ask(gateway, visitor, method, path).status_code for _ in range(count)]


def refused(gateway: Gateway, visitor: str, method: str = "GET") -> httpx.Response:
    """The first 429 that this visitor gets."""
    for _ in range(1_000):
        answer = ask(gateway, visitor, method)
        if answer.status_code == 429:
            return answer
    raise AssertionError("a thousand requests were not too many")


def test_too_many_requests_are_a_problem_with_the_time_to_wait(strict: Gateway) -> None:
    answer = refused(strict, "192.0.2.1")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "2"
    problem = answer.json()
    assert problem["status"] == 429
    assert problem["type"] == "urn:problem-type:storybot:too-many-requests"
    assert "wait a few seconds" in problem["detail"]
    assert problem["trace_id"] == answer.headers["x-trace-id"]


def test_who_waits_as_long_as_told_is_served_again(strict: Gateway) -> None:
    refused(strict, "192.0.2.2")
    until(lambda: ask(strict, "192.0.2.2").is_success, "served again", 5)


def test_one_visitors_flood_is_not_anothers_trouble(strict: Gateway) -> None:
    refused(strict, "192.0.2.3")
    assert ask(strict, "192.0.2.4").is_success


def test_an_ipv6_household_is_one_visitor(strict: Gateway) -> None:
    refused(strict, "2001:db8:1:2::1")
    assert ask(strict, "2001:db8:1:2:ffff::9").status_code == 429
    assert ask(strict, "2001:db8:1:3::1").is_success


def test_the_apps_files_have_no_rate(strict: Gateway) -> None:
    refused(strict, "192.0.2.5")
    assert set(statuses(strict, "192.0.2.5", 100, path="/assets/app-Ab12Cd34.js")) == {200}


def test_an_apis_own_429_is_left_as_it_is(strict: Gateway) -> None:
    answer = ask(strict, "192.0.2.6", path="/api/v1/refused")
    assert (answer.json(), answer.headers["retry-after"]) == ({"title": "Too Many"}, "7")


def test_open_streams_are_counted_and_freed(strict: Gateway) -> None:
    visitor = {"CF-Connecting-IP": "192.0.2.7"}
    with httpx.Client(base_url=str(strict.http.base_url)) as http, ExitStack() as streams:
        for _ in range(2):
            assert streams.enter_context(http.stream("GET", EVENTS, headers=visitor)).status_code == 200
        third = http.get(EVENTS, headers=visitor)
        assert third.status_code == 429
        assert third.headers["retry-after"] == "10"
        assert "Close some pages" in third.json()["detail"]
        assert ask(strict, "192.0.2.7").is_success  # other requests go on
        streams.close()
        until(lambda: stream_status(strict, "192.0.2.7") == 200, "a place is free again")


def stream_status(gateway: Gateway, visitor: str) -> int:
    with gateway.http.stream("GET", EVENTS, headers={"CF-Connecting-IP": visitor}) as answer:
        return answer.status_code


@pytest.fixture(scope="module")
def usual(start_gateway: StartGateway, behind: str, proxied: list[str]) -> Iterator[Gateway]:
    """With the limits that it comes with."""
    with start_gateway(behind, *proxied) as started:
        until(lambda: ask(started, "192.0.2.99").is_success, "the gateway reaches the stub")
        yield started


def test_a_class_of_thirty_behind_one_address_is_not_held_up(usual: Gateway) -> None:
    """All open the page, ask for a story in the same minute, and read six of them each."""
    school = {"CF-Connecting-IP": "198.51.100.1", "Accept-Encoding": "identity"}
    limits = httpx.Limits(max_connections=None)

    def pupil(http: httpx.Client, number: int) -> set[int]:
        seen = {http.get(path, headers=school).status_code for path in ("/", "/assets/app-Ab12Cd34.js", "/favicon.svg")}
        for _ in range(8):
            seen.add(http.get("/api/v1/prompts", headers=school).status_code)
        for _ in range(3):
            seen.add(http.post("/api/v1/prompts", headers=school, json={"content": str(number)}).status_code)
        return seen

    with (
        httpx.Client(base_url=str(usual.http.base_url), limits=limits, timeout=30) as http,
        ThreadPoolExecutor(30) as pupils,
        ExitStack() as reading,
    ):
        assert set.union(*pupils.map(lambda number: pupil(http, number), range(30))) == {200}
        for _ in range(180):
            stream = reading.enter_context(http.stream("GET", EVENTS, headers=school))
            assert stream.status_code == 200
        assert http.get("/api/v1/prompts", headers=school).status_code == 200


def test_who_writes_without_a_pause_is_stopped_and_may_go_on_reading(usual: Gateway) -> None:
    answers = statuses(usual, "198.51.100.2", 200, "POST")
    assert answers[:120] == [200] * 120
    assert 429 in answers
    assert ask(usual, "198.51.100.2").is_success


def test_only_cloudflare_is_believed_about_who_asks(gateway: Gateway) -> None:
    for claimed in ("203.0.113.7", "2001:db8::7", "nonsense", "203.0.113.7, 203.0.113.8"):
        told = gateway.http.get("/api/v1/ping", headers={"CF-Connecting-IP": claimed}).json()["headers"]["x-real-ip"]
        assert told.startswith(("172.", "192.168.", "10."))


def test_cloudflare_is_believed(usual: Gateway) -> None:
    for visitor in ("203.0.113.7", "2001:db8::7"):
        headers = ask(usual, visitor).json()["headers"]
        assert headers["x-real-ip"] == headers["x-forwarded-for"] == visitor
