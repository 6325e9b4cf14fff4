"""The API's metrics, on a registry of its own."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from storybot_common import process_metrics

_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FAILURES = ("500", "503", "504")
_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Everything that the API counts. Routes are templates, methods and reasons come from short lists."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        process_metrics.register(registry)
        self._requests = Counter(
            "storybot_http_requests_total", "Requests answered.", ["method", "route", "status"], registry=registry
        )
        self._request_duration = Histogram(
            "storybot_http_request_duration_seconds",
            "Time from a request to the beginning of its answer.",
            ["method", "route", "status"],
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self.requests_in_flight = Gauge(
            "storybot_http_requests_in_flight", "Requests being answered, open streams too.", registry=registry
        )
        self.streams_open = Gauge("storybot_streams_open", "Viewers of live stories.", registry=registry)
        self.streams_cut_off = Counter(
            "storybot_streams_cut_off_total", "Viewers cut off because they took nothing.", registry=registry
        )
        sends = Counter(
            "storybot_stream_sends_total",
            "Pieces sent to viewers: one or more events together, or a heartbeat.",
            ["kind"],
            registry=registry,
        )
        self.pieces_sent, self.heartbeats_sent = sends.labels("events"), sends.labels("heartbeat")
        self.broker_up = Gauge(
            "storybot_relay_broker_up", "Whether this process has a connection to the broker.", registry=registry
        )
        self._pool_connections = Gauge(
            "storybot_database_pool_connections", "Connections in use, and allowed.", ["state"], registry=registry
        )
        self.submission_batch = Histogram(
            "storybot_submission_batch_size",
            "Prompts stored by one transaction.",
            buckets=_BATCH_BUCKETS,
            registry=registry,
        )
        self.outbox_unsent = Gauge("storybot_outbox_unsent", "Messages waiting to be published.", registry=registry)
        self.outbox_oldest_age = Gauge(
            "storybot_outbox_oldest_age_seconds", "Age of the oldest message waiting.", registry=registry
        )
        self.relay_published = Counter(
            "storybot_relay_published_total", "Messages that the broker confirmed.", registry=registry
        )
        self.relay_failures = Counter(
            "storybot_relay_failures_total", "Messages that the broker did not confirm.", registry=registry
        )
        self.requeued = Counter(
            "storybot_stories_requeued_total", "Stories queued again by the reconciler.", ["reason"], registry=registry
        )
        self.prompts_purged = Counter(
            "storybot_prompts_purged_total",
            "Prompts deleted for good after their time in the trash.",
            registry=registry,
        )
        for reason in ("lease_expired", "ticket_lost"):  # from the start, so that the first is an increase
            self.requeued.labels(reason)
        self._answers = dict[tuple[str, str, int], tuple[Counter, Histogram]]()

    def expect(self, routes: Iterable[tuple[str, str]]) -> None:
        """Count from 0 what each (method, route) may fail with: a series born with its first 5xx shows no increase."""
        for method, route in routes:
            for status in _FAILURES:
                self._requests.labels(method, route, status)

    def watch_pool(self, in_use: Callable[[], float], allowed: int) -> None:
        """Read the number of connections in use whenever somebody asks for the metrics."""
        self._pool_connections.labels("in_use").set_function(in_use)
        self._pool_connections.labels("allowed").set(allowed)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer that began after ``seconds``."""
        key = (method, route, status)
        known = self._answers.get(key)
        if known is None:  # looking labels up takes longer than counting
            labels = (method, route, str(status))
            known = self._answers[key] = (self._requests.labels(*labels), self._request_duration.labels(*labels))
        counter, histogram = known
        counter.inc()
        histogram.observe(seconds)
