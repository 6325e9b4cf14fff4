"""The names that the gateway answers to, and what others are told; everything over HTTPS when that is wanted."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from .conftest import Gateway, StartGateway, asked_as, shared_folder
from .test_cors import PREFLIGHT, cors_headers

SITE = "https://example.org"
YEAR_S = 31_536_000


@pytest.fixture(scope="module")
def webroot() -> Iterator[Path]:
    """certbot's webroot with one answer in it."""
    with shared_folder() as folder:
        challenges = folder / ".well-known/acme-challenge"
        challenges.mkdir(parents=True)
        (challenges / "token-1").write_text("token-1.thumbprint")
        yield folder


@pytest.fixture(scope="module")
def named(start_gateway: StartGateway, behind: str, webroot: Path) -> Iterator[Gateway]:
    """As in production: names of its own, HTTPS only."""
    with start_gateway(
        behind,
        *("--volume", f"{webroot}:/var/lib/storybot-acme:ro"),
        SITE_NAMES="example.org www.example.org",
        API_NAMES="api.example.org",
        CORS_ORIGINS="https://partner.example",
        HTTPS_ONLY="true",
    ) as started:
        yield started


@pytest.mark.parametrize("name", ["example.org", "www.example.org", "api.example.org", "EXAMPLE.org"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_tls_one_is_sent_to_https_with_the_same_request(named: Gateway, name: str, method: str) -> None:
    with asked_as(named.port, name) as http:
        answer = http.request(method, "/api/v1/prompts?q=a%20b")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://{name.lower()}/api/v1/prompts?q=a%20b"
    assert "strict-transport-security" not in answer.headers  # it counts over TLS only


def test_a_certificate_authority_finds_certbots_answer_without_tls(named: Gateway) -> None:
    with asked_as(named.port, "api.example.org") as http:
        answer = http.get("/.well-known/acme-challenge/token-1")
        assert answer.status_code == 200
        assert answer.text == "token-1.thumbprint"
        assert answer.headers["content-type"].startswith("text/plain")
        assert http.get("/.well-known/acme-challenge/token-2").status_code == 404
        assert http.get("/.well-known/acme-challenge/").status_code == 404
        assert http.get("/.well-known/acme-challenge/../../etc/passwd").status_code in {308, 404}


@pytest.mark.parametrize("http2", [False, True])
def test_the_site_has_the_app_and_the_api(named: Gateway, http2: bool) -> None:
    with asked_as(named.tls_port, "www.example.org", scheme="https", http2=http2) as http:
        page = http.get("/stories/1")
        assert page.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert "<title>app</title>" in page.text
        assert page.headers["strict-transport-security"] == f"max-age={YEAR_S}"
        asked = http.get("/api/v1/ping").json()["headers"]
        assert (asked["host"], asked["x-forwarded-proto"]) == ("www.example.org", "https")


def test_the_apis_name_has_the_api_alone(named: Gateway) -> None:
    with asked_as(named.tls_port, "api.example.org", scheme="https") as http:
        assert http.get("/api/v1/ping").is_success
        assert http.get("/").headers["location"] == "/api/docs"
        for path in ("/index.html", "/stories/1", "/assets/app-Ab12Cd34.js", "/api/metrics", "/.git/config"):
            answer = http.get(path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 404


@pytest.mark.parametrize("host", ["evil.example", "example.org.evil.example", "127.0.0.1", "localhost", "x" * 200])
@pytest.mark.parametrize("port", ["plain", "tls"])
@pytest.mark.parametrize("path", ["/", "/api/v1/ping", "/.well-known/acme-challenge/token-1", "/api/readyz"])
def test_under_another_name_nothing_is_answered(named: Gateway, host: str, port: str, path: str) -> None:
    scheme, number = ("http", named.port) if port == "plain" else ("https", named.tls_port)
    with asked_as(number, "example.org", scheme=scheme) as http:
        answer = http.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert host not in answer.text
    if path.startswith("/api"):
        assert answer.json()["type"] == "urn:problem-type:storybot:misdirected-request"
    else:
        assert "That name is not served here" in answer.text


@pytest.mark.parametrize("name", ["evil.example", "www.example.org.evil.example"])
def test_a_handshake_for_another_name_is_refused_without_a_certificate(named: Gateway, name: str) -> None:
    with (
        asked_as(named.tls_port, name, scheme="https") as http,
        pytest.raises(httpx.ConnectError, match=r"(?i)unrecognized.name"),
    ):
        http.get("/")


def test_the_probes_beside_us_reach_readiness_and_nothing_else(named: Gateway) -> None:
    for scheme, port in (("http", named.port), ("https", named.tls_port)):
        with asked_as(port, "gateway", scheme=scheme) as http:
            assert http.get("/api/readyz").json()["target"] == "/readyz"
            assert http.get("/api/v1/ping").status_code == http.get("/").status_code == 421


@pytest.mark.parametrize("origin", [SITE, "https://www.example.org", "https://partner.example"])
def test_the_sites_own_names_may_call_the_api_without_being_listed(named: Gateway, origin: str) -> None:
    with asked_as(named.tls_port, "api.example.org", scheme="https") as http:
        for answer in (
            http.get("/api/v1/ping", headers={"Origin": origin}),
            http.get("/api/nowhere", headers={"Origin": origin}),
            http.options("/api/v1/prompts", headers={"Origin": origin, **PREFLIGHT}),
        ):
            assert answer.headers.get_list("access-control-allow-origin") == [origin]
            assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "", "http://example.org", "https://example.org:8443", "https://example.org."),
        *("https://example.org.evil.example", "https://evilexample.org", "https://api.example.org", "*", SITE + "/"),
    ],
)
def test_anybody_else_is_told_the_sites_own_origin_and_gets_no_credentials(named: Gateway, origin: str) -> None:
    with asked_as(named.tls_port, "api.example.org", scheme="https") as http:
        preflight = http.options("/api/v1/prompts", headers={"Origin": origin, **PREFLIGHT})
        assert preflight.status_code == 204
        for answer in (http.get("/api/v1/ping", headers={"Origin": origin}), preflight):
            assert answer.headers.get_list("access-control-allow-origin") == [SITE]
            assert cors_headers(answer) == {"access-control-allow-origin"}


def test_another_port_of_https_is_in_the_redirect_and_in_the_sites_origin(
    start_gateway: StartGateway, behind: str
) -> None:
    with start_gateway(behind, SITE_NAMES="example.org", HTTPS_ONLY="true", HTTPS_PORT="8443") as gateway:
        with asked_as(gateway.port, "example.org") as http:
            assert http.get("/x").headers["location"] == "https://example.org:8443/x"
        with asked_as(gateway.tls_port, "example.org", scheme="https") as http:
            answer = http.get("/api/v1/ping", headers={"Origin": "https://example.org:8443"})
            assert answer.headers["access-control-allow-origin"] == "https://example.org:8443"
            assert answer.headers["access-control-allow-credentials"] == "true"


def test_https_only_works_for_a_gateway_without_names(start_gateway: StartGateway, behind: str) -> None:
    with start_gateway(behind, HTTPS_ONLY="true") as gateway:
        with asked_as(gateway.port, "any.example") as http:
            assert http.get("/").headers["location"] == "https://any.example/"
        with asked_as(gateway.tls_port, "any.example", scheme="https") as http:
            assert http.get("/").is_success
