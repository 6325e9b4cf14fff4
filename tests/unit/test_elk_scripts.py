"""The one-shot scripts that prepare Elasticsearch and Kibana, run against a curl that notes what it is asked."""

import json
import os
import subprocess
from pathlib import Path

import pytest

OBSERVABILITY = Path(__file__).parents[2] / "observability"
_NAMES = ("ELASTIC_PASSWORD", "KIBANA_SYSTEM_PASSWORD", "LOGSTASH_WRITER_PASSWORD", "GRAFANA_READER_PASSWORD")
PASSWORDS = dict.fromkeys(_NAMES, "letters0and0digits")
_CURL = """#!/bin/bash
address=${@: -1}
body=""
for argument in "$@"; do [[ $argument == @- ]] && body=$(cat | tr -d '\\n'); done
printf '%s\\t%s\\n' "$address" "$body" >>"$NOTED"
printf '%s' "${ANSWER:-}"
exit "${STATUS:-0}"
"""


def run(script: str, folder: Path, **environment: str) -> tuple[int, str, dict[str, str]]:
    """(exit status, what it said, address → body of every request)."""
    curl, noted = folder / "curl", folder / "noted"
    curl.write_text(_CURL)
    curl.chmod(0o755)
    noted.write_text("")
    ran = subprocess.run(
        ["bash", str(OBSERVABILITY / script)],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "NOTED": str(noted), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    requests = dict(line.split("\t") for line in noted.read_text().splitlines())
    return ran.returncode, ran.stdout + ran.stderr, requests


def test_elasticsearch_gets_users_lifecycle_and_templates_as_valid_json(tmp_path: Path) -> None:
    status, said, requests = run("elasticsearch/setup.sh", tmp_path, **PASSWORDS, LOG_RETENTION_DAYS="30")
    assert status == 0, said
    bodies = {
        address.removeprefix("http://elasticsearch:9200/"): json.loads(body) for address, body in requests.items()
    }
    assert list(bodies) == [
        "_security/user/kibana_system/_password",
        "_security/role/storybot_logs_writer",
        "_security/role/storybot_logs_reader",
        "_security/user/storybot_logs_writer",
        "_security/user/storybot_logs_reader",
        "_ilm/policy/storybot-logs",
        "_cluster/settings",
        "_component_template/storybot-logs",
        "_index_template/logs-storybot",
    ]
    assert bodies["_ilm/policy/storybot-logs"]["policy"]["phases"]["delete"]["min_age"] == "30d"
    failures = bodies["_cluster/settings"]["persistent"]["data_streams.lifecycle.retention.failures_default"]
    assert failures == "30d", "what is refused is kept no longer than what is not"
    assert bodies["_security/user/storybot_logs_writer"]["roles"] == ["storybot_logs_writer"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ELASTIC_PASSWORD", 'quo"te'), ("GRAFANA_READER_PASSWORD", ""), ("LOG_RETENTION_DAYS", "two weeks")],
)
def test_a_setting_with_a_mistake_is_named_before_anything_is_changed(tmp_path: Path, name: str, value: str) -> None:
    settings = {**PASSWORDS, "LOG_RETENTION_DAYS": "14", name: value}
    status, said, requests = run("elasticsearch/setup.sh", tmp_path, **settings)
    assert status == 1
    assert said.startswith(name)
    assert requests == {}


def test_production_refuses_development_passwords(tmp_path: Path) -> None:
    settings = {**PASSWORDS, "ELASTIC_PASSWORD": "developmentonly", "LOG_RETENTION_DAYS": "14"}
    assert run("elasticsearch/setup.sh", tmp_path, **settings)[0] == 0
    status, said, _ = run("elasticsearch/setup.sh", tmp_path, **settings, STORYBOT_ENVIRONMENT="production")
    assert status == 1
    assert "ELASTIC_PASSWORD" in said


def test_an_elasticsearch_that_refuses_stops_the_setup(tmp_path: Path) -> None:
    status, _, requests = run("elasticsearch/setup.sh", tmp_path, **PASSWORDS, LOG_RETENTION_DAYS="14", STATUS="22")
    assert status != 0
    assert len(requests) == 1


def test_kibana_s_body_decides_whether_the_import_worked(tmp_path: Path) -> None:
    good = run("kibana/import.sh", tmp_path, ELASTIC_PASSWORD="x", ANSWER='{"successCount":11,"success":true}')
    bad = run("kibana/import.sh", tmp_path, ELASTIC_PASSWORD="x", ANSWER='{"success":false,"errors":[{"id":"a"}]}')
    assert good[0] == 0
    assert list(good[2]) == ["http://kibana:5601/api/saved_objects/_import?overwrite=true"]
    assert bad[0] == 1
    assert '"id":"a"' in bad[1]
