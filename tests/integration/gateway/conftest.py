"""A gateway container in front of a stub of the API, on a network of their own."""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.support.containers import (
    REPOSITORY,
    TOOLBOX_IMAGE,
    Container,
    container,
    docker,
    image_exists,
    network,
)
from tests.support.poll import until
from tests.support.site import FRESH_CONNECTIONS

SITE = Path(__file__).parent / "site"
HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
LISTED_ORIGIN = "https://stories.example"


@dataclass(frozen=True)
class Gateway:
    """A running gateway and clients to it."""

    container: Container
    http: httpx.Client
    port: int
    tls_port: int


StartGateway = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture(scope="session")
def gateway_image() -> str:
    """The gateway without the built app, whose place the small site beside these tests takes."""
    debian = os.environ.get("DEBIAN_IMAGE") or (
        "storybot-debian/base:trixie" if image_exists("storybot-debian/base:trixie") else "debian:trixie-slim"
    )
    built = docker(
        *("build", "--quiet", "--target", "nginx", "--build-arg", f"DEBIAN_IMAGE={debian}"),
        *("--file", str(REPOSITORY / "services/gateway/Dockerfile"), "--tag", "storybot/gateway-under-test"),
        str(REPOSITORY),
    )
    return built.stdout.strip()  # and not the tag, which other checkouts on this machine use as well


@pytest.fixture(scope="session")
def start_gateway(gateway_image: str) -> StartGateway:
    @contextmanager
    def start(on: str, *options: str, **environment: str) -> Iterator[Gateway]:
        site = ["--volume", f"{SITE}:/usr/share/storybot-gateway/web:ro"]
        running = container(
            gateway_image,
            on=on,
            ports=[8080, 8443],
            environment=environment,
            options=[*HARDENED, *site, *options],
        )
        with running as started:
            port = started.port(8080)
            uncompressed = {"Accept-Encoding": "identity"}
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers=uncompressed, timeout=10.0, limits=FRESH_CONNECTIONS
            ) as http:
                until(lambda: answers(http), "the gateway answers")
                yield Gateway(started, http, port, started.port(8443))

    return start


def with_the_repository() -> list[str]:
    """Options of a container in which a module of these tests runs."""
    return ["--volume", f"{REPOSITORY}:{REPOSITORY}:ro", "--workdir", str(REPOSITORY), "--init"]


@contextmanager
def start_stub(on: str) -> Iterator[Container]:
    """A stub of the API under the name that the gateway expects."""
    serve = ["python", "-B", "-m", "uvicorn", "--factory", "tests.integration.gateway.stub_api:create_app"]
    serve += ["--host", "0.0.0.0", "--port", "8000"]
    with container(TOOLBOX_IMAGE, *serve, on=on, alias="prompt-api", options=with_the_repository()) as stub:
        until(lambda: "running on" in stub.output(), "the stub listens")
        yield stub


@pytest.fixture(scope="session")
def behind() -> Iterator[str]:
    """The network of the gateway that most tests share, with one stub on it."""
    with network() as name, start_stub(name):
        yield name


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that the engine's machine sees at the same place, to be mounted: /tmp may be the toolbox's own."""
    cache = REPOSITORY / ".cache"
    cache.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=cache, prefix="gateway-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the container's user is another than ours
        yield folder


@contextmanager
def asked_as(port: int, name: str, *, scheme: str = "http", http2: bool = False) -> Iterator[httpx.Client]:
    """A client that finds ``name`` at this port of this machine, and accepts whatever certificate it is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    transport = httpx.HTTPTransport(verify=context, http2=http2)
    with httpx.Client(
        base_url=f"{scheme}://127.0.0.1:{port}",
        headers={"Host": name},
        transport=transport,
        timeout=10.0,
        event_hooks={"request": [lambda request: request.extensions.update(sni_hostname=name)]},
    ) as http:
        yield http


@pytest.fixture(scope="session")
def gateway(start_gateway: StartGateway, behind: str) -> Iterator[Gateway]:
    with start_gateway(behind, CORS_ORIGINS=f"http://localhost:3000, {LISTED_ORIGIN}") as started:
        until(lambda: started.http.get("/api/v1/ping").is_success, "the gateway reaches the stub")
        yield started


@pytest.fixture
def http(gateway: Gateway) -> httpx.Client:
    return gateway.http


def answers(http: httpx.Client) -> bool:
    try:
        return http.get("/").status_code in {200, 308, 421}
    except httpx.TransportError:
        return False
