"""The worker's metrics, all of them."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from story_worker.stories import Usage
from storybot_common import process_metrics
from storybot_common.errors import FailureCode
from storybot_common.settings import TokenPrice

_STORY_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280)
_OWN_DELAY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)
_TOKENS_A_SECOND = (1, 2, 5, 10, 20, 40, 80, 160, 320, 640)
_QUICK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class WorkerMetrics:
    """Metrics in ``registry``. Labels are bounded: outcomes, failure codes and finish reasons are short lists.

    The model's name is what the operator set; ``prices`` are by this name.
    """

    def __init__(self, registry: CollectorRegistry, *, prices: Mapping[str, TokenPrice] | None = None) -> None:
        self.registry = registry
        self._prices = prices or {}
        process_metrics.register(registry)
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
            "storybot_worker_resumptions",
            "Half-written stories that were taken up: continued; of those, restarted because the texts did not join.",
            ["how"],
            registry=registry,
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
        self.own_delay_seconds = Histogram(
            "storybot_worker_own_delay_seconds",
            "From when a story could be claimed until the LLM was asked: what a first token takes beyond the LLM.",
            buckets=_OWN_DELAY_SECONDS,
            registry=registry,
        )
        self.tokens = Counter(
            "storybot_worker_tokens", "Tokens as counted by the LLM.", ["model", "kind"], registry=registry
        )
        self.cost = Counter(
            "storybot_worker_cost",
            "What the tokens cost by LLM_PRICES, in its currency; 0 for a model without a price.",
            ["model"],
            registry=registry,
        )
        self.tokens_per_second = Histogram(
            "storybot_worker_tokens_per_second",
            "Speed of a story's writing after its first token.",
            buckets=_TOKENS_A_SECOND,
            registry=registry,
        )
        self.llm_up = Gauge(
            "storybot_worker_llm_up",
            "Whether the LLM answered the last request; 1 before the first.",
            registry=registry,
        )
        self.llm_up.set(1)
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
        # from the start: a series that is born with its first failure shows no increase
        for reason in ("stop", "length"):
            self.stories.labels("finished", reason)
        for how in ("continued", "restarted"):
            self.resumptions.labels(how)
        for code in FailureCode:
            self.stories.labels("failed", code)

    def answered(self, model: str, usage: Usage | None, seconds_after_first_token: float) -> None:
        """Count a whole answer of the LLM."""
        self.llm_requests.labels("ok").inc()
        self.llm_up.set(1)
        if usage is None:
            return
        self.tokens.labels(model, "prompt").inc(usage.prompt_tokens)
        self.tokens.labels(model, "completion").inc(usage.completion_tokens)
        price = self._prices.get(model)
        self.cost.labels(model).inc(price.of(usage.prompt_tokens, usage.completion_tokens) if price else 0)
        if seconds_after_first_token > 0:
            self.tokens_per_second.observe(usage.completion_tokens / seconds_after_first_token)

    def failed(self, code: FailureCode) -> None:
        """Count a request to the LLM that failed."""
        self.llm_requests.labels(code).inc()
        self.llm_up.set(0 if code in _AWAY else 1)


_AWAY = frozenset(
    {
        FailureCode.LLM_UNAVAILABLE,
        FailureCode.LLM_TIMEOUT,
        FailureCode.LLM_BAD_KEY,
        FailureCode.LLM_UNKNOWN_MODEL,
    }
)
"""Failures after which no other story has a better chance."""
