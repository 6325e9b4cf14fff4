"""Grafana's dashboards and the alerts: everything that they point at is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from observability_as_code import kibana
from observability_as_code.dashboards.parts import ALERTS
from storybot_common import log_fields

REPOSITORY = Path(__file__).parents[2]
OBSERVABILITY = REPOSITORY / "observability"
DASHBOARDS = {
    file.stem: json.loads(file.read_text()) for file in sorted((OBSERVABILITY / "grafana/dashboards").glob("*.json"))
}
PANELS = [
    pytest.param(panel, id=f"{name}: {panel['title']}")
    for name, board in DASHBOARDS.items()
    for panel in board["panels"]
    if panel["type"] != "row"
]
DATASOURCES = {
    source["uid"]
    for source in yaml.safe_load((OBSERVABILITY / "grafana/provisioning/datasources/storybot.yml").read_text())[
        "datasources"
    ]
}


def defaults(panel: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = panel.get("fieldConfig", {}).get("defaults", {})
    return found


def alerts() -> dict[str, dict[str, Any]]:
    files = (yaml.safe_load(file.read_text()) for file in (OBSERVABILITY / "prometheus/rules").glob("*.yml"))
    rules = (rule for file in files for group in file["groups"] for rule in group["rules"])
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


def rule_tests() -> list[dict[str, Any]]:
    files = (yaml.safe_load(file.read_text()) for file in (OBSERVABILITY / "prometheus/tests").glob("*.yml"))
    return [test for file in files for test in file["tests"]]


def test_the_dashboards_that_were_asked_for_are_there() -> None:
    assert {board["title"] for board in DASHBOARDS.values()} == {
        *("Storybot overview", "API", "Worker and LLM", "Queue", "Postgres", "Gateway", "Logs by trace")
    }
    assert all(board["uid"] == name for name, board in DASHBOARDS.items())


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_has_a_title_a_unit_and_a_datasource_that_exists(panel: dict[str, Any]) -> None:
    assert len(panel["title"]) > 5
    assert panel["datasource"]["uid"] in DATASOURCES
    assert panel["type"] in {"stat", "timeseries", "logs"}
    assert panel["targets"]
    assert all(target["datasource"]["uid"] in DATASOURCES for target in panel["targets"] if "datasource" in target)
    if panel["type"] != "logs":
        assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_link_leads_somewhere(panel: dict[str, Any]) -> None:
    searches = {search.id for search in kibana.SEARCHES}
    for link in panel.get("links", []):
        board = re.match(r"/d/([\w-]+)", link["url"])
        search = re.search(r"/discover#/view/([\w-]+)$", link["url"])
        known = (board and board[1] in DASHBOARDS) or (search and search[1] in searches) or link["url"] == ALERTS
        assert known, link["url"]


@pytest.mark.parametrize("name", sorted(set(DASHBOARDS) - {"storybot-logs"}))
def test_a_dashboard_leads_on_to_other_dashboards_and_to_what_was_logged(name: str) -> None:
    links = [link["url"] for panel in DASHBOARDS[name]["panels"] for link in panel.get("links", [])]
    assert any(url.startswith("/d/") and not url.startswith(f"/d/{name}?") for url in links), "no other dashboard"
    assert any("/discover#" in url or url == ALERTS for url in links), "neither log lines nor alerts"


@pytest.mark.parametrize("panel", PANELS)
def test_a_yes_or_no_is_a_question_and_a_question_of_that_kind_is_answered_so(panel: dict[str, Any]) -> None:
    unit = defaults(panel).get("unit")
    asks = re.match(r"(Does|Do|Is|Are|Which parts can) .*\?$", panel["title"])
    assert bool(asks) == (unit == "bool_yes_no")


@pytest.mark.parametrize("panel", PANELS)
def test_thresholds_rise(panel: dict[str, Any]) -> None:
    steps = [step["value"] for step in defaults(panel).get("thresholds", {}).get("steps", [])]
    assert steps == [] or steps[0] is None
    assert steps[1:] == sorted(steps[1:])


def test_the_overview_leads_on() -> None:
    numbers = [panel for panel in DASHBOARDS["storybot-overview"]["panels"] if panel["type"] == "stat"]
    linked = {link["url"].split("?")[0] for panel in numbers for link in panel.get("links", [])}
    assert {f"/d/storybot-{name}" for name in ("api", "worker", "queue", "postgres", "gateway")} <= linked


def test_grafana_leaves_the_plugins_of_its_image_alone() -> None:
    """It cannot write into the image, and an update that fails leaves it without Elasticsearch (grafana#127760)."""
    grafana = yaml.safe_load((REPOSITORY / "compose/metrics.yml").read_text())["services"]["grafana"]
    assert grafana["environment"]["GF_PLUGINS_PREINSTALL_AUTO_UPDATE"] == "false"


def test_nothing_needs_an_import_by_hand() -> None:
    for name, board in DASHBOARDS.items():
        text = json.dumps(board)
        assert "${DS_" not in text, name
        assert "__inputs" not in board, name
        ids = [panel["id"] for panel in board["panels"] if "id" in panel]
        assert len(ids) == len(set(ids)), name


def test_logs_are_asked_for_by_fields_that_we_log() -> None:
    text = json.dumps(DASHBOARDS["storybot-logs"])
    assert set(re.findall(r'"(?:field|timeField)": "([^"]+)"', text)) <= set(log_fields.types())
    assert "trace.id" in log_fields.types()


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_what_to_do_and_is_tested_both_ways(name: str) -> None:
    alert = alerts()[name]
    assert alert["labels"]["severity"] in {"page", "ticket", "info"}
    assert alert["annotations"]["summary"]
    file, anchor = alert["annotations"]["runbook_url"].split("#")
    headings = re.findall(r"^#+ (.+)$", (REPOSITORY / file).read_text(), re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, f"{file} has no section {anchor}"
    expectations = [
        expected["exp_samples"]
        for test in rule_tests()
        for expected in test["promql_expr_test"]
        if f'alertname="{name}"' in expected["expr"]
    ]
    assert [] in expectations, "a test in which it does not fire"
    assert any(expectations), "a test in which it fires"


def test_inhibition_names_alerts_that_exist() -> None:
    known = alerts()
    rules = yaml.safe_load((OBSERVABILITY / "alertmanager/alertmanager.yml").read_text())["inhibit_rules"]
    for matcher in (text for rule in rules for text in (*rule["source_matchers"], *rule["target_matchers"])):
        for pattern in matcher.split('"')[1].split("|"):
            assert any(re.fullmatch(pattern, name) for name in known), pattern
