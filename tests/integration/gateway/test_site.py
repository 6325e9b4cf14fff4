"""The app's files: which answer, how long browsers keep them, what is hidden."""

import httpx
import pytest

from tests.support.poll import until

from .conftest import Gateway

FOREVER = "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/", "/index.html", "/stories/0199", "/assets", "/a/b/c?lang=ja"])
def test_screens_of_the_app_are_the_page_and_never_kept(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 200
    assert "<title>app</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "content_type", "kept"),
    [
        ("/assets/app-Ab12Cd34.js", "application/javascript; charset=utf-8", FOREVER),
        ("/sw.js", "application/javascript; charset=utf-8", "no-cache"),
        ("/plain.css", "text/css; charset=utf-8", "public, max-age=43200"),
        ("/plain.js", "application/javascript; charset=utf-8", "public, max-age=43200"),
        ("/favicon.svg", "image/svg+xml", "public, max-age=2592000"),
        ("/photo.jpg", "image/jpeg", "public, max-age=2592000"),
        ("/letters.woff2", "font/woff2", "no-cache"),
        ("/app.webmanifest", "application/manifest+json", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/error-page.css", "text/css; charset=utf-8", "public, max-age=43200"),
    ],
)
def test_files_are_kept_as_long_as_their_kind_allows(
    http: httpx.Client, path: str, content_type: str, kept: str
) -> None:
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.headers.get_list("cache-control") == [kept]


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)])
def test_the_files_compressed_at_build_time_are_used(gateway: Gateway, accepted: str, encoding: str | None) -> None:
    request = gateway.http.build_request("GET", "/assets/app-Ab12Cd34.js", headers={"Accept-Encoding": accepted})
    answer = gateway.http.send(request, stream=True)
    body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert body == {"br": b"stand-in for brotli", "gzip": b"stand-in for gzip"}.get(
        encoding or "", b'console.log("hashed");\n'
    )
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/assets/gone-00000000.js", "/gone.png", "/robots.txt", "/index.php", "/wp-login.php", "/a/b/c.css"]
)
def test_a_file_that_is_not_there_is_the_page_with_the_status_of_the_truth(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert "<title>app</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers.get_list("cache-control") == ["no-cache"]


@pytest.mark.parametrize(
    "path",
    [
        *("/.hidden", "/.git/config", "/.env", "/assets/.hidden", "/%2ehidden", "/.well-known/security.txt"),
        *("/metrics", "/metrics/", "/healthz", "/readyz", "/errors/error.html", "/errors/not-found.html"),
        "/.well-known/acme-challenge/nobody-asked",
    ],
)
def test_what_is_not_for_visitors_is_not_found(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "お探しのページは見つかりませんでした" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_cannot_be_written_to(http: httpx.Client) -> None:
    answer = http.post("/")
    assert answer.status_code == 405
    assert "That did not work" in answer.text


def test_the_container_finds_itself_healthy_and_runs_unprivileged(gateway: Gateway) -> None:
    until(lambda: gateway.container.inspect("{{.State.Health.Status}}") == "healthy", "the health check passes")
    assert gateway.container.inspect("{{.Config.User}}") == "10001"
