"""Prometheus scrapes everything, has every rule, and every expression finds the metrics that it names."""

import secrets

import httpx
import pytest

from tests.e2e.environment import Environment
from tests.support.poll import until
from tests.support.prometheus import Prometheus

from .activity import Activity
from .expressions import panels, rules, selectors

JOBS = {
    *("prometheus", "alertmanager", "prompt-api", "story-worker", "rabbitmq", "rabbitmq-queues", "postgres", "nginx"),
    *("gateway-log", "node", "blackbox-exporter", "probe", "local-llm"),
}

NOT_HERE = {
    'probe_success{job="elk"}': "the ELK stack has images of its own registry only",
    'probe_success{job="gateway-lines"}': "the same",
}
"""Selectors that find nothing in this stack, and why."""


def test_every_target_is_up(activity: Activity, prometheus: Prometheus) -> None:
    targets = prometheus.targets()
    assert {target["labels"]["job"] for target in targets} == JOBS
    assert [(t["scrapeUrl"], t["lastError"]) for t in targets if t["health"] != "up"] == []


def test_every_rule_is_loaded_and_can_be_evaluated(activity: Activity, prometheus: Prometheus) -> None:
    loaded = prometheus.rules()
    assert {rule["name"] for rule in loaded} == {name for name, _ in rules()}
    assert [(rule["name"], rule.get("lastError")) for rule in loaded if rule["health"] != "ok"] == []


@pytest.mark.parametrize(("panel", "expression"), list(panels()))
def test_every_panel_gets_data(activity: Activity, prometheus: Prometheus, panel: str, expression: str) -> None:
    if set(NOT_HERE) & selectors(expression) and not prometheus.query(expression):
        pytest.skip("; ".join(NOT_HERE[each] for each in set(NOT_HERE) & selectors(expression)))
    assert prometheus.query(expression), f"{panel}: {expression}"


@pytest.mark.parametrize(("rule", "expression"), list(rules()))
def test_every_metric_that_a_rule_names_is_there(
    activity: Activity, prometheus: Prometheus, rule: str, expression: str
) -> None:
    """An alert that is quiet finds nothing: what it compares has to be found."""
    prometheus.query(expression)
    missing = {each for each in selectors(expression) if each not in NOT_HERE and not prometheus.query(each)}
    assert missing == set(), f"{rule}: {expression}"


def test_what_happened_can_be_read_off(activity: Activity, prometheus: Prometheus) -> None:
    def total(expression: str) -> float:
        return prometheus.value(f"sum({expression})")

    assert total('storybot_worker_stories_total{outcome="finished"}') >= activity.finished
    assert total('storybot_worker_stories_total{outcome="failed",reason="llm_bad_key"}') == 1
    assert total('storybot_worker_stories_total{outcome="claim_lost"}') == 1
    assert total('storybot_worker_tickets_total{result="poison"}') == 1
    assert total('rabbitmq_detailed_queue_messages{queue="story.jobs.dead"}') == 1
    assert total('storybot_worker_retries_total{place="in_place",cause="llm_unavailable"}') >= 2
    assert total('storybot_worker_tokens_total{kind="completion"}') > 100
    assert total("storybot_worker_cost_total") > 0
    assert total('storybot_gateway_requests_total{kind="api",method="POST",status="201"}') == total(
        'storybot_http_requests_total{method="POST",status="201"}'
    )
    assert total("storybot_gateway_unread_lines_total") == 0
    assert total("probe_ssl_earliest_cert_expiry") > 0


def test_a_thousand_addresses_headers_and_prompts_add_no_series(
    activity: Activity, environment: Environment, prometheus: Prometheus
) -> None:
    def series() -> dict[str, float]:
        found = prometheus.query('count by (job) ({job=~"prompt-api|story-worker|gateway-log|nginx"})')
        return {each["metric"]["job"]: float(each["value"][1]) for each in found}

    def requests() -> float:
        return prometheus.value('sum(storybot_http_requests_total{route="unmatched"})')

    def finished() -> float:
        return prometheus.value('sum(storybot_worker_stories_total{outcome="finished"})')

    with httpx.Client(base_url=environment.url, timeout=30) as http:
        http.get("/api/v1/warm/up")
        seen = until(requests, "the first is counted", 30)
        until(lambda: requests() == requests(), "settled")
        before, told = series(), finished()
        for number in range(1000):
            word = secrets.token_hex(4)
            http.request(
                secrets.choice(["GET", "POST", "DELETE", "PUT"]),
                f"/api/v1/{word}/{secrets.token_hex(4)}",
                headers={"User-Agent": word, "X-Trace-Id": secrets.token_hex(8), f"X-{word}": word},
                params={"q": word},
            )
            if number % 50 == 0:
                http.cookies.clear()  # somebody new: nobody may have a thousand stories waiting
            prompt = {"content": f"{word} [[fake: tokens=3]]", "options": {"protagonist": word, "genre": "bedtime"}}
            assert http.post("/api/v1/prompts", json=prompt, headers={"Idempotency-Key": word}).status_code == 201
    until(lambda: requests() >= seen + 1000, "all are counted", 30)
    until(lambda: finished() >= told + 1000, "all are told", 120)
    after = series()
    # a method that was not asked for before has its series; nothing grows with the number of requests
    assert all(after[job] - before[job] < 100 for job in before), (before, after)


def test_the_first_5xx_is_an_increase(activity: Activity, environment: Environment, prometheus: Prometheus) -> None:
    """Every counter of failures is there at 0 before the first one: nothing is missed by ``rate``."""
    assert prometheus.query('storybot_http_requests_total{route="/api/v1/prompts",method="POST",status="500"}')
    assert prometheus.value('sum(storybot_http_requests_total{status="500"})') == 0
    assert prometheus.query('storybot_worker_stories_total{outcome="failed",reason="internal"}')
    before = prometheus.value("storybot_gateway_api_errors_total")
    assert before == 0
    environment.compose("stop", "--timeout", "1", "prompt-api")
    try:
        until(lambda: httpx.get(f"{environment.url}/api/v1/settings").status_code == 503, "the gateway says so")
        until(lambda: prometheus.query("storybot_gateway_api_errors_total > 0"), "it is counted", 30)
        until(lambda: prometheus.query("rate(storybot_gateway_api_errors_total[5m]) > 0"), "it is an increase", 30)
        until(lambda: prometheus.query("storybot:api_errors:ratio_rate5m > 0"), "the objective sees it", 30)
    finally:
        environment.compose("start", "prompt-api")
        until(lambda: httpx.get(f"{environment.url}/api/readyz").is_success, "it serves again", 60)


def test_a_5xx_is_counted(activity: Activity, environment: Environment, prometheus: Prometheus) -> None:
    environment.compose("stop", "--timeout", "1", "prompt-api")
    try:
        until(lambda: httpx.get(f"{environment.url}/api/v1/settings").status_code == 503, "the gateway says so")
        seen = 'sum(rate(storybot_gateway_requests_total{kind="api",status=~"5.."}[5m])) > 0'
        until(lambda: httpx.get(f"{environment.url}/api/v1/settings") and prometheus.query(seen), "it is seen", 30)
        until(lambda: prometheus.query('ALERTS{alertname="GatewayProbeFailing"}'), "an alert is on its way", 30)
    finally:
        environment.compose("start", "prompt-api")
        until(lambda: httpx.get(f"{environment.url}/api/readyz").is_success, "it serves again", 60)
