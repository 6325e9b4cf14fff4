"""Who reaches whom, tried from inside every container, at every address of every other one and of the machine."""

import asyncio

import pytest

from tests.production.reach import MACHINE, Place, who_reaches_whom
from tests.support.stack import Stack

OF_THE_TESTS = {"fake-llm", "pebble"}

REACHES = {
    # Whoever takes the gateway over gets at the API, as any visitor does, and at no data.
    "gateway": {"prompt-api", "blackbox-exporter", "nginx-exporter", MACHINE},
    # The local model hears its callers, and knows no way out.
    "local-llm": {"story-worker", "prometheus"},
    # No secret of the databases gets out of here by itself.
    "postgres": {"postgres-exporter", "prometheus", "prompt-api", "rabbitmq", "story-worker"},
    "prompt-api": {
        *("blackbox-exporter", "gateway", "nginx-exporter", "postgres", "postgres-exporter", "prometheus"),
        *("rabbitmq", "story-worker"),
    },
    # The one that may go out: to the model of another company.
    "story-worker": {
        *("blackbox-exporter", "local-llm", "postgres", "postgres-exporter", "prometheus", "prompt-api"),
        *("rabbitmq", MACHINE),
    },
    "certbot": {MACHINE},
    "rabbitmq": {
        *("alertmanager", "postgres", "postgres-exporter", "prometheus", "prompt-api", "story-worker", MACHINE),
    },
    "gateway-log-metrics": {
        *("alertmanager", "blackbox-exporter", "nginx-exporter", "node-exporter", "postgres-exporter", "prometheus"),
    },
}


@pytest.fixture(scope="module")
def found(stack: Stack) -> dict[str, set[str]]:
    names = asyncio.run(stack.compose("ps", "--format", "{{.Service}} {{.Name}}")).splitlines()
    running = [line.split() for line in sorted(names)]
    return who_reaches_whom([Place.of(*one) for one in running if one[0] not in OF_THE_TESTS])


@pytest.mark.parametrize("service", REACHES)
def test_a_service_reaches_those_it_needs_and_nobody_else(found: dict[str, set[str]], service: str) -> None:
    assert found[service] == REACHES[service]


def test_those_who_reach_the_database(found: dict[str, set[str]]) -> None:
    assert {service for service, others in found.items() if "postgres" in others} == {
        *("postgres-exporter", "prometheus", "prompt-api", "rabbitmq", "story-worker"),
    }


def test_those_who_have_a_way_out(found: dict[str, set[str]]) -> None:
    """Through the machine, which is where every way out begins."""
    assert {service for service, others in found.items() if MACHINE in others} == {
        *("alertmanager", "certbot", "gateway", "prometheus", "rabbitmq", "story-worker"),
    }
