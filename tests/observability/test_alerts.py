"""An alert goes from a rule through Alertmanager to the webhook."""

from tests.e2e.environment import Environment
from tests.support.poll import until
from tests.support.prometheus import Prometheus

from .activity import Activity
from .logs import documents


def test_an_alert_reaches_the_webhook_with_its_runbook(
    activity: Activity, environment: Environment, prometheus: Prometheus
) -> None:
    """Three of eight stories failed, which spends a month's budget in a day."""
    firing = 'ALERTS{alertname="StoryBudgetBurnFast",alertstate="firing"}'
    until(lambda: prometheus.query(firing), "the rule fires", 60)

    def told() -> list[dict[str, str]]:
        alerts = [alert for message in documents(environment, "webhook-receiver") for alert in message["alerts"]]
        return [alert["annotations"] for alert in alerts if alert["labels"]["alertname"] == "StoryBudgetBurnFast"]

    (annotations, *_) = until(told, "the webhook is told", 90)
    assert annotations["runbook_url"] == "docs/runbook.md#storybudgetburnfast"
    assert "%" in annotations["description"], "the template was filled in"
    assert prometheus.value("alertmanager_notifications_failed_total") == 0
