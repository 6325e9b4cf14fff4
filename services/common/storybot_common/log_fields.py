"""Every field that a log line may have, and where it stands in the document that Elasticsearch gets.

A keyword of a log call (``log.info("story_claimed", deliveries=1)``) is looked up here by its name. Elasticsearch's
mapping of ``storybot.*`` and the reference in docs/observability.md are generated from this list, and a test holds
every log call against it.
"""

from typing import Literal, NamedTuple

type ElasticType = Literal["keyword", "long", "double", "boolean", "date", "wildcard", "match_only_text", "ip"]


class LogField(NamedTuple):
    """The place in the document, its Elasticsearch type, and what it says."""

    place: str
    kind: ElasticType
    meaning: str


FIELDS = {
    # Elastic Common Schema
    "logger": LogField("log.logger", "keyword", "module that wrote the line"),
    "trace_id": LogField("trace.id", "keyword", "joins everything about one request and its story"),
    "method": LogField("http.request.method", "keyword", "of a request"),
    "status_code": LogField("http.response.status_code", "long", "of an answer"),
    "error": LogField("error.message", "match_only_text", "what went wrong; holds nothing that a person wrote"),
    "code": LogField("error.code", "keyword", "failure code of a story (errors.py)"),
    "error_type": LogField("error.type", "keyword", "class of an exception"),
    "error_stack_trace": LogField("error.stack_trace", "wildcard", "files and lines, without the exception's message"),
    "reason": LogField("event.reason", "keyword", "why, from a short list"),
    # ours
    "route": LogField("storybot.route", "keyword", "template of the route, /api/v1/prompts/{prompt_id}"),
    "duration_ms": LogField("storybot.duration_ms", "double", "from a request to the end of its answer"),
    "story_id": LogField("storybot.story_id", "keyword", "the story that is being written"),
    "attempt": LogField("storybot.attempt", "long", "its fencing number"),
    "deliveries": LogField("storybot.deliveries", "long", "claims since a person last asked for it"),
    "written": LogField("storybot.written", "long", "code points that earlier attempts wrote"),
    "model": LogField("storybot.model", "keyword", "the language model"),
    "outcome": LogField("storybot.outcome", "keyword", "how an attempt ended"),
    "seconds": LogField("storybot.seconds", "double", "duration of an attempt"),
    "stories": LogField("storybot.stories", "long", "how many stories the line is about"),
    "prompts": LogField("storybot.prompts", "long", "how many prompts the line is about"),
    "count": LogField("storybot.count", "long", "how many"),
    "at_work": LogField("storybot.at_work", "long", "stories being written by this process"),
    "concurrency": LogField("storybot.concurrency", "long", "stories that may be written at once"),
    "confirmed": LogField("storybot.confirmed", "long", "tickets that the broker confirmed before the failure"),
    "in_doubt": LogField("storybot.in_doubt", "boolean", "whether a commit may have succeeded"),
    "job": LogField("storybot.job", "keyword", "a background task of the API"),
    "environment": LogField("storybot.environment", "keyword", "development or production"),
    "revision": LogField("storybot.revision", "keyword", "schema revision of the database"),
}
"""By the keyword in the log call."""

ALWAYS = {
    "@timestamp": LogField("@timestamp", "date", "when, UTC"),
    "log.level": LogField("log.level", "keyword", "debug, info, warning, error"),
    "message": LogField("message", "match_only_text", "name of the event; a sentence in lines of libraries"),
    "ecs.version": LogField("ecs.version", "keyword", "version of the Elastic Common Schema"),
    "service.name": LogField("service.name", "keyword", "prompt-api, story-worker, gateway"),
    "event.action": LogField("event.action", "keyword", "name of the event; not in lines of libraries"),
}

GATEWAY = {
    "http.version": LogField("http.version", "keyword", "1.1, 2.0"),
    "http.request.method": LogField("http.request.method", "keyword", "of a request"),
    "http.response.status_code": LogField("http.response.status_code", "long", "of an answer"),
    "http.response.body.bytes": LogField("http.response.body.bytes", "long", "size of an answer"),
    "url.path": LogField("url.path", "wildcard", "without the query, which may hold what a person searched for"),
    "client.ip": LogField("client.ip", "ip", "the visitor's network: IPv4 without its last number, 48 bits of IPv6"),
    "user_agent.original": LogField("user_agent.original", "keyword", "the browser"),
    "trace.id": LogField("trace.id", "keyword", "joins everything about one request and its story"),
    "storybot.kind": LogField("storybot.kind", "keyword", "app, asset, api, events or probe"),
    "storybot.request_seconds": LogField("storybot.request_seconds", "double", "whole time of a request"),
    "storybot.upstream_status": LogField("storybot.upstream_status", "keyword", "what the API answered, each try"),
    "storybot.upstream_seconds": LogField("storybot.upstream_seconds", "keyword", "how long it took, each try"),
}
"""Fields of the gateway's access log, beside those that every line has."""


def place_of(name: str) -> tuple[str, ...]:
    """Where a keyword of a log call goes; one that is not listed stands below ``storybot``."""
    known = FIELDS.get(name)
    return tuple(known.place.split(".")) if known else ("storybot", name)


def types() -> dict[str, ElasticType]:
    """Every field that any of our lines may have, with its type."""
    return {field.place: field.kind for group in (ALWAYS, FIELDS, GATEWAY) for field in group.values()}
