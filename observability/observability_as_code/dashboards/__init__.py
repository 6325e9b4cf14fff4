"""Grafana's dashboards. Each module makes one; ``ALL`` lists them, file name → maker."""

from collections.abc import Callable

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards import api, gateway, logs, overview, postgres, queue, worker

ALL: dict[str, Callable[[], Dashboard]] = {
    "storybot-overview": overview.dashboard,
    "storybot-api": api.dashboard,
    "storybot-worker": worker.dashboard,
    "storybot-queue": queue.dashboard,
    "storybot-postgres": postgres.dashboard,
    "storybot-gateway": gateway.dashboard,
    "storybot-logs": logs.dashboard,
}
