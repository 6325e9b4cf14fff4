"""Storybot overview: do we keep what we promised, and where on its way is a story held up."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import Maker, Steps


def dashboard() -> Dashboard:
    """The first page that an operator opens."""
    make = Maker("storybot-overview", "Storybot overview", "Objectives, and the way of a story stage by stage.")

    make.row("Do we keep our objectives? (the last six hours)")
    make.number(
        "API requests answered without a 5xx (objective 99.9%)",
        "1 - (storybot:api_errors:ratio_rate6h or vector(0))",
        unit="percentunit",
        steps=Steps(0.9995, 0.999, lower=True),
        link="storybot-gateway",
        width=8,
    )
    make.number(
        "Stories finished of those that ended (objective 99%)",
        "1 - (storybot:stories_failed:ratio_rate6h or vector(0))",
        unit="percentunit",
        steps=Steps(0.995, 0.99, lower=True),
        link="storybot-worker",
        width=8,
    )
    make.number(
        "Stories at the LLM within 2 s (objective 95%)",
        "1 - (storybot:first_tokens_late:ratio_rate6h or vector(0))",
        unit="percentunit",
        steps=Steps(0.97, 0.95, lower=True),
        link="storybot-worker",
        width=8,
        why="The first token takes what the LLM takes, and this on top.",
    )

    make.row("How many, at each stage of a story's way?")
    stages = (
        ("Gateway: requests a second", 'sum(rate(storybot_gateway_requests_total{kind!="probe"}[5m]))', "reqps", "storybot-gateway", None),
        ("API: prompts accepted a minute", '60 * sum(rate(storybot_http_requests_total{method="POST",route="/api/v1/prompts",status="201"}[5m]))', "short", "storybot-api", None),
        ("Outbox: tickets published a minute", "60 * sum(rate(storybot_relay_published_total[5m]))", "short", "storybot-api", None),
        ("Queue: tickets that wait", 'sum(rabbitmq_detailed_queue_messages_ready{queue="story.jobs"})', "short", "storybot-queue", Steps(20, 100)),
        ("Worker: stories being written", "sum(storybot_worker_stories_in_progress)", "short", "storybot-worker", None),
        ("Viewers of live stories", "sum(storybot_streams_open)", "short", "storybot-api", None),
    )  # fmt: skip
    for title, query, unit, link, steps in stages:
        make.number(title, query, unit=unit, steps=steps, link=link, width=4)

    make.row("What goes wrong, at each stage?")
    errors = (
        ("Gateway: 5xx answers, of the API's", "storybot:api_errors:ratio_rate5m or vector(0)", "percentunit", Steps(0.001, 0.0144), "storybot-gateway"),
        ("API: 5xx answers a minute", '60 * (sum(rate(storybot_http_requests_total{status=~"5.."}[5m])))', "short", Steps(0.1, 1), "storybot-api"),
        ("Outbox: age of the oldest ticket", "max(storybot_outbox_oldest_age_seconds)", "s", Steps(10, 60), "storybot-api"),
        ("Queue: dead letters", 'sum(rabbitmq_detailed_queue_messages{queue="story.jobs.dead"})', "short", Steps(1, 10), "storybot-queue"),
        ("Worker: stories failed in an hour", 'sum(increase(storybot_worker_stories_total{outcome="failed"}[1h]))', "short", Steps(1, 5), "storybot-worker"),
        ("Live streams: viewers cut off in an hour", "sum(increase(storybot_streams_cut_off_total[1h]))", "short", Steps(5, 50), "storybot-api"),
    )  # fmt: skip
    for title, query, unit, steps, link in errors:
        make.number(title, query, unit=unit, steps=steps, link=link, width=4)

    make.row("How long does each stage take? (95% within)")
    durations = (
        ("Gateway: an API request", 'histogram_quantile(0.95, sum by (le) (rate(storybot_gateway_request_duration_seconds_bucket{kind="api"}[5m])))', Steps(0.5, 2), "storybot-gateway"),
        ("API: until an answer begins", "histogram_quantile(0.95, sum by (le) (rate(storybot_http_request_duration_seconds_bucket[5m])))", Steps(0.25, 1), "storybot-api"),
        ("Queued, until a worker takes it", "histogram_quantile(0.95, sum by (le) (rate(storybot_worker_queued_seconds_bucket[5m])))", Steps(2, 30), "storybot-queue"),
        ("LLM, until its first token", "histogram_quantile(0.95, sum by (le) (rate(storybot_worker_first_token_seconds_bucket[5m])))", Steps(5, 30), "storybot-worker"),
        ("A whole story", "histogram_quantile(0.95, sum by (le) (rate(storybot_worker_story_seconds_bucket[5m])))", Steps(120, 600), "storybot-worker"),
        ("Saving new text", "histogram_quantile(0.95, sum by (le) (rate(storybot_worker_save_seconds_bucket[5m])))", Steps(0.1, 1), "storybot-postgres"),
    )  # fmt: skip
    for title, query, steps, link in durations:
        make.number(title, query, unit="s", steps=steps, link=link, width=4)

    make.row("Is everything there?")
    make.number(
        "Parts that cannot be scraped",
        "count(up == 0) or vector(0)",
        unit="short",
        steps=Steps(1, 1),
        link="alerts",
        width=6,
    )
    make.graph("Which parts can be scraped?", ("min by (job) (up)", "{{job}}"), unit="bool_yes_no", width=9)
    make.graph(
        "Which alerts are firing?",
        ('count by (alertname, severity) (ALERTS{alertstate="firing"}) or vector(0)', "{{alertname}} ({{severity}})"),
        unit="short",
        width=9,
        steps=Steps(1, 1),
        link="alerts",
    )
    make.number(
        "Disk free on the engine's disk",
        'node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"}',
        unit="percentunit",
        steps=Steps(0.2, 0.1, lower=True),
    )
    make.number(
        "Memory available on the machine",
        "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
        unit="percentunit",
        steps=Steps(0.2, 0.1, lower=True),
    )
    make.number(
        "Load for each core",
        "sum(node_load5) / count(count by (cpu) (node_cpu_seconds_total))",
        unit="short",
        steps=Steps(1, 2),
    )
    make.number(
        "Certificate good for",
        "min(probe_ssl_earliest_cert_expiry) - time()",
        unit="s",
        steps=Steps(30 * 86400, 14 * 86400, lower=True),
    )
    return make.build()
