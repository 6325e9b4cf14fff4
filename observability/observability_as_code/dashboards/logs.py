"""Logs by trace: every line of one trace id, from Elasticsearch."""

from grafana_foundation_sdk.builders import elasticsearch, logs, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import ELASTICSEARCH, WIDTH, Maker


def dashboard() -> Dashboard:
    """What happened to one story."""
    make = Maker("storybot-logs", "Logs by trace", "Type a trace id (every error page and every story shows it).")
    make.variable("trace", "Trace id", "*")
    make.panel(
        timeseries.Panel()
        .title("Log lines over time, by level")
        .datasource(ELASTICSEARCH)
        .unit("short")
        .height(6)
        .span(WIDTH)
        .with_target(
            elasticsearch.Dataquery()
            .ref_id("A")
            .query("trace.id:$trace")
            .time_field("@timestamp")
            .metrics([elasticsearch.Count().id("1")])
            .bucket_aggs(
                [
                    elasticsearch.Terms().id("2").field("log.level"),
                    elasticsearch.DateHistogram().id("3").field("@timestamp"),
                ]
            )
        )
    )
    make.panel(
        logs.Panel()
        .title("What happened, in order?")
        .datasource(ELASTICSEARCH)
        .height(20)
        .span(WIDTH)
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(common.LogsSortOrder.ASCENDING)
        .with_target(
            elasticsearch.Dataquery()
            .ref_id("A")
            .query("trace.id:$trace")
            .time_field("@timestamp")
            .metrics([elasticsearch.Logs().id("1")])
        )
    )
    return make.build()
