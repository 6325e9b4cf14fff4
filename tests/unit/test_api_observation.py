"""Trace id, request log and request metrics."""

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from prompt_api.http import problems
from prompt_api.http.observation import Observation
from prompt_api.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


@pytest.fixture
def browser(metrics: Metrics) -> httpx.AsyncClient:
    api = FastAPI()
    problems.install(api)

    @api.get("/things/{number}")
    async def thing(number: int) -> int:
        return number

    @api.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret of the house")

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Observation(api, metrics=metrics)), base_url="http://storybot"
    )


@pytest.fixture
def lines() -> Iterator[Sequence[MutableMapping[str, Any]]]:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as entries:
        yield entries


async def test_a_visitors_trace_id_comes_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/things/1", headers={"X-Trace-Id": "my-trace-1234"})
    assert answer.headers["x-trace-id"] == "my-trace-1234"


async def test_a_traceparent_is_taken_up(browser: httpx.AsyncClient) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await browser.get("/things/1", headers={"traceparent": parent})
    assert answer.headers["x-trace-id"] == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("hostile", ["x", "a" * 65, "abcdefgh\t{}", "<script>alert(1)</script>", "ä" * 10])
async def test_a_hostile_trace_id_is_replaced(browser: httpx.AsyncClient, hostile: str) -> None:
    answer = await browser.get("/things/1", headers={b"x-trace-id": hostile.encode()})
    assert len(answer.headers["x-trace-id"]) == 32


@pytest.mark.parametrize(
    ("path", "status"), [("/things/1", 200), ("/nothing", 404), ("/things/one", 422), ("/broken", 500)]
)
async def test_every_answer_has_a_trace_id_and_errors_repeat_it(
    browser: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await browser.get(path, headers={"X-Trace-Id": "my-trace-1234"})
    assert answer.status_code == status
    assert answer.headers["x-trace-id"] == "my-trace-1234"
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["trace_id"] == "my-trace-1234"


async def test_requests_are_counted_by_route_not_by_path(browser: httpx.AsyncClient, metrics: Metrics) -> None:
    for path in ("/things/1", "/things/2", "/nothing", "/nothing/else"):
        await browser.get(path)

    def count(route: str, status: str) -> float | None:
        labels = {"method": "GET", "route": route, "status": status}
        timed = metrics.registry.get_sample_value("storybot_http_request_duration_seconds_count", labels)
        counted = metrics.registry.get_sample_value("storybot_http_requests_total", labels)
        assert timed == counted
        return counted

    assert count("/things/{number}", "200") == 2
    assert count("unmatched", "404") == 2


async def test_an_invented_method_makes_no_new_metric(browser: httpx.AsyncClient, metrics: Metrics) -> None:
    await browser.request("BREW", "/things/1")
    exposed = {
        sample.labels["method"]
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if metric.name == "storybot_http_requests"
    }
    assert exposed == {"other"}


async def test_the_request_log_tells_what_happened_and_nothing_private(
    browser: httpx.AsyncClient, lines: Sequence[MutableMapping[str, Any]]
) -> None:
    await browser.get("/things/1?name=Yuki", headers={"Cookie": "storybot_owner=abc", "X-Trace-Id": "my-trace-1234"})
    (line,) = lines
    assert line.pop("duration_ms") >= 0
    assert line == {
        "event": "http_request",
        "log_level": "info",
        "method": "GET",
        "route": "/things/{number}",
        "status_code": 200,
        "trace_id": "my-trace-1234",
    }


async def test_an_unexpected_error_is_logged_whole_and_told_without_its_text(
    browser: httpx.AsyncClient, lines: Sequence[MutableMapping[str, Any]]
) -> None:
    answer = await browser.get("/broken")
    assert "secret" not in answer.text
    assert [line["event"] for line in lines] == ["request_failed", "http_request"]
    assert lines[0]["exc_info"]


def test_a_failure_that_never_happened_is_counted_as_none(metrics: Metrics) -> None:
    """The first one is an increase then, where a series that is born with it would show none."""
    metrics.expect([("GET", "/things/{number}")])
    for status in ("500", "503", "504"):
        labels = {"method": "GET", "route": "/things/{number}", "status": status}
        assert metrics.registry.get_sample_value("storybot_http_requests_total", labels) == 0
