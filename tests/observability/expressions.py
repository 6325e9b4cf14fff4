"""Every PromQL expression of the rules and the dashboards, and the selectors inside them."""

import json
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import yaml

REPOSITORY = Path(__file__).parents[2]
_RULES = REPOSITORY / "observability/prometheus/rules"
_DASHBOARDS = REPOSITORY / "observability/grafana/dashboards"


def rules() -> Iterator[tuple[str, str]]:
    """(name, expression) of every rule."""
    for file in sorted(_RULES.glob("*.yml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                yield rule.get("alert") or rule["record"], rule["expr"]


def panels() -> Iterator[tuple[str, str]]:
    """(dashboard: panel, expression) of every panel that asks Prometheus."""
    for file in sorted(_DASHBOARDS.glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                if "expr" in target:
                    yield f"{file.stem}: {panel['title']}", target["expr"]


def selectors(expression: str) -> set[str]:
    """The vector selectors of an expression, without their ranges."""
    return set(_walk(promql_parser.parse(expression)))


def _walk(node: object) -> Iterator[str]:
    match node:
        case promql_parser.VectorSelector():
            yield _text(node)
        case promql_parser.MatrixSelector():
            yield _text(node.vector_selector)
        case promql_parser.BinaryExpr():
            yield from _walk(node.lhs)
            yield from _walk(node.rhs)
        case promql_parser.Call():
            for argument in node.args:
                yield from _walk(argument)
        case promql_parser.AggregateExpr() | promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            yield from _walk(node.expr)
        case promql_parser.SubqueryExpr():
            yield from _walk(node.expr)


def _text(selector: promql_parser.VectorSelector) -> str:
    matchers = ",".join(
        f"{matcher.name}{_OPERATORS[str(matcher.op).rpartition('.')[2]]}{json.dumps(matcher.value)}"
        for matcher in selector.matchers.matchers
    )
    return f"{selector.name or ''}{{{matchers}}}"


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
