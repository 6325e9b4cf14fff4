"""Gateway: what visitors get."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.parts import Maker, Steps, quantiles


def dashboard() -> Dashboard:
    """nginx, by its access log and its own figures."""
    make = Maker("storybot-gateway", "Gateway", "What visitors get: from the gateway's access log and nginx's figures.")
    make.graph(
        "Requests a second, by kind",
        ("sum by (kind) (rate(storybot_gateway_requests_total[5m]))", "{{kind}}"),
        unit="reqps",
        link="search:storybot-gateway-access",
    )
    make.graph(
        "Answers a second, by status",
        ("sum by (status) (rate(storybot_gateway_requests_total[5m]))", "{{status}}"),
        unit="reqps",
        stacked=True,
        link="search:storybot-gateway-access",
    )
    make.graph(
        "5xx answers, of all to the API",
        ("storybot:api_errors:ratio_rate5m", "5xx"),
        unit="percentunit",
        steps=Steps(0.001, 0.0144),
        link="storybot-api",
    )
    make.graph(
        "Whole time of an API request",
        *quantiles("storybot_gateway_request_duration_seconds", labels='{kind="api"}'),
        unit="s",
        steps=Steps(0.5, 2),
        link="storybot-api",
    )
    make.graph(
        "Whole time of a page or file",
        *quantiles("storybot_gateway_request_duration_seconds", labels='{kind=~"app|asset"}'),
        unit="s",
        steps=Steps(0.5, 2),
    )
    make.graph(
        "Bytes sent a second, by kind",
        ("sum by (kind) (rate(storybot_gateway_sent_bytes_total[5m]))", "{{kind}}"),
        unit="Bps",
    )
    make.graph(
        "Connections, by what they do",
        ("nginx_connections_active", "open"),
        ("nginx_connections_reading", "reading"),
        ("nginx_connections_writing", "writing"),
        ("nginx_connections_waiting", "waiting"),
        unit="short",
    )
    make.graph(
        "Connections refused or dropped a second",
        ("rate(nginx_connections_accepted[5m]) - rate(nginx_connections_handled[5m])", "dropped"),
        unit="cps",
        steps=Steps(0.1, 1),
    )
    make.graph(
        "Does it answer from outside?",
        ('probe_success{job="probe"}', "{{instance}}"),
        unit="bool_yes_no",
        link="alerts",
    )
    make.number(
        "Certificate good for",
        "min(probe_ssl_earliest_cert_expiry) - time()",
        unit="s",
        steps=Steps(30 * 86400, 14 * 86400, lower=True),
        width=8,
    )
    make.number(
        "Do its log lines come into Elasticsearch?",
        'min(probe_success{job="gateway-lines"})',
        unit="bool_yes_no",
        steps=Steps(1, 1, lower=True),
        link="search:storybot-gateway-access",
        width=8,
        why="Nothing here without the ELK stack.",
    )
    return make.build()
