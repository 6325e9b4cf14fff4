"""Which other sites may call the API from a browser."""

import httpx
import pytest

from .conftest import LISTED_ORIGIN

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-trace-id"}
ORIGINAL_HEADERS = (
    "Origin, Content-Type, Accept, Authorization, X-Client-Info, X-Trace-Id, X-Requested-With, "
    "X-HTTP-Method-Override, DNT, Keep-Alive, User-Agent, If-Modified-Since, Cache-Control, Content-Range, Range"
)


def cors_headers(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [LISTED_ORIGIN, "http://localhost:3000"])
@pytest.mark.parametrize("path", ["/api/v1/prompts", "/api/v1/refused", "/api/nowhere"])
def test_a_listed_origin_may_read_answers_and_errors(http: httpx.Client, origin: str, path: str) -> None:
    answer = http.get(path, headers={"Origin": origin})
    assert answer.headers.get_list("access-control-allow-origin") == [origin]
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-expose-headers"] == "Location, Retry-After, X-Trace-Id, Idempotency-Replayed"
    assert "access-control-allow-methods" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "", "http://stories.example", "https://stories.example:8443"),
        *("https://stories.example.evil.example", "https://evil-stories.example", "https://STORIES.example.", "*"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_anybody_else_gets_no_permission(http: httpx.Client, method: str, origin: str) -> None:
    answer = http.request(method, "/api/v1/prompts", headers={"Origin": origin, **PREFLIGHT})
    assert cors_headers(answer) == set()


def test_without_an_origin_there_is_nothing_to_permit(http: httpx.Client) -> None:
    assert cors_headers(http.get("/api/v1/prompts")) == set()


def test_the_preflight_is_answered_at_the_gateway(http: httpx.Client) -> None:
    answer = http.options("/api/v1/prompts", headers={"Origin": LISTED_ORIGIN, **PREFLIGHT})
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == LISTED_ORIGIN
    assert answer.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == f"{ORIGINAL_HEADERS}, Idempotency-Key, Last-Event-ID"
    assert answer.headers["access-control-max-age"] == "3600"


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/v1/prompts", "/api/v1/long", "/api/nowhere", "/api/readyz"])
def test_caches_keep_the_answers_to_different_origins_apart(http: httpx.Client, method: str, path: str) -> None:
    for origin in (LISTED_ORIGIN, "https://evil.example"):
        answer = http.request(method, path, headers={"Origin": origin, "Accept-Encoding": "gzip"})
        named = [name.strip() for value in answer.headers.get_list("vary") for name in value.split(",")]
        assert named.count("Origin") == 1


def test_the_app_itself_is_for_no_other_site(http: httpx.Client) -> None:
    assert cors_headers(http.get("/", headers={"Origin": LISTED_ORIGIN})) == set()
