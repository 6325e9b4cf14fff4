"""What the dashboards are made of: panels with one look, and the links that join them.

A panel's title is a question or a quantity with its unit. Thresholds are given where a value means something: the
colour says whether somebody has to act.
"""

from collections.abc import Sequence
from typing import NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, logs, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)

PROMETHEUS = models.DataSourceRef(type_val="prometheus", uid="prometheus")
ELASTICSEARCH = models.DataSourceRef(type_val="elasticsearch", uid="elasticsearch")
DISCOVER = "http://localhost:5601/app/discover#/view/"
"""Kibana's saved searches; docs/observability.md says what to change when Kibana has another address."""

ALERTS = "http://localhost:9090/alerts"
"""Prometheus' page of what is wrong now; the same page tells how to change it."""

type Query = tuple[str, str]
"""A PromQL expression and how its series are called."""

type _AnyPanel = logs.Panel | stat.Panel | timeseries.Panel

WIDTH = 24


class Steps(NamedTuple):
    """From where on a value is worth looking at, and from where on it is bad; ``lower`` turns that round."""

    warn: float
    bad: float
    lower: bool = False


class Maker:
    """Collects panels into a dashboard, left to right."""

    def __init__(self, uid: str, title: str, description: str) -> None:
        self._panels = 0
        self._builder = (
            dashboard.Dashboard(title)
            .uid(uid)
            .description(description)
            .tags(["storybot"])
            .timezone("browser")
            .refresh("30s")
            .time("now-3h", "now")
            .readonly()
            .tooltip(models.DashboardCursorSync.CROSSHAIR)
            .link(
                dashboard.DashboardLink("Storybot")
                .type(models.DashboardLinkType.DASHBOARDS)
                .tags(["storybot"])
                .as_dropdown(True)
                .keep_time(True)
            )
        )

    def _add(self, panel: _AnyPanel) -> None:
        self._panels += 1
        self._builder.with_panel(panel.id(self._panels))

    def variable(self, name: str, label: str, value: str) -> None:
        """A text that the reader types, ``$name`` in queries."""
        self._builder.with_variable(dashboard.TextBoxVariable(name).label(label).default_value(value))

    def row(self, title: str) -> None:
        """A heading for the panels that follow."""
        self._panels += 1
        self._builder.with_row(dashboard.Row(title).id(self._panels))

    def number(
        self,
        title: str,
        query: str,
        *,
        unit: str,
        steps: Steps | None = None,
        link: str = "",
        width: int = 6,
        why: str = "",
    ) -> None:
        """One number, coloured by ``steps``."""
        panel = (
            stat.Panel()
            .title(title)
            .description(why)
            .datasource(PROMETHEUS)
            .unit(unit)
            .with_target(_target((query, ""), instant=True))
            .height(5)
            .span(width)
            .no_value("–")
            .orientation(VizOrientation.AUTO)
            .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
            .thresholds(_thresholds(steps))
        )
        self._add(panel.links(_links(link)))

    def graph(
        self,
        title: str,
        *queries: Query,
        unit: str,
        steps: Steps | None = None,
        link: str = "",
        width: int = 8,
        why: str = "",
        stacked: bool = False,
    ) -> None:
        """Lines over time; with ``steps``, a line where it gets bad."""
        panel = (
            timeseries.Panel()
            .title(title)
            .description(why)
            .datasource(PROMETHEUS)
            .unit(unit)
            .min(0)
            .height(8)
            .span(width)
            .draw_style(GraphDrawStyle.LINE)
            .line_width(1)
            .fill_opacity(25 if stacked else 8)
            .legend(
                common.VizLegendOptions()
                .display_mode(LegendDisplayMode.LIST)
                .placement(LegendPlacement.BOTTOM)
                .show_legend(True)
            )
            .thresholds(_thresholds(steps))
        )
        if stacked:
            panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
        if steps:
            panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))
        for number, query in enumerate(queries):
            panel.with_target(_target(query, ref=chr(ord("A") + number)))
        self._add(panel.links(_links(link)))

    def panel(self, panel: logs.Panel | timeseries.Panel) -> None:
        """A panel made elsewhere."""
        self._add(panel)

    def build(self) -> models.Dashboard:
        """The dashboard."""
        return self._builder.build()


def quantiles(metric: str, by: str = "", labels: str = "") -> Sequence[Query]:
    """Median, 95th and 99th percentile of a histogram."""
    group = ", ".join(("le", *([by] if by else [])))
    return [
        (f"histogram_quantile({q}, sum by ({group}) (rate({metric}_bucket{labels}[5m])))", name)
        for q, name in ((0.5, "half within"), (0.95, "95% within"), (0.99, "99% within"))
    ]


def _target(query: Query, *, instant: bool = False, ref: str = "A") -> prometheus.Dataquery:
    expression, legend = query
    target = (
        prometheus.Dataquery().expr(expression).legend_format(legend or "__auto").ref_id(ref).datasource(PROMETHEUS)
    )
    return target.instant() if instant else target.range()


def _thresholds(steps: Steps | None) -> dashboard.ThresholdsConfig:
    green, yellow, red = "green", "yellow", "red"
    if steps is None:
        marks = [models.Threshold(color=green)]
    elif steps.lower:
        marks = [
            models.Threshold(color=red),
            models.Threshold(value=steps.bad, color=yellow),
            models.Threshold(value=steps.warn, color=green),
        ]
    else:
        marks = [
            models.Threshold(color=green),
            models.Threshold(value=steps.warn, color=yellow),
            models.Threshold(value=steps.bad, color=red),
        ]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(marks)


def _links(link: str) -> list[Builder[models.DashboardLink]]:
    """Where to look next: a dashboard's uid, a saved search of Kibana (``search:``), or Prometheus' ``alerts``."""
    if not link:
        return []
    if link == "alerts":
        return [dashboard.DashboardLink("Alerts").type(models.DashboardLinkType.LINK).url(ALERTS).target_blank(True)]
    if link.startswith("search:"):
        return [
            dashboard.DashboardLink("Log lines")
            .type(models.DashboardLinkType.LINK)
            .url(DISCOVER + link.removeprefix("search:"))
            .target_blank(True)
        ]
    return [dashboard.DashboardLink("More").type(models.DashboardLinkType.LINK).url(f"/d/{link}?${{__url_time_range}}")]
