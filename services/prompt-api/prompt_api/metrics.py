"""The API's metrics, on a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """Everything that the API counts. Routes are templates, methods and reasons come from short lists."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
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
        self._answers = dict[tuple[str, str, int], tuple[Counter, Histogram]]()

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
