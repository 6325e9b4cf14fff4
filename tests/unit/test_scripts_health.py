"""Waiting for the services, and saying what is wrong."""

import json

import pytest

from storybot_cli import health, preflight
from storybot_cli.advice import advice_for
from storybot_cli.console import Console, Problem
from storybot_cli.images import Images
from storybot_cli.operate import addresses, left_out
from storybot_cli.preflight import Port
from storybot_cli.shell import Result
from storybot_cli.stack import Stack
from tests.support.scripted_shell import ScriptedShell


def listed(service: str, state: str, healthiness: str = "", code: int = 0) -> str:
    return json.dumps(
        {"Service": service, "Name": f"storybot-{service}-1", "State": state, "Health": healthiness, "ExitCode": code}
    )


UP = " ".join(Stack().command("up"))
PS = " ".join(Stack().command("ps"))


def test_both_shapes_of_the_listing_are_read() -> None:
    one, two = listed("gateway", "running", "healthy"), listed("migrate", "exited")
    assert health.parse(f"{one}\n{two}\n") == health.parse(f"[{one},{two}]")
    assert health.parse("") == []


@pytest.mark.parametrize(
    ("container", "ready"),
    [
        (listed("gateway", "running", "healthy"), True),
        (listed("gateway", "running", "starting"), False),
        (listed("gateway", "running", "unhealthy"), False),
        (listed("web", "running"), True),
        (listed("gateway", "exited"), False),
        (listed("migrate", "exited", code=0), True),
        (listed("migrate", "exited", code=1), False),
        (listed("migrate", "running"), False),
    ],
)
def test_a_service_is_ready_when_healthy_and_a_one_shot_when_done(container: str, *, ready: bool) -> None:
    (parsed,) = health.parse(container)
    assert parsed.ready is ready


@pytest.mark.parametrize(
    ("container", "hopeless"),
    [
        (listed("story-worker", "restarting", code=1), False),
        (listed("story-worker", "restarting", code=78), True),
        (listed("story-worker", "exited", code=1), True),
        (listed("migrate", "exited", code=1), True),
        (listed("gateway", "running", "unhealthy"), False),
    ],
)
def test_only_what_cannot_mend_itself_is_hopeless(container: str, *, hopeless: bool) -> None:
    (parsed,) = health.parse(container)
    assert parsed.hopeless is hopeless


def test_changes_of_state_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    listing = f"{listed('gateway', 'running', 'healthy')}\n{listed('migrate', 'exited')}"
    health.start(ScriptedShell({UP: "", PS: listing}), Console(), Stack())
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["gateway", "healthy"],
        ["migrate", "done"],
    ]


def test_a_service_that_ended_is_named_with_its_last_lines() -> None:
    listing = f"{listed('gateway', 'running', 'healthy')}\n{listed('story-worker', 'restarting', code=78)}"
    shell = ScriptedShell({UP: "", PS: listing, "docker logs": "Configuration: LLM_BASE_URL is missing."})
    with pytest.raises(Problem, match=r"story-worker(.|\n)*LLM_BASE_URL is missing") as failure:
        health.start(shell, Console(), Stack())
    assert "make logs SERVICE=story-worker" in failure.value.advice[-1]


def test_compose_own_words_are_kept_and_understood() -> None:
    words = "driver failed programming external connectivity: Bind for 127.0.0.1:8080 failed: port is already allocated"
    shell = ScriptedShell({UP: Result(1, words), PS: listed("gateway", "created")})
    with pytest.raises(Problem, match="port is already allocated") as failure:
        health.start(shell, Console(), Stack())
    assert "GATEWAY_PORT" in failure.value.advice[0]


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("write /var/lib/docker: no space left on device", "docker system prune"),
        ("npm error code EUSAGE", "npm install"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "IMAGES=debian"),
        ("ERROR: process did not complete successfully: exit code: 137", "memory"),
    ],
)
def test_known_errors_come_with_advice(output: str, word: str) -> None:
    assert word in " ".join(advice_for(output))


def test_unknown_errors_come_without() -> None:
    assert advice_for("something else") == []


CONFIG = json.dumps(
    {
        "services": {
            "gateway": {
                "ports": [
                    {"host_ip": "127.0.0.1", "target": 8080, "published": "9000"},
                    {"host_ip": "127.0.0.1", "target": 8443, "published": "8443"},
                ]
            },
            "prometheus": {"ports": [{"host_ip": "127.0.0.1", "target": 9090, "published": "9091"}]},
            "rabbitmq": {
                "ports": [{"host_ip": "127.0.0.1", "target": 15672, "published": "15672"}],
                "environment": {"RABBITMQ_DEFAULT_USER": "storybot", "RABBITMQ_DEFAULT_PASS": "development-only"},
            },
            "story-worker": {
                "environment": {"LLM_BASE_URL": "http://local-llm:8080/v1", "LLM_MODEL": "SmolLM2-135M-Instruct"}
            },
        }
    }
)


def test_a_taken_port_is_named_with_its_setting() -> None:
    ports = preflight.published(CONFIG)
    assert ports[0] == Port("gateway", 9000, 8080)
    with pytest.raises(Problem, match=r"9000 \(gateway\)") as failure:
        preflight.check_ports(ports, lambda port: port != 9000)
    assert "GATEWAY_PORT=9001" in failure.value.advice[0]
    preflight.check_ports(ports, lambda port: True)


def test_a_full_disk_stops_and_short_memory_warns(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Problem, match=r"Only 1\.0 GB are free"):
        preflight.check_space(Console(), 1_000_000_000, None)
    preflight.check_space(Console(), 50_000_000_000, 1_000_000_000)
    assert "memory" in capsys.readouterr().out
    preflight.check_space(Console(), 50_000_000_000, 9_000_000_000)
    assert capsys.readouterr().out == ""


def test_addresses_are_those_of_the_configuration() -> None:
    text = addresses(CONFIG)
    assert "http://localhost:9000/api/docs" in text
    assert "storybot / development-only" in text
    assert "English only" in text
    assert "http://localhost:9091" in text
    assert "Kibana" not in text


def test_what_is_left_out_is_said_with_the_reason() -> None:
    assert "registries only" in left_out(CONFIG, Images.DEBIAN)[0]
    assert left_out(CONFIG, Images.OFFICIAL) == []
    without = {"services": {"elasticsearch": {"deploy": {"replicas": 0}}}}
    assert "ELK_REPLICAS=0" in left_out(json.dumps(without), Images.OFFICIAL)[0]


def test_a_password_of_ones_own_is_not_printed() -> None:
    assert "hunter2" not in addresses(CONFIG.replace("development-only", "hunter2"))
