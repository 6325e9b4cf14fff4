"""Elasticsearch, Logstash, Filebeat and Kibana cannot run everywhere: their configuration fits together."""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from observability_as_code import elastic, kibana
from storybot_common import log_fields
from tests.support import logstash_pipeline

REPOSITORY = Path(__file__).parents[2]
OBSERVABILITY = REPOSITORY / "observability"
PIPELINE = logstash_pipeline.read(OBSERVABILITY / "logstash/pipeline/storybot.conf")
STREAMS = ("logs-storybot.app-default", "logs-storybot.gateway-default")

# Recorded from running containers. The gateway's line as Filebeat sends it on, with what Filebeat adds.
APP: dict[str, Any] = {
    "@timestamp": "2026-11-25T18:00:00.000Z", "log.level": "info", "message": "story_claimed",
    "ecs": {"version": "8.11.0"}, "service": {"name": "story-worker"}, "event": {"action": "story_claimed"},
    "storybot": {"deliveries": 1, "written": 0, "model": "m", "story_id": "1", "attempt": 1},
    "trace": {"id": "0af7651916cd43dd8448eb211c80319c"}, "log": {"logger": "story_worker.handler"},
}  # fmt: skip
GATEWAY: dict[str, Any] = {
    "@timestamp": "2026-11-25T18:00:00.123+00:00", "log.level": "info", "message": "http_request",
    "ecs": {"version": "8.11.0"}, "event": {"action": "http_request"}, "service": {"name": "gateway"},
    "trace": {"id": "0af7651916cd43dd8448eb211c80319c"},
    "http": {"version": "1.1", "request": {"method": "POST"},
             "response": {"status_code": 201, "body": {"bytes": 512}}},
    "url": {"path": "/api/v1/prompts"}, "client": {"ip": "172.20.0.0"}, "user_agent": {"original": "x"},
    "storybot": {"kind": "api", "request_seconds": 0.012, "upstream_status": "201", "upstream_seconds": "0.011"},
    "@version": "1", "agent": {"type": "filebeat", "version": "9.5.4"}, "input": {"type": "filestream"},
    "host": {"name": "c0ffee"}, "log": {"offset": 7, "file": {"path": "/var/log/storybot-gateway/access.log"}},
}  # fmt: skip


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((OBSERVABILITY / name).read_text())
    return found


def leaves(value: dict[str, Any], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, inner in value.items():
        found |= leaves(inner, f"{above}{name}.") if isinstance(inner, dict) and inner else {f"{above}{name}"}
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose/elk.yml").read_text())
    return found["services"]  # type: ignore[no-any-return]


# --- Logstash ---


def test_logstash_plugins_and_their_options_are_documented_ones() -> None:
    used = [plugin for section, body in PIPELINE.items() for plugin in logstash_pipeline.plugins(section, body)]
    assert len(used) >= 6
    for section, name, options in used:
        assert (section, name) in logstash_pipeline.DOCUMENTED, f"{section} {name}"
        known = logstash_pipeline.DOCUMENTED[section, name] | logstash_pipeline.COMMON[section]
        assert set(options) <= known, f"{section} {name}: {set(options) - known}"


def test_every_logstash_plugin_has_a_name_of_its_own() -> None:
    names = [
        options["id"]
        for section, body in PIPELINE.items()
        for _, _, options in logstash_pipeline.plugins(section, body)
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("event", "stream"), [(APP, STREAMS[0]), (GATEWAY, STREAMS[1])])
def test_an_event_goes_to_its_stream_with_the_fields_that_were_logged(event: dict[str, Any], stream: str) -> None:
    result = logstash_pipeline.run_filters(PIPELINE["filter"], event)
    target = result.pop("data_stream")
    assert f"{target['type']}-{target['dataset']}-{target['namespace']}" == stream
    assert result["log"].pop("level") == "info"
    assert leaves({key: value for key, value in result.items() if value != {}}) <= set(log_fields.types())
    assert {"trace", "service", "message", "@timestamp"} <= set(result)


def test_an_unknown_address_is_no_address() -> None:
    """An empty string is no IP address for Elasticsearch: the line would be refused."""
    assert "client" not in logstash_pipeline.run_filters(PIPELINE["filter"], GATEWAY | {"client": {"ip": ""}})


def test_logstash_settings_are_documented_ones() -> None:
    settings = yaml.safe_load((OBSERVABILITY / "logstash/logstash.yml").read_text())
    documented = {  # elastic/logstash, docs/reference/logstash-settings-file.md and dead-letter-queues.md
        *("api.http.host", "pipeline.ecs_compatibility", "xpack.monitoring.enabled", "queue.type", "queue.max_bytes"),
        *("dead_letter_queue.enable", "dead_letter_queue.max_bytes", "dead_letter_queue.storage_policy"),
        *("dead_letter_queue.retain.age", "log.level"),
    }
    assert set(settings) <= documented
    assert settings["queue.type"] == "persisted"
    assert settings["dead_letter_queue.storage_policy"] in {"drop_newer", "drop_older"}


def test_logstash_is_reached_by_those_who_write() -> None:
    ((_, _, beats),) = logstash_pipeline.plugins("input", PIPELINE["input"])
    filebeat = yaml.safe_load((OBSERVABILITY / "filebeat/filebeat.yml").read_text())
    assert filebeat["output.logstash"]["hosts"] == [f"logstash:{beats['port']}"]
    main = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    for service in (main["prompt-api"], main["story-worker"], compose()["filebeat"], compose()["logstash"]):
        assert "logs" in service["networks"]


def test_filebeat_reads_what_the_gateway_writes() -> None:
    (source,) = yaml.safe_load((OBSERVABILITY / "filebeat/filebeat.yml").read_text())["filebeat.inputs"]
    gateway = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]["gateway"]
    assert fnmatch.fnmatch(gateway["environment"]["ACCESS_LOG_FILE"], source["paths"][0])
    assert source["id"]
    assert [next(iter(parser)) for parser in source["parsers"]] == ["ndjson"]
    assert "gateway-logs:/var/log/storybot-gateway:ro" in compose()["filebeat"]["volumes"]


# Filebeat 9.5: docs/reference/filebeat/filebeat-input-filestream.md, logstash-output.md, http-endpoint.md,
# configuration-logging.md of elastic/beats.
FILEBEAT = {
    *("filebeat.inputs", "output.logstash", "http.enabled", "http.host", "http.port"),
    *("logging.level", "logging.to_stderr", "logging.to_files"),
}
FILESTREAM = {"type", "id", "paths", "prospector.scanner.fingerprint.length", "parsers"}
NDJSON = {
    "target",
    "overwrite_keys",
    "expand_keys",
    "add_error_key",
    "message_key",
    "document_id",
    "ignore_decoding_error",
}


def test_filebeats_settings_are_documented_ones() -> None:
    settings = yaml.safe_load((OBSERVABILITY / "filebeat/filebeat.yml").read_text())
    (source,) = settings["filebeat.inputs"]
    (parser,) = source["parsers"]
    assert set(settings) <= FILEBEAT
    assert set(source) <= FILESTREAM
    assert set(parser["ndjson"]) <= NDJSON
    assert set(settings["output.logstash"]) == {"hosts"}
    assert source["prospector.scanner.fingerprint.length"] >= 64, "the least that Filebeat takes"


def test_names_with_dots_become_objects_as_ecs_loggers_ask_for() -> None:
    """Else Filebeat sends a field "log.level" beside its own object "log"."""
    (source,) = yaml.safe_load((OBSERVABILITY / "filebeat/filebeat.yml").read_text())["filebeat.inputs"]
    assert source["parsers"][0]["ndjson"]["expand_keys"] is True


def test_the_image_finds_no_setting_of_logstash_in_its_environment() -> None:
    """Its entry point would write it into logstash.yml (env2yaml), which is mounted to be read only."""
    settings = {name.replace(".", "").replace("_", "") for name in logstash_pipeline.IMAGE_SETTINGS}
    environment = {name.lower().replace("_", "") for name in compose()["logstash"]["environment"]}
    assert environment & settings == set()
    assert (
        set(yaml.safe_load((OBSERVABILITY / "logstash/logstash.yml").read_text())) <= logstash_pipeline.IMAGE_SETTINGS
    )


# --- who looks at whom ---


def test_prometheus_can_look_up_whom_it_finds_by_name() -> None:
    """The engine tells the address of a container only to those who share a network with it."""
    metrics = yaml.safe_load((REPOSITORY / "compose/metrics.yml").read_text())["services"]
    core = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    services = core | compose() | metrics
    jobs = yaml.safe_load((OBSERVABILITY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    for job in jobs:
        for found in job.get("dns_sd_configs", []):
            for name in found["names"]:
                assert set(services[name]["networks"]) & set(services["prometheus"]["networks"]), name
                if job.get("metrics_path") == "/probe":
                    assert set(services[name]["networks"]) & set(services["blackbox-exporter"]["networks"]), name


def test_every_part_that_runs_is_watched_at_the_port_where_it_answers() -> None:
    jobs = yaml.safe_load((OBSERVABILITY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    (elk,) = (job for job in jobs if job["job_name"] == "elk")
    watched = {name: found["port"] for found in elk["dns_sd_configs"] for name in found["names"]}
    filebeat = yaml.safe_load((OBSERVABILITY / "filebeat/filebeat.yml").read_text())
    assert watched == {"elasticsearch": 9200, "logstash": 9600, "kibana": 5601, "filebeat": filebeat["http.port"]}
    assert filebeat["http.enabled"] is True
    assert filebeat["http.host"] == "0.0.0.0"
    named = {rule["regex"].split(";")[0] for rule in elk["relabel_configs"] if "regex" in rule}
    assert named == set(watched)


def test_the_probe_for_the_gateways_lines_asks_for_its_stream_as_somebody_who_may() -> None:
    probe = yaml.safe_load((OBSERVABILITY / "blackbox/config.yml").read_text())["modules"]["gateway_lines"]["http"]
    jobs = yaml.safe_load((OBSERVABILITY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
    (job,) = (job for job in jobs if job["job_name"] == "gateway-lines")
    (target,) = (rule["replacement"] for rule in job["relabel_configs"] if rule.get("target_label") == "__param_target")
    assert target == f"http://$1/{STREAMS[1]}/_count"
    setup = (OBSERVABILITY / "elasticsearch/setup.sh").read_text()
    assert f"put _security/user/{probe['basic_auth']['username']}" in setup
    assert probe["basic_auth"]["password_file"] in (OBSERVABILITY / "blackbox/start.sh").read_text()
    assert json.loads(probe["body"])["query"]["range"]["@timestamp"]


# --- Elasticsearch ---


def test_the_index_template_is_for_our_streams_and_wins() -> None:
    template = document("elasticsearch/index-template.json")
    assert all(any(fnmatch.fnmatch(each, pattern) for pattern in template["index_patterns"]) for each in STREAMS)
    assert template["priority"] > 100  # the built-in one for logs-*-*
    assert template["data_stream"] == {}
    assert template["composed_of"][-1] == "storybot-logs"  # the last one wins


def test_every_declared_field_is_mapped_with_its_type() -> None:
    properties = document("elasticsearch/component-template.json")["template"]["mappings"]["properties"]
    for place, kind in log_fields.types().items():
        if place == "@timestamp":
            continue
        node: dict[str, Any] = {"properties": properties}
        for part in place.split("."):
            node = node["properties"][part]
        assert node["type"] == kind, place


def test_lines_are_deleted_in_the_end() -> None:
    settings = document("elasticsearch/component-template.json")["template"]["settings"]
    setup = (OBSERVABILITY / "elasticsearch/setup.sh").read_text()
    assert f"_ilm/policy/{settings['index.lifecycle.name']}" in setup
    phases = document("elasticsearch/lifecycle.json")["policy"]["phases"]
    assert "delete" in phases["delete"]["actions"]
    assert "@LOG_RETENTION_DAYS@" in phases["delete"]["min_age"]
    assert "rollover" in phases["hot"]["actions"]
    assert settings["index.number_of_replicas"] == 0


def test_logstash_may_write_its_streams_and_nothing_else() -> None:
    role = document("elasticsearch/role-writer.json")
    (grant,) = role["indices"]
    assert sorted(grant["names"]) == sorted(STREAMS)
    assert {"create_doc", "auto_configure"} == set(grant["privileges"])
    ((_, _, output),) = logstash_pipeline.plugins("output", PIPELINE["output"])
    setup = (OBSERVABILITY / "elasticsearch/setup.sh").read_text()
    assert f"put _security/user/{output['user']}" in setup


def test_grafana_may_read_what_it_shows() -> None:
    (grant,) = document("elasticsearch/role-reader.json")["indices"]
    assert all(any(fnmatch.fnmatch(each, name) for name in grant["names"]) for each in STREAMS)
    assert {"read", "view_index_metadata"} == set(grant["privileges"])


def test_all_parts_have_one_version() -> None:
    text = (REPOSITORY / "compose/elk.yml").read_text()
    assert len(set(re.findall(r"docker\.elastic\.co/\S+:(\S+)", text))) == 1


def test_all_of_it_is_left_out_by_one_setting() -> None:
    for name, service in compose().items():
        assert service["deploy"]["replicas"] == "${ELK_REPLICAS:-1}", name


def test_kibanas_image_passes_on_what_we_set() -> None:
    """Its entry point knows a list of settings (kibana-docker in elastic/kibana); another variable has no effect."""
    passed_on = {
        *("SERVER_NAME", "SERVER_PUBLICBASEURL", "ELASTICSEARCH_HOSTS", "ELASTICSEARCH_USERNAME"),
        *("ELASTICSEARCH_PASSWORD", "XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY", "TELEMETRY_OPTIN", "NODE_OPTIONS"),
    }
    assert set(compose()["kibana"]["environment"]) <= passed_on
    key = re.fullmatch(
        r"\$\{KIBANA_ENCRYPTION_KEY:-(.+)\}",
        compose()["kibana"]["environment"]["XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY"],
    )
    assert key, "a default"
    assert len(key[1]) >= 32, "Kibana takes no shorter one"


def test_kibana_does_not_use_the_superuser() -> None:
    assert compose()["kibana"]["environment"]["ELASTICSEARCH_USERNAME"] == "kibana_system"
    assert compose()["kibana"]["depends_on"]["elasticsearch-setup"]["condition"] == "service_completed_successfully"


# --- Kibana ---

OBJECTS = [json.loads(line) for line in kibana.saved_objects().splitlines()]


def test_saved_objects_are_complete_and_refer_to_each_other() -> None:
    known = {(each["type"], each["id"]) for each in OBJECTS}
    assert len(known) == len(OBJECTS)
    for each in OBJECTS:
        assert each["typeMigrationVersion"]
        assert {(reference["type"], reference["id"]) for reference in each["references"]} <= known
        names = [reference["name"] for reference in each["references"]]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "board", [each for each in OBJECTS if each["type"] == "dashboard"], ids=lambda each: each["id"]
)
def test_panels_of_a_dashboard_find_what_they_show(board: dict[str, Any]) -> None:
    panels = json.loads(board["attributes"]["panelsJSON"])
    names = {reference["name"] for reference in board["references"]}
    assert len({panel["panelIndex"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["gridData"]["i"] == panel["panelIndex"]
        assert panel["gridData"]["x"] + panel["gridData"]["w"] <= 48
        if panel["type"] == "search":
            assert f"{panel['panelIndex']}:{panel['panelRefName']}" in names
            continue
        lens = panel["embeddableConfig"]["attributes"]
        (layer_name,) = (reference["name"] for reference in lens["references"])
        assert f"{panel['panelIndex']}:{layer_name}" in names
        (layer,) = lens["state"]["datasourceStates"]["formBased"]["layers"].values()
        assert sorted(layer["columnOrder"]) == sorted(layer["columns"])
        (shown,) = lens["state"]["visualization"]["layers"]
        used = {*shown["accessors"], shown["xAccessor"], *filter(None, [shown.get("splitAccessor")])}
        assert used == set(layer["columns"])


def test_panels_of_a_dashboard_do_not_overlap() -> None:
    for board in (each for each in OBJECTS if each["type"] == "dashboard"):
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(board["attributes"]["panelsJSON"]):
            grid = panel["gridData"]
            cells = {
                (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
            }
            assert not cells & taken, board["id"]
            taken |= cells


def test_kibana_asks_for_fields_that_we_log() -> None:
    assert kibana.fields() <= set(log_fields.types())
    queries = [search.query for search in kibana.SEARCHES]
    queries += [chart.query for board in kibana.BOARDS for chart in board.charts]
    named = {name for query in queries for name in re.findall(r"([a-z_.]+)\s*(?::|>=)", query)}
    assert named
    assert named <= set(log_fields.types())


def test_what_kibana_counts_and_sorts_by_can_be_counted_and_sorted_by() -> None:
    """Elasticsearch refuses both for text, match_only_text too: the chart would show an error."""
    types = log_fields.types()
    without_doc_values = {field for field in kibana.counted_fields() if types[field] in {"text", "match_only_text"}}
    assert without_doc_values == set()


def test_saved_objects_have_forms_that_this_kibana_migrates_from() -> None:
    """Elastic/kibana 9.5: dashboards keep the schemas of 8.9.0, searches their model version 5 (10.5.0)."""
    forms = {each["type"]: each["typeMigrationVersion"] for each in OBJECTS}
    assert forms == {"index-pattern": "8.0.0", "search": "10.5.0", "dashboard": "8.9.0"}
    for each in (each for each in OBJECTS if each["type"] == "search"):
        assert set(each["attributes"]) <= {
            *("title", "description", "columns", "sort", "grid", "rowHeight", "rowsPerPage", "hideChart"),
            *("breakdownField", "kibanaSavedObjectMeta", "isTextBasedQuery", "usesAdHocDataView", "timeRestore"),
            *("timeRange", "refreshInterval", "viewMode", "hideAggregatedPreview", "hits", "version", "sampleSize"),
            *("headerRowHeight", "visContext", "density"),
        }


def test_events_that_kibana_looks_for_are_written_by_somebody() -> None:
    source = "".join(file.read_text() for file in (REPOSITORY / "services").glob("*/*/**/*.py"))
    for search in kibana.SEARCHES:
        for events in re.findall(r"event\.action : \(?([a-z_ ]+)", search.query):
            for event in events.split(" or "):
                assert f'"{event.strip()}"' in source, event


def test_the_component_template_is_that_of_the_code() -> None:
    assert document("elasticsearch/component-template.json") == elastic.component_template()
