"""The gateway's settings: what they render to is accepted by nginx, and mistakes are said before the start."""

import pytest

from tests.support.containers import docker, network

from .conftest import HARDENED, StartGateway, start_stub


def check(image: str, **environment: str) -> tuple[int, str]:
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    result = docker("run", "--rm", *HARDENED, *variables, image, "check", check=False)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WEB_UPSTREAM": "http://web:5173"},
        {"CORS_ORIGINS": "https://a.example,http://localhost:3000 https://www.a.example"},
        {"API_UPSTREAM": "127.0.0.1:9000", "API_WAIT_SECONDS": "9999"},
        {"ACCESS_LOG_FILE": "/tmp/access.log"},
        {"SITE_NAMES": "example.org www.example.org"},
        {"SITE_NAMES": "example.org", "CORS_ORIGINS": "https://example.org https://EXAMPLE.org"},
        {"SITE_NAMES": "example.org", "API_NAMES": "api.example.org", "HTTPS_ONLY": "true"},
        {"API_NAMES": "api.example.org"},
        {"HTTPS_ONLY": "true", "HTTPS_PORT": "8443"},
        {"SITE_NAMES": f"{'a' * 63}.{'b' * 63}.example.org"},
        {"LIMIT_REQUESTS": "65535", "LIMIT_WRITES": "65535", "LIMIT_STREAMS": "65535", "LIMIT_CONNECTIONS": "65535"},
    ],
)
def test_every_rendering_is_accepted_by_nginx(gateway_image: str, environment: dict[str, str]) -> None:
    status, said = check(gateway_image, **environment)
    assert status == 0, said
    assert "test is successful" in said
    assert "[warn]" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_UPSTREAM", "prompt-api"),
        ("API_UPSTREAM", "x; return 200:80"),
        ("API_WAIT_SECONDS", "1m"),
        ("WEB_UPSTREAM", "web:5173"),
        ("ACCESS_LOG_FILE", "/nowhere/access.log"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("CORS_ORIGINS", 'https://a.example";'),
        ("SITE_NAMES", "https://example.org"),
        ("SITE_NAMES", "*.example.org"),
        ("SITE_NAMES", "Example.org"),
        ("API_NAMES", "api.example.org:443"),
        ("HTTPS_ONLY", "yes"),
        ("HTTPS_PORT", "https"),
        ("TLS_DIRECTORY", "tls"),
        ("ACME_WEBROOT", "/srv; autoindex on"),
        ("LIMIT_REQUESTS", "0"),
        ("LIMIT_WRITES", "2.5"),
        ("LIMIT_STREAMS", "many"),
        ("LIMIT_STREAMS", "65536"),
        ("LIMIT_CONNECTIONS", "1\n1;"),
    ],
)
def test_a_setting_with_a_mistake_stops_the_start_and_is_named(gateway_image: str, name: str, value: str) -> None:
    status, said = check(gateway_image, **{name: value})
    assert status == 1
    assert said.startswith(f"gateway: {name} must")


def test_a_name_is_of_the_site_or_of_the_api(gateway_image: str) -> None:
    status, said = check(gateway_image, SITE_NAMES="example.org", API_NAMES="api.example.org example.org")
    assert status == 1
    assert "'example.org' is in both" in said


def test_with_a_development_server_the_page_and_its_hot_updates_come_from_there(start_gateway: StartGateway) -> None:
    with network() as name, start_stub(name), start_gateway(name, WEB_UPSTREAM="http://prompt-api:8000") as gateway:
        page = gateway.http.get("/src/main.tsx?t=1", headers={"Upgrade": "websocket", "Connection": "upgrade"})
        assert page.json()["target"] == "/src/main.tsx?t=1"
        assert page.json()["headers"]["upgrade"] == "websocket"
        assert "content-security-policy" not in page.headers
        assert gateway.http.get("/metrics").status_code == 404
