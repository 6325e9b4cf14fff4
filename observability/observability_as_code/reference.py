"""The reference tables of docs/observability.md, from the code."""

import re

from prometheus_client import CollectorRegistry

from prompt_api.metrics import Metrics
from story_worker.metrics import WorkerMetrics
from storybot_common import log_fields
from storybot_common.log_fields import LogField

_SECTION = "<!-- {name}: written by `make observability` -->\n{body}<!-- end of {name} -->"


def with_tables(document: str) -> str:
    """The document with its tables as the code has them."""
    for name, body in _tables().items():
        pattern = rf"<!-- {name}: written by `make observability` -->\n.*?<!-- end of {name} -->"
        if not re.search(pattern, document, re.DOTALL):
            raise ValueError(f"docs/observability.md has no section for {name}")
        section = _SECTION.format(name=name, body=body)
        document = re.sub(pattern, lambda _match, text=section: text, document, flags=re.DOTALL)  # type: ignore[misc]
    return document


def _tables() -> dict[str, str]:
    api, worker = CollectorRegistry(), CollectorRegistry()
    Metrics(api)
    WorkerMetrics(worker)
    return {
        "metrics of the API": _metrics(api),
        "metrics of the worker": _metrics(worker),
        "log fields": _fields(log_fields.ALWAYS, log_fields.FIELDS),
        "log fields of the gateway": _fields(log_fields.GATEWAY),
    }


def _metrics(registry: CollectorRegistry) -> str:
    rows = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for collector, names in sorted(registry._collector_to_names.items(), key=lambda item: min(item[1], default="")):
        labels = ", ".join(f"`{label}`" for label in getattr(collector, "_labelnames", ()))
        for metric in collector.describe() if hasattr(collector, "describe") else collector.collect():
            if metric.name.startswith("storybot_") and names:
                suffix = "_total" if metric.type == "counter" else ""
                rows.append(f"| `{metric.name}{suffix}` | {metric.type} | {labels} | {metric.documentation} |")
    return "\n".join(rows) + "\n"


def _fields(*groups: dict[str, LogField]) -> str:
    rows = ["| field | type | meaning |", "|---|---|---|"]
    rows += [f"| `{field.place}` | {field.kind} | {field.meaning} |" for group in groups for field in group.values()]
    return "\n".join(rows) + "\n"
