"""The worker's metrics, all of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_STORY_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280)
_QUICK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class WorkerMetrics:
    """Metrics in ``registry``. Labels are bounded: outcomes, failure codes and finish reasons are short lists."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.stories = Counter(
            "storybot_worker_stories",
            "Claims that came to an end, by outcome and reason.",
            ["outcome", "reason"],
            registry=registry,
        )
        self.in_progress = Gauge(
            "storybot_worker_stories_in_progress", "Stories being written by this process.", registry=registry
        )
        self.slots = Gauge("storybot_worker_slots", "Stories that may be written at once.", registry=registry)
        self.tickets = Counter(
            "storybot_worker_tickets",
            "Deliveries: claimed, idle (no story waited), poison (unreadable), returned (given back to the queue).",
            ["result"],
            registry=registry,
        )
        self.llm_requests = Counter(
            "storybot_worker_llm_requests",
            "Requests to the LLM by result: ok, or the code of the failure.",
            ["result"],
            registry=registry,
        )
        self.retries = Counter(
            "storybot_worker_retries",
            "Retries by place (in_place, later) and cause.",
            ["place", "cause"],
            registry=registry,
        )
        self.resumptions = Counter(
            "storybot_worker_resumptions", "Stories gone on with: continued or restarted.", ["how"], registry=registry
        )
        self.queued_seconds = Histogram(
            "storybot_worker_queued_seconds",
            "From when a story could be claimed until it was.",
            buckets=_STORY_SECONDS,
            registry=registry,
        )
        self.first_token_seconds = Histogram(
            "storybot_worker_first_token_seconds",
            "From the request to the LLM to its first token.",
            buckets=_STORY_SECONDS,
            registry=registry,
        )
        self.story_seconds = Histogram(
            "storybot_worker_story_seconds",
            "From claim to committed outcome.",
            buckets=_STORY_SECONDS,
            registry=registry,
        )
        self.tokens = Counter("storybot_worker_tokens", "Tokens as counted by the LLM.", ["kind"], registry=registry)
        self.save_batch_size = Histogram(
            "storybot_worker_save_batch_size",
            "Saves of stories committed in one transaction.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 500),
            registry=registry,
        )
        self.save_seconds = Histogram(
            "storybot_worker_save_seconds",
            "Duration of a transaction of saves, retries included.",
            buckets=_QUICK_SECONDS,
            registry=registry,
        )
        self.broker_up = Gauge(
            "storybot_worker_broker_up", "Whether this process consumes from the broker.", registry=registry
        )
        self.database_up = Gauge(
            "storybot_worker_database_up", "Whether the last look at Postgres succeeded.", registry=registry
        )
