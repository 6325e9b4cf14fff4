"""Ten thousand connections at once: held within the container's limits, while visitors are served."""

import re
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.e2e.environment import Environment
from tests.support.containers import docker
from tests.support.poll import until

from .wire import Address

pytestmark = pytest.mark.long

CONNECTIONS = 10_000
_REQUEST = b"GET /api/v1/settings HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def inside(environment: Environment) -> Address:
    """The gateway's address on its network: ten thousand connections through the engine's own proxy would test that."""
    container = environment.compose("ps", "--quiet", "gateway").strip()
    template = "{{range $name, $network := .NetworkSettings.Networks}}{{$name}}={{$network.IPAddress}} {{end}}"
    networks = dict(pair.split("=") for pair in docker("inspect", "--format", template, container).stdout.split())
    return Address(next(address for name, address in networks.items() if name.endswith("_public")), 8080)


@contextmanager
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, CONNECTIONS + 1_000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def active(environment: Environment) -> int:
    """How many connections nginx counts."""
    printed = environment.compose("exec", "-T", "gateway", "curl", "-sf", "http://127.0.0.1:8082/stub_status")
    return int(re.findall(r"Active connections: (\d+)", printed)[0])


def state(environment: Environment) -> tuple[str, str]:
    """When the gateway's container was started, and whether it ran out of memory."""
    container = environment.compose("ps", "--quiet", "gateway").strip()
    return tuple(docker("inspect", "--format", "{{.State.StartedAt}} {{.State.OOMKilled}}", container).stdout.split())  # type: ignore[return-value]


def test_ten_thousand_are_held_served_and_let_go(environment: Environment, inside: Address) -> None:
    before = state(environment)
    with many_files(), ExitStack() as held, httpx.Client(base_url=environment.url, timeout=30) as visitor:
        connections = []
        for number in range(CONNECTIONS):
            connections.append(held.enter_context(inside.connect(timeout=30)))
            if number % 1_000 == 0:
                assert visitor.get("/api/v1/settings").is_success
        until(lambda: active(environment) >= CONNECTIONS, "all of them are held", 30)
        assert visitor.get("/").is_success
        for connection in connections[:: CONNECTIONS // 500]:
            connection.sendall(_REQUEST)
        for connection in connections[:: CONNECTIONS // 500]:
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
    until(lambda: active(environment) < 100, "all of them are let go", 60)
    assert state(environment) == before
    assert before[1] == "false"
    assert httpx.get(f"{environment.url}/api/v1/settings").is_success
