"""A Logstash pipeline, read and, as far as ours needs it, run.

The grammar is the package logstash-pipeline-parser's, which takes any plugin and option; what plugins and options
there are is listed here from the documentation of Logstash 9 (elastic/logstash-docs-md, docs/lsr/plugins-*.md:
input-beats v7, output-elasticsearch v12, filter-mutate v3.5; lists of the options without those it calls obsolete).
"""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from logstash_pipeline_parser import Pipeline

COMMON = {"input": {"add_field", "codec", "enable_metric", "id", "tags", "type"},
          "filter": {"add_field", "add_tag", "enable_metric", "id", "periodic_flush", "remove_field", "remove_tag"},
          "output": {"codec", "enable_metric", "id"}}  # fmt: skip

IMAGE_SETTINGS = {
    *("api.enabled", "api.http.host", "api.http.port", "api.environment", "node.name", "path.data", "pipeline.id"),
    *("pipeline.workers", "pipeline.batch.size", "pipeline.batch.delay", "pipeline.unsafe_shutdown"),
    *("pipeline.ecs_compatibility", "pipeline.ordered", "path.config", "config.string", "config.reload.automatic"),
    *("queue.type", "path.queue", "queue.page_capacity", "queue.max_events", "queue.max_bytes", "queue.drain"),
    *("queue.checkpoint.acks", "queue.checkpoint.writes", "queue.compression", "dead_letter_queue.enable"),
    *("dead_letter_queue.max_bytes", "dead_letter_queue.flush_interval", "dead_letter_queue.storage_policy"),
    *("dead_letter_queue.retain.age", "path.dead_letter_queue", "log.level", "log.format", "path.logs"),
    *("path.plugins", "api.auth.type", "allow_superuser", "xpack.monitoring.enabled", "xpack.management.enabled"),
}
"""Settings that the image's entry point knows: docker/data/logstash/env2yaml of elastic/logstash, those that matter."""

DOCUMENTED = {
    ("input", "beats"): {
        *("client_inactivity_timeout", "ecs_compatibility", "enrich", "event_loop_threads", "executor_threads", "host"),
        *("port", "ssl_certificate", "ssl_certificate_authorities", "ssl_cipher_suites", "ssl_client_authentication"),
        *("ssl_enabled", "ssl_handshake_timeout", "ssl_key", "ssl_key_passphrase", "ssl_supported_protocols"),
    },
    ("filter", "mutate"): {
        *("convert", "copy", "gsub", "join", "lowercase", "merge", "coerce", "rename", "replace", "split", "strip"),
        *("update", "uppercase", "capitalize", "tag_on_failure"),
    },
    ("output", "elasticsearch"): {
        *("action", "api_key", "bulk_path", "ca_trusted_fingerprint", "cloud_auth", "cloud_id", "compression_level"),
        *("custom_headers", "data_stream", "data_stream_auto_routing", "data_stream_dataset", "data_stream_namespace"),
        *("data_stream_sync_fields", "data_stream_type", "dlq_custom_codes", "dlq_on_failed_indexname_interpolation"),
        *("healthcheck_path", "hosts", "http_compression", "password", "path", "pool_max", "pool_max_per_route"),
        *("proxy", "resurrect_delay", "retry_initial_interval", "retry_max_interval", "silence_errors_in_log"),
        *("sniffing", "sniffing_delay", "sniffing_path", "ssl_certificate", "ssl_certificate_authorities"),
        *("ssl_cipher_suites", "ssl_enabled", "ssl_key", "ssl_keystore_password", "ssl_keystore_path"),
        *("ssl_keystore_type", "ssl_supported_protocols", "ssl_truststore_password", "ssl_truststore_path"),
        *("ssl_truststore_type", "ssl_verification_mode", "timeout", "user", "validate_after_inactivity"),
    },
}
"""(kind, plugin) → options. With ``data_stream`` the output refuses index, ilm_*, template* and others: not listed."""

type Event = dict[str, Any]


def read(file: Path) -> dict[str, list[Any]]:
    """Section → what is in it."""
    return {name: body for name, body in Pipeline(file.read_text()).parse()}  # noqa: C416 — pairs are lists


def plugins(section: str, body: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(section, plugin, options) of every plugin, those inside of conditions too."""
    for name, content in body:
        if name in {"if", "else if"}:
            yield from plugins(section, content[1][0])
        elif name == "else":
            yield from plugins(section, content)
        else:
            yield section, name, {option: value[0] for option, value in content}


def run_filters(body: list[Any], event: Event) -> Event:
    """What the filters make of an event: ``if``, ``else`` and ``mutate``, as Logstash documents them."""
    event = copy.deepcopy(event)
    _run(body, event)
    return event


def _run(body: list[Any], event: Event) -> None:
    done = False
    for name, content in body:
        if name in {"if", "else if", "else"}:
            if name == "if":
                done = False
            if done:
                continue
            if name == "else":
                _run(content, event)
            elif _holds(content[0], event):
                done = True
                _run(content[1][0], event)
        elif name == "mutate":
            _mutate({option: value[0] for option, value in content}, event)
        else:
            raise NotImplementedError(name)


def _holds(condition: list[str], event: Event) -> bool:
    match condition:
        case [field]:
            return bool(_get(event, field))
        case [field, "==", value]:
            return bool(_get(event, field) == value)
        case _:
            raise NotImplementedError(str(condition))


def _mutate(options: dict[str, Any], event: Event) -> None:
    """``rename`` first; ``add_field`` and ``remove_field`` after everything else, when it succeeded."""
    for old, new in options.get("rename", []):
        value = _remove(event, old)
        if value is not None:
            _set(event, new[0], value)
    for field, value in options.get("add_field", []):
        _set(event, field, value[0])
    for field in options.get("remove_field", []):
        _remove(event, field)
    unknown = set(options) - {"id", "rename", "add_field", "remove_field"}
    if unknown:
        raise NotImplementedError(str(unknown))


def _path(field: str) -> list[str]:
    """``[a][b]`` is b below a; a name without brackets is a name, dots and all."""
    return field.strip("[]").split("][") if field.startswith("[") else [field]


def _get(event: Event, field: str) -> object:
    value: object = event
    for name in _path(field):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _set(event: Event, field: str, value: object) -> None:
    *parents, name = _path(field)
    for parent in parents:
        event = event.setdefault(parent, {})
    event[name] = value


def _remove(event: Event, field: str) -> object:
    *parents, name = _path(field)
    below: Any = event
    for parent in parents:
        below = below.get(parent) if isinstance(below, dict) else None
    return below.pop(name, None) if isinstance(below, dict) else None
