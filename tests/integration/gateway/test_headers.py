"""The headers on every answer, whoever made it."""

import httpx
import pytest

EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def ask(http: httpx.Client, method: str, path: str) -> httpx.Response:
    return http.request(method, path, content=b"x" * 70_000 if method == "PUT" else None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/assets/app-Ab12Cd34.js", 200),
        ("GET", "/gone.js", 404),
        ("POST", "/", 405),
        ("GET", "/api/v1/prompts", 200),
        ("GET", "/api/v1/refused", 429),
        ("GET", "/api/nowhere", 404),
        ("PUT", "/api/v1/prompts", 413),
        ("OPTIONS", "/api/v1/prompts", 204),
    ],
)
def test_every_answer_has_them_once_and_tells_no_version(
    http: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = ask(http, method, path)
    assert answer.status_code == status
    for name, value in EXPECTED.items():
        assert answer.headers.get_list(name) == [value]
    assert len(answer.headers.get_list("x-trace-id")) == 1
    assert "server" not in answer.headers
    assert "nginx" not in answer.text


@pytest.mark.parametrize("path", ["/", "/api/v1/prompts", "/gone.js"])
def test_the_content_policy_allows_nothing_inline_and_nobody_elses(http: httpx.Client, path: str) -> None:
    (policy,) = http.get(path).headers.get_list("content-security-policy")
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_an_upstream_cannot_loosen_the_policy(http: httpx.Client) -> None:
    page, loosened = (http.get(path).headers.get_list("content-security-policy") for path in ("/", "/api/docs"))
    assert loosened == page


def test_an_api_error_passes_as_it_is(http: httpx.Client) -> None:
    answer = http.get("/api/v1/refused")
    assert answer.json() == {"title": "Too Many"}
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["content-type"] == "application/problem+json"
