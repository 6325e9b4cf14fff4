"""What compose/production.yml asks for, and what it leaves of development: nothing."""

import json
import re
from typing import Any

import pytest

from storybot_cli import secrets
from tests.production.installation import Installation, compose_config
from tests.support.stack import REPOSITORY

FILES = [file.variable for file in secrets.ALL_FILES]
REQUIRED = [*FILES, *secrets.VARIABLES, "SITE_NAMES", "LETSENCRYPT_EMAIL"]

OFFICIAL = ("docker-compose.yml", "compose/production.yml")
DEBIAN = ("docker-compose.yml", "compose/debian.yml", "compose/production.yml")

NO_LIMIT_OF_WRITING = {
    "elasticsearch": "its entry point writes its keystore into its own folder of configuration",
    "elasticsearch-setup": "the same image",
    "logstash": "it writes into its own folder of configuration",
    "filebeat": "the same",
    "kibana": "the same",
    "kibana-setup": "the same image",
}
"""Services of Elastic's images, whose root file system may be written to."""


@pytest.fixture(params=[OFFICIAL, DEBIAN], ids=["official", "debian"])
def composed(installation: Installation, request: pytest.FixtureRequest) -> Installation:
    return Installation(installation.folder, request.param)


def services(composed: Installation) -> dict[str, dict[str, Any]]:
    told = compose_config(composed, "--format", "json", COMPOSE_PROFILES="*")
    assert told.returncode == 0, told.stderr
    found: dict[str, dict[str, Any]] = json.loads(told.stdout)["services"]
    return found


def test_it_is_complete_with_what_make_secrets_makes(composed: Installation) -> None:
    told = compose_config(composed, "--quiet")
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_missing_is_named(installation: Installation, name: str) -> None:
    told = compose_config(Installation(installation.folder, OFFICIAL), "--quiet", **{name: ""})
    assert told.returncode != 0
    assert f"required variable {name} is missing a value" in told.stderr


def test_no_value_of_development_is_left(composed: Installation) -> None:
    for name, service in services(composed).items():
        for variable, value in (service.get("environment") or {}).items():
            assert "development" not in str(value), f"{name}: {variable}"


def test_every_service_of_ours_knows_that_this_is_production(composed: Installation) -> None:
    found = services(composed)
    for name in ("migrate", "prompt-api", "story-worker", "database-roles", "broker-users", "production-check"):
        assert found[name]["environment"]["STORYBOT_ENVIRONMENT"] == "production", name


def test_no_container_gets_more_than_it_needs(composed: Installation) -> None:
    for name, service in services(composed).items():
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("cap_add"), name
        assert service["security_opt"] == ["no-new-privileges:true"], f"{name}: and seccomp's default filter stays"
        assert not service.get("privileged"), name
        assert service.get("read_only") or name in NO_LIMIT_OF_WRITING, name
        assert not {"pid", "ipc", "uts", "userns_mode"} & set(service), name
        limits = service["deploy"]["resources"]["limits"]
        assert int(limits["memory"]) > 0, name
        assert limits["pids"] > 0, name
        assert "docker.sock" not in json.dumps(service.get("volumes", [])), name


def test_nobody_but_the_gateway_is_open_to_the_world(composed: Installation) -> None:
    open_to_all = {
        (name, port["published"])
        for name, service in services(composed).items()
        for port in service.get("ports", [])
        if port.get("host_ip") != "127.0.0.1"
    }
    assert {name for name, _ in open_to_all} == {"gateway"}


def test_ports_80_and_443_unless_told_otherwise() -> None:
    text = (REPOSITORY / "compose/production.yml").read_text()
    assert re.findall(r'"\$\{(HTTPS?)_PORT:-(\d+)\}:(\d+)"', text) == [("HTTP", "80", "8080"), ("HTTPS", "443", "8443")]


def test_each_secret_goes_to_those_who_need_it(composed: Installation) -> None:
    given = {
        name: {one["source"] for one in service.get("secrets", [])} for name, service in services(composed).items()
    }
    assert {name: sorted(sources) for name, sources in given.items() if sources} == {
        "production-check": ["admin_amqp_url", "admin_database_url"],
        "database-roles": [
            *("admin_database_url", "api_database_url", "exporter_password"),
            *("migrate_database_url", "worker_database_url"),
        ],
        "broker-users": ["admin_amqp_url", "api_amqp_url", "worker_amqp_url"],
        "migrate": ["migrate_database_url"],
        "prompt-api": ["api_amqp_url", "api_database_url", "cookie_secret"],
        "story-worker": ["llm_api_key", "worker_amqp_url", "worker_database_url"],
        "postgres": ["postgres_password"],
        "rabbitmq": ["rabbitmq_admin"],
        "postgres-exporter": ["exporter_password"],
    }
