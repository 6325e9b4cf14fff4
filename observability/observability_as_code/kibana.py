"""Kibana's saved objects: data views, saved searches, and dashboards whose panels are Lens charts by value.

``typeMigrationVersion`` is the version of each type's form as written here; Kibana migrates from it when it imports.
"""

import json
from typing import Any, NamedTuple

_CORE = "8.8.0"
_VERSIONS = {"index-pattern": "8.0.0", "search": "10.5.0", "dashboard": "8.9.0"}
_EVERYTHING = "storybot-everything"
_APP = "storybot-app"
_GATEWAY = "storybot-gateway"
_LAYER = "layer"


class Search(NamedTuple):
    """A saved search: columns, and a query in Kibana's language."""

    id: str
    title: str
    view: str
    query: str
    columns: tuple[str, ...]
    order: tuple[str, str] = ("@timestamp", "desc")


SEARCHES = (
    Search("storybot-errors", "Errors and warnings", _APP, "log.level : (error or warning or critical)",
           ("service.name", "log.level", "message", "error.type", "error.message", "trace.id")),
    Search("storybot-failures", "Why stories fail and are tried again", _APP,
           "event.action : (story_attempt_failed or llm_request_failed or story_attempt_crashed or message_poisonous)",
           ("message", "error.code", "error.message", "storybot.story_id", "trace.id")),
    Search("storybot-slow-requests", "Slowest requests", _APP, "event.action : http_request",
           ("storybot.duration_ms", "http.request.method", "storybot.route", "http.response.status_code", "trace.id"),
           ("storybot.duration_ms", "desc")),
    Search("storybot-gateway-access", "Gateway access", _GATEWAY, "",
           ("http.request.method", "url.path", "http.response.status_code", "storybot.request_seconds", "trace.id")),
    Search("storybot-one-trace", "One trace, in order", _EVERYTHING, "",
           ("service.name", "log.level", "message", "storybot.route", "url.path", "http.response.status_code",
            "storybot.outcome", "error.message"), ("@timestamp", "asc")),
)  # fmt: skip


class Chart(NamedTuple):
    """A chart: a metric over time or over the top values of a field, perhaps split by another."""

    title: str
    view: str
    query: str
    over: str
    split: str = ""
    metric: str = "count"
    of: str = ""
    shape: str = "bar_stacked"
    width: int = 24


class Board(NamedTuple):
    """A dashboard: charts above saved searches."""

    id: str
    title: str
    description: str
    charts: tuple[Chart, ...]
    searches: tuple[str, ...]


_TIME = "@timestamp"

BOARDS = (
    Board("storybot-service-logs", "Service logs", "What the services say: errors, slow requests, failures.", (
        Chart("Errors and warnings over time, by service", _APP, "log.level : (error or warning or critical)", _TIME, "service.name"),
        Chart("Errors and warnings, by event", _APP, "log.level : (error or warning or critical)", "event.action", "service.name", shape="bar_horizontal_stacked"),
        Chart("Slowest routes (95% within, ms)", _APP, "event.action : http_request", "storybot.route", metric="percentile", of="storybot.duration_ms", shape="bar_horizontal"),
        Chart("Why stories fail", _APP, "event.action : story_attempt_ended and storybot.outcome : (failed or retry_later)", "event.reason", "storybot.outcome", shape="bar_horizontal_stacked"),
    ), ("storybot-errors", "storybot-slow-requests", "storybot-failures")),
    Board("storybot-gateway", "Gateway access", "What visitors asked for, and what they got.", (
        Chart("Answers over time, by status", _GATEWAY, "", _TIME, "http.response.status_code"),
        Chart("Whole time of a request (95% within, s)", _GATEWAY, "storybot.kind : (api or app)", _TIME, "storybot.kind", metric="percentile", of="storybot.request_seconds", shape="line"),
        Chart("Top paths", _GATEWAY, "storybot.kind : (api or app or events)", "url.path", shape="bar_horizontal"),
        Chart("5xx answers, by path", _GATEWAY, "http.response.status_code >= 500", "url.path", "http.response.status_code", shape="bar_horizontal_stacked"),
    ), ("storybot-gateway-access",)),
    Board("storybot-one-trace", "One trace", "Put trace.id : \"…\" into the search bar: everything of one story, in order.", (
        Chart("Lines over time, by service", _EVERYTHING, "", _TIME, "service.name", width=48),
    ), ("storybot-one-trace",)),
)  # fmt: skip


def saved_objects() -> str:
    """The NDJSON file."""
    objects = [
        _data_view(_EVERYTHING, "logs-storybot.*", "Storybot: all logs"),
        _data_view(_APP, "logs-storybot.app-*", "Storybot: services"),
        _data_view(_GATEWAY, "logs-storybot.gateway-*", "Storybot: gateway"),
        *(_search(each) for each in SEARCHES),
        *(_board(each) for each in BOARDS),
    ]
    return "".join(json.dumps(each, sort_keys=True, ensure_ascii=False) + "\n" for each in objects)


def _object(kind: str, id_: str, attributes: dict[str, Any], references: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "type": kind,
        "id": id_,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _VERSIONS[kind],
        "managed": False,
    }


def _data_view(id_: str, title: str, name: str) -> dict[str, Any]:
    return _object("index-pattern", id_, {"title": title, "name": name, "timeFieldName": _TIME}, [])


def _search(search: Search) -> dict[str, Any]:
    source = {
        "query": {"query": search.query, "language": "kuery"},
        "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
    }
    attributes = {
        "title": search.title,
        "description": "",
        "columns": list(search.columns),
        "sort": [list(search.order)],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source, sort_keys=True)},
    }
    reference = {
        "name": "kibanaSavedObjectMeta.searchSourceJSON.index",
        "type": "index-pattern",
        "id": search.view,
    }
    return _object("search", search.id, attributes, [reference])


def _board(board: Board) -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    references: list[dict[str, str]] = []
    x = y = 0
    for number, chart in enumerate(board.charts):
        index = f"chart-{number}"
        if x + chart.width > 48:
            x, y = 0, y + 12
        layer = f"indexpattern-datasource-layer-{_LAYER}"
        panels.append(
            {
                "type": "lens",
                "panelIndex": index,
                "gridData": {"x": x, "y": y, "w": chart.width, "h": 12, "i": index},
                "title": chart.title,
                "embeddableConfig": {"attributes": _lens(chart, layer), "enhancements": {}},
            }
        )
        references.append({"type": "index-pattern", "id": chart.view, "name": f"{index}:{layer}"})
        x += chart.width
    for number, search in enumerate(board.searches):
        index = f"search-{number}"
        y += 12
        panels.append(
            {
                "type": "search",
                "panelIndex": index,
                "panelRefName": f"panel_{index}",
                "gridData": {"x": 0, "y": y, "w": 48, "h": 18, "i": index},
                "embeddableConfig": {"enhancements": {}},
            }
        )
        y += 6
        references.append({"type": "search", "id": search, "name": f"{index}:panel_{index}"})
    attributes = {
        "title": board.title,
        "description": board.description,
        "panelsJSON": json.dumps(panels, sort_keys=True),
        "optionsJSON": json.dumps({"useMargins": True, "syncColors": True, "hidePanelTitles": False}),
        "timeRestore": True,
        "timeFrom": "now-24h",
        "timeTo": "now",
        "version": 1,
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": json.dumps({"query": {"query": "", "language": "kuery"}, "filter": []})
        },
    }
    return _object("dashboard", board.id, attributes, references)


def _lens(chart: Chart, reference: str) -> dict[str, Any]:
    columns: dict[str, Any] = {"over": _over(chart.over), "metric": _metric(chart)}
    order = ["over", "metric"]
    if chart.split:
        columns["split"] = _top_values(chart.split, 6)
        order.insert(0, "split")
    layer: dict[str, Any] = {
        "layerId": _LAYER,
        "layerType": "data",
        "seriesType": chart.shape,
        "accessors": ["metric"],
        "xAccessor": "over",
        "position": "top",
        "showGridlines": False,
    }
    if chart.split:
        layer["splitAccessor"] = "split"
    return {
        "title": chart.title,
        "visualizationType": "lnsXY",
        "type": "lens",
        "references": [{"type": "index-pattern", "id": chart.view, "name": reference}],
        "state": {
            "datasourceStates": {
                "formBased": {
                    "layers": {
                        _LAYER: {"columns": columns, "columnOrder": order, "incompleteColumns": {}, "sampling": 1}
                    }
                }
            },
            "visualization": {
                "layers": [layer],
                "preferredSeriesType": chart.shape,
                "legend": {"isVisible": True, "position": "right"},
                "valueLabels": "hide",
            },
            "query": {"query": chart.query, "language": "kuery"},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def _over(field: str) -> dict[str, Any]:
    if field != _TIME:
        return _top_values(field, 10)
    return {
        "label": field,
        "dataType": "date",
        "operationType": "date_histogram",
        "sourceField": field,
        "isBucketed": True,
        "scale": "interval",
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def _top_values(field: str, size: int) -> dict[str, Any]:
    return {
        "label": f"Top values of {field}",
        "dataType": "number" if field.endswith("status_code") else "string",
        "operationType": "terms",
        "sourceField": field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": size,
            "orderBy": {"type": "column", "columnId": "metric"},
            "orderDirection": "desc",
            "otherBucket": False,
            # lines of libraries have no event: they are counted too
            "missingBucket": field == "event.action",
            "parentFormat": {"id": "terms"},
        },
    }


def _metric(chart: Chart) -> dict[str, Any]:
    common = {"dataType": "number", "isBucketed": False, "scale": "ratio"}
    if chart.metric == "count":
        return {**common, "label": "Lines", "operationType": "count", "sourceField": "___records___", "params": {}}
    return {
        **common,
        "label": f"95th percentile of {chart.of}",
        "operationType": "percentile",
        "sourceField": chart.of,
        "params": {"percentile": 95},
    }


def counted_fields() -> set[str]:
    """Every log field that something is sorted by, counted by or computed of: it has to have doc values."""
    charts = [chart for board in BOARDS for chart in board.charts]
    return {search.order[0] for search in SEARCHES} | {
        field for chart in charts for field in (chart.over, chart.split, chart.of) if field
    }


def fields() -> set[str]:
    """Every log field that a search or chart names."""
    named = {column for search in SEARCHES for column in (*search.columns, search.order[0])}
    for board in BOARDS:
        for chart in board.charts:
            named |= {chart.over, chart.split, chart.of} - {""}
    return named
