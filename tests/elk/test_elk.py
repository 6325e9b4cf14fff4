"""One story's lines are found in Elasticsearch, and everything that shows them is there."""

from pathlib import Path
from typing import Any

import httpx

from observability_as_code import kibana as saved
from storybot_common import log_fields
from tests.e2e.environment import Environment
from tests.support.poll import until
from tests.support.prometheus import Prometheus

from .conftest import Elasticsearch

_PATIENCE_S = 120


def test_a_trace_is_found_from_gateway_api_and_worker(elasticsearch: Elasticsearch, trace_id: str) -> None:
    query = {"size": 100, "query": {"term": {"trace.id": trace_id}}, "sort": ["@timestamp"]}

    def services() -> set[str]:
        hits = elasticsearch("logs-storybot.*/_search", query).get("hits", {}).get("hits", [])
        return {hit["_source"]["service"]["name"] for hit in hits}

    until(lambda: services() == {"gateway", "prompt-api", "story-worker"}, "all three are found", _PATIENCE_S)


def test_streams_have_our_lifecycle_and_mapping(elasticsearch: Elasticsearch, trace_id: str) -> None:
    until(lambda: len(elasticsearch("_data_stream/logs-storybot.*")["data_streams"]) == 2, "both streams", _PATIENCE_S)
    for stream in elasticsearch("_data_stream/logs-storybot.*")["data_streams"]:
        assert stream["template"] == "logs-storybot"
        assert stream["ilm_policy"] == "storybot-logs"
        assert stream["status"] == "GREEN"
    fields = elasticsearch("logs-storybot.*/_field_caps?fields=trace.id,storybot.duration_ms,client.ip")["fields"]
    assert set(fields["trace.id"]) == {"keyword"}
    assert set(fields["storybot.duration_ms"]) == {"double"}
    assert set(fields["client.ip"]) == {"ip"}


def test_filebeat_sends_names_with_dots_as_objects(elasticsearch: Elasticsearch, trace_id: str) -> None:
    query = {
        "size": 1,
        "query": {"bool": {"filter": [{"term": {"trace.id": trace_id}}, {"term": {"log.level": "info"}}]}},
    }

    def line() -> dict[str, Any]:
        found: list[dict[str, Any]] = (
            elasticsearch("logs-storybot.gateway-*/_search", query).get("hits", {}).get("hits", [])
        )
        return found[0]["_source"] if found else {}

    until(line, "the gateway's line", _PATIENCE_S)
    assert "log.level" not in line()
    assert set(line()) <= {"data_stream", "tags"} | {field.split(".")[0] for field in log_fields.types()}


def test_what_was_refused_is_kept_no_longer_than_the_rest(elasticsearch: Elasticsearch, trace_id: str) -> None:
    until(lambda: elasticsearch("_data_stream/logs-storybot.*")["data_streams"], "a stream", _PATIENCE_S)
    for stream in elasticsearch("_data_stream/logs-storybot.*")["data_streams"]:
        assert stream["failure_store"]["enabled"] is True
        assert stream["failure_store"]["lifecycle"]["effective_retention"] == "14d"


def test_prometheus_finds_every_part_and_the_gateways_lines(prometheus: Prometheus, trace_id: str) -> None:
    up = 'count(probe_success{job="elk"} == 1)'
    until(lambda: prometheus.value(up) == 4, "Elasticsearch, Logstash, Filebeat and Kibana answer", _PATIENCE_S)
    until(lambda: prometheus.query('probe_success{job="gateway-lines"} == 1'), "the gateway's lines", 2 * _PATIENCE_S)


def test_nothing_was_refused(elasticsearch: Elasticsearch, environment: Environment, trace_id: str) -> None:
    for stream in ("logs-storybot.app-default", "logs-storybot.gateway-default"):
        assert elasticsearch(f"{stream}::failures/_count?ignore_unavailable=true").get("count", 0) == 0
    queues = environment.compose(
        "exec", "-T", "logstash", "sh", "-c", "cat /usr/share/logstash/data/dead_letter_queue/storybot/*.log | wc -c"
    )
    assert int(queues) <= 1, "an empty segment has its version's one byte"


def test_kibana_has_views_searches_and_dashboards(kibana: httpx.Client) -> None:
    for kind, ids in (
        ("index-pattern", ["storybot-everything", "storybot-app", "storybot-gateway"]),
        ("search", [search.id for search in saved.SEARCHES]),
        ("dashboard", [board.id for board in saved.BOARDS]),
    ):
        answer = kibana.post("/api/saved_objects/_bulk_get", json=[{"type": kind, "id": each} for each in ids])
        assert [found.get("error") for found in answer.json()["saved_objects"]] == [None] * len(ids)


def test_grafana_has_the_dashboards_and_reaches_its_datasources(grafana: httpx.Client) -> None:
    files = Path(__file__).parents[2].glob("observability/grafana/dashboards/*.json")
    known = {each["uid"] for each in grafana.get("/api/search", params={"type": "dash-db"}).json()}
    assert {file.stem for file in files} <= known
    for uid in ("prometheus", "elasticsearch"):
        health = grafana.get(f"/api/datasources/uid/{uid}/health").json()
        assert health["status"] == "OK", health
