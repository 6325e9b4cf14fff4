"""Every file that code writes, with its content."""

import json
from pathlib import Path
from typing import Any

import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from observability_as_code import elastic, kibana, reference, slo
from observability_as_code.dashboards import ALL

_WRITTEN = "# Written by `make observability` from observability/observability_as_code/{module}; change it there.\n"
_REFERENCE = "docs/observability.md"


def files(root: Path) -> dict[str, str]:
    """File (from the repository's root) → content."""
    dashboards = {
        f"observability/grafana/dashboards/{name}.json": _pretty(JSONEncoder(sort_keys=True, indent=2).encode(make()))
        for name, make in ALL.items()
    }
    return {
        "observability/prometheus/rules/slo.yml": _yaml("slo.py", slo.rules()),
        "observability/elasticsearch/component-template.json": _pretty(json.dumps(elastic.component_template())),
        "observability/kibana/storybot.ndjson": kibana.saved_objects(),
        _REFERENCE: reference.with_tables((root / _REFERENCE).read_text()),
        **dashboards,
    }


def _yaml(module: str, document: dict[str, Any]) -> str:
    return _WRITTEN.format(module=module) + yaml.safe_dump(document, sort_keys=False, width=1000)


def _pretty(document: str) -> str:
    return json.dumps(json.loads(document), indent=2, ensure_ascii=False) + "\n"
