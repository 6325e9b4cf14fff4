"""Elasticsearch's component template: the types of our log fields, our lifecycle, no replicas on one node."""

from typing import Any

from storybot_common import log_fields

LIFECYCLE = "storybot-logs"


def component_template() -> dict[str, Any]:
    """The document. A field below ``storybot`` that nobody declared is stored and not indexed."""
    properties: dict[str, Any] = {}
    for place, kind in sorted(log_fields.types().items()):
        if place != "@timestamp":  # logs@mappings has it
            _put(properties, place.split("."), kind)
    properties["storybot"] = {"dynamic": False, **properties["storybot"]}
    return {
        "template": {
            "settings": {
                "index.lifecycle.name": LIFECYCLE,
                "index.number_of_replicas": 0,
                "index.refresh_interval": "5s",
            },
            "mappings": {"properties": properties},
        },
        "_meta": {"description": "Storybot's log fields, written from services/common/storybot_common/log_fields.py"},
    }


def _put(properties: dict[str, Any], path: list[str], kind: str) -> None:
    *parents, leaf = path
    for parent in parents:
        properties = properties.setdefault(parent, {}).setdefault("properties", {})
    properties[leaf] = {"type": kind} if kind != "keyword" else {"type": kind, "ignore_above": 1024}
