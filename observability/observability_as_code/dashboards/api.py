"""API: requests by route, live streams, outbox, database connections."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import Maker, Steps, quantiles


def dashboard() -> Dashboard:
    """The prompt API."""
    make = Maker("storybot-api", "API", "The prompt API: requests, live streams, outbox and pool.")
    make.row("Requests")
    make.graph(
        "Requests a second by route",
        ("sum by (method, route) (rate(storybot_http_requests_total[5m]))", "{{method}} {{route}}"),
        unit="reqps",
        link="search:storybot-slow-requests",
    )
    make.graph(
        "Answers a second by status",
        ("sum by (status) (rate(storybot_http_requests_total[5m]))", "{{status}}"),
        unit="reqps",
        stacked=True,
        link="search:storybot-errors",
    )
    make.graph(
        "Time until an answer begins",
        *quantiles("storybot_http_request_duration_seconds"),
        unit="s",
        steps=Steps(0.25, 1),
        link="search:storybot-slow-requests",
    )
    make.graph(
        "Which routes are slow? (95% within)",
        (
            "histogram_quantile(0.95, sum by (le, route) (rate(storybot_http_request_duration_seconds_bucket[5m])))",
            "{{route}}",
        ),
        unit="s",
        steps=Steps(0.25, 1),
        link="search:storybot-slow-requests",
    )
    make.graph("Requests being answered", ("sum(storybot_http_requests_in_flight)", "in flight"), unit="short")
    make.graph("Prompts stored by one transaction", *quantiles("storybot_submission_batch_size"), unit="short")
    make.row("Live streams")
    make.graph("Viewers of live stories", ("sum(storybot_streams_open)", "viewers"), unit="short")
    make.graph(
        "Pieces sent to viewers a second",
        ("sum by (kind) (rate(storybot_stream_sends_total[5m]))", "{{kind}}"),
        unit="cps",
    )
    make.graph(
        "Viewers cut off, a minute, because they took nothing",
        ("60 * sum(rate(storybot_streams_cut_off_total[5m]))", "cut off"),
        unit="short",
        steps=Steps(1, 10),
    )
    make.row("Outbox and relay")
    make.graph(
        "Tickets not published yet", ("max(storybot_outbox_unsent)", "unsent"), unit="short", steps=Steps(50, 500)
    )
    make.graph(
        "Age of the oldest ticket not published",
        ("max(storybot_outbox_oldest_age_seconds)", "age"),
        unit="s",
        steps=Steps(10, 60),
        link="storybot-queue",
    )
    make.graph(
        "Tickets published, and failures to, a second",
        ("sum(rate(storybot_relay_published_total[5m]))", "published"),
        ("sum(rate(storybot_relay_failures_total[5m]))", "failed"),
        unit="cps",
    )
    make.graph(
        "Stories queued again in an hour, by reason",
        ("sum by (reason) (increase(storybot_stories_requeued_total[1h]))", "{{reason}}"),
        unit="short",
        steps=Steps(1, 5),
    )
    make.row("Process")
    make.graph(
        "Database connections in use, and allowed",
        ("sum by (instance, state) (storybot_database_pool_connections)", "{{state}} {{instance}}"),
        unit="short",
        link="storybot-postgres",
    )
    process_panels(make, "prompt-api")
    return make.build()


def process_panels(make: Maker, job: str) -> None:
    """What a service's containers use."""
    make.graph(
        "Memory of the container, of what it may use",
        (
            f'storybot_container_memory_bytes{{job="{job}"}} / storybot_container_memory_limit_bytes{{job="{job}"}}',
            "{{instance}}",
        ),
        unit="percentunit",
        steps=Steps(0.8, 0.9),
    )
    make.graph(
        "CPU cores in use",
        (f'rate(storybot_container_cpu_seconds_total{{job="{job}"}}[5m])', "{{instance}}"),
        unit="short",
    )
    make.graph(
        "Log lines that wait for Logstash",
        (f'storybot_log_lines_waiting{{job="{job}"}}', "waiting {{instance}}"),
        (f'increase(storybot_log_lines_dropped_total{{job="{job}"}}[5m])', "dropped {{instance}}"),
        unit="short",
        steps=Steps(1000, 10000),
    )
