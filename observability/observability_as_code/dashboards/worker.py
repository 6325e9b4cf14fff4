"""Worker and LLM: outcomes, waiting, speed, tokens, cost."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from observability_as_code.dashboards.api import process_panels
from observability_as_code.dashboards.parts import Maker, Steps, quantiles


def dashboard() -> Dashboard:
    """The story worker and the language model."""
    make = Maker("storybot-worker", "Worker and LLM", "How stories are written, and what the language model does.")
    make.row("Stories")
    make.graph(
        "Attempts that ended, a minute, by outcome",
        ("60 * sum by (outcome) (rate(storybot_worker_stories_total[5m]))", "{{outcome}}"),
        unit="short",
        stacked=True,
        link="search:storybot-failures",
    )
    make.graph(
        "Why do stories fail? (in an hour)",
        ('sum by (reason) (increase(storybot_worker_stories_total{outcome="failed"}[1h]))', "{{reason}}"),
        unit="short",
        steps=Steps(1, 5),
        link="search:storybot-failures",
    )
    make.graph(
        "Stories being written, and slots",
        ("sum(storybot_worker_stories_in_progress)", "being written"),
        ("sum(storybot_worker_slots)", "slots"),
        unit="short",
    )
    make.graph(
        "Time in the queue",
        *quantiles("storybot_worker_queued_seconds"),
        unit="s",
        steps=Steps(2, 30),
        link="storybot-queue",
    )
    make.graph(
        "Time until the LLM is asked (objective: 95% within 2 s)",
        *quantiles("storybot_worker_own_delay_seconds"),
        unit="s",
        steps=Steps(1, 2),
    )
    make.graph(
        "Time from claim to committed outcome",
        *quantiles("storybot_worker_story_seconds"),
        unit="s",
        steps=Steps(120, 600),
        link="search:storybot-failures",
    )
    make.graph(
        "Retries a minute, by place and cause",
        ("60 * sum by (place, cause) (rate(storybot_worker_retries_total[5m]))", "{{place}} {{cause}}"),
        unit="short",
        link="search:storybot-failures",
    )
    make.graph(
        "Tickets a minute, by what became of them",
        ("60 * sum by (result) (rate(storybot_worker_tickets_total[5m]))", "{{result}}"),
        unit="short",
    )
    make.graph(
        "Half-written stories gone on with, in an hour",
        ("sum by (how) (increase(storybot_worker_resumptions_total[1h]))", "{{how}}"),
        unit="short",
    )
    make.row("Language model")
    make.number(
        "Does the LLM answer?",
        "min(storybot_worker_llm_up)",
        unit="bool_yes_no",
        steps=Steps(1, 1, lower=True),
        width=4,
    )
    make.number(
        "Cost in a day, in the currency of LLM_PRICES",
        "sum(increase(storybot_worker_cost_total[1d]))",
        unit="short",
        width=4,
        why="0 while LLM_PRICES has no price for the model.",
    )
    make.graph(
        "Requests a minute, by result",
        ("60 * sum by (result) (rate(storybot_worker_llm_requests_total[5m]))", "{{result}}"),
        unit="short",
        link="search:storybot-failures",
    )
    make.graph(
        "Time to the first token", *quantiles("storybot_worker_first_token_seconds"), unit="s", steps=Steps(5, 30)
    )
    make.graph("Tokens a second of one story", *quantiles("storybot_worker_tokens_per_second"), unit="short")
    make.graph(
        "Tokens a second, by model and kind",
        ("sum by (model, kind) (rate(storybot_worker_tokens_total[5m]))", "{{model}} {{kind}}"),
        unit="short",
    )
    make.row("Saving, and the process")
    make.graph(
        "Time that a transaction of saves takes",
        *quantiles("storybot_worker_save_seconds"),
        unit="s",
        steps=Steps(0.1, 1),
        link="storybot-postgres",
    )
    make.graph("Saves in one transaction", *quantiles("storybot_worker_save_batch_size"), unit="short")
    make.graph(
        "Is the worker connected?",
        ("min(storybot_worker_broker_up)", "RabbitMQ"),
        ("min(storybot_worker_database_up)", "Postgres"),
        ("min(storybot_worker_llm_up)", "LLM"),
        unit="bool_yes_no",
    )
    process_panels(make, "story-worker")
    make.row("The built-in model (nothing here with another one)")
    make.graph(
        "Requests being served, and waiting for a slot",
        ("llamacpp:requests_processing", "served"),
        ("llamacpp:requests_deferred", "waiting"),
        unit="short",
        width=12,
    )
    make.graph(
        "Tokens written a second", ("rate(llamacpp:tokens_predicted_total[5m])", "tokens"), unit="short", width=12
    )
    return make.build()
