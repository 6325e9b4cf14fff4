"""Service level objectives: the share of bad events over seven windows, and burn-rate alerts in pairs of windows.

The factors are those of the Site Reliability Workbook (chapter 5) for an objective over 30 days: a burn rate of 14.4
for an hour spends 2% of the month's budget, 6 for six hours 5%, 3 for a day 10%, 1 for three days 10%. The short
window of each pair ends the alert soon after the trouble has ended.
"""

from typing import Any, NamedTuple

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_PAGES = ((14.4, "5m", "1h"), (6.0, "30m", "6h"))
_TICKETS = ((3.0, "2h", "1d"), (1.0, "6h", "3d"))


class Objective(NamedTuple):
    """``bad`` and ``all`` are rates over ``{window}``."""

    name: str
    metric: str
    target: float
    bad: str
    all: str
    promise: str


OBJECTIVES = (
    Objective(
        "ApiBudgetBurn",
        "storybot:api_errors:ratio",
        0.999,
        "sum(rate(storybot_gateway_api_errors_total[{window}]))",
        "sum(rate(storybot_gateway_api_answers_total[{window}]))",
        "99.9% of API requests are answered without a 5xx",
    ),
    Objective(
        "StoryBudgetBurn",
        "storybot:stories_failed:ratio",
        0.99,
        'sum(rate(storybot_worker_stories_total{{outcome="failed"}}[{window}]))',
        'sum(rate(storybot_worker_stories_total{{outcome=~"finished|failed"}}[{window}]))',
        "99% of stories that come to an end are finished",
    ),
    Objective(
        "FirstTokenBudgetBurn",
        "storybot:first_tokens_late:ratio",
        0.95,
        "sum(rate(storybot_worker_own_delay_seconds_count[{window}]))"
        ' - sum(rate(storybot_worker_own_delay_seconds_bucket{{le="2.0"}}[{window}]))',
        "sum(rate(storybot_worker_own_delay_seconds_count[{window}]))",
        "95% of stories reach the LLM within 2 s: their first token comes within 2 s of the LLM's own time",
    ),
)


def rules() -> dict[str, Any]:
    """The rule file."""
    return {
        "groups": [
            {"name": "slo-ratios", "rules": [_ratio(each, window) for each in OBJECTIVES for window in WINDOWS]},
            {
                "name": "slo-alerts",
                "rules": [
                    _alert(each, severity, pairs)
                    for each in OBJECTIVES
                    for severity, pairs in (("page", _PAGES), ("ticket", _TICKETS))
                ],
            },
        ]
    }


def name_of(objective: Objective, severity: str) -> str:
    """The alert's name: Fast pages, Slow is for office hours."""
    return objective.name + ("Fast" if severity == "page" else "Slow")


def _ratio(objective: Objective, window: str) -> dict[str, str]:
    bad, everything = (text.format(window=window) for text in (objective.bad, objective.all))
    # nothing asked for is nothing, and no division by zero
    return {"record": f"{objective.metric}_rate{window}", "expr": f"({bad}) / ({everything} > 0)"}


def _alert(objective: Objective, severity: str, pairs: tuple[tuple[float, str, str], ...]) -> dict[str, Any]:
    budget = 1 - objective.target
    conditions = [
        f"({objective.metric}_rate{short} > {factor * budget:.6g} and {objective.metric}_rate{long}"
        f" > {factor * budget:.6g})"
        for factor, short, long in pairs
    ]
    name = name_of(objective, severity)
    urgency = "fast: at this rate it lasts days, not a month" if severity == "page" else "faster than it may"
    return {
        "alert": name,
        "expr": " or ".join(conditions),
        "labels": {"severity": severity},
        "annotations": {
            "summary": f"The error budget is being spent {urgency}",
            "description": f"The objective: {objective.promise}. Now {{{{ $value | humanizePercentage }}}} fail it.",
            "runbook_url": runbook(name),
        },
    }


def runbook(alert: str) -> str:
    """The section of docs/runbook.md."""
    return f"docs/runbook.md#{alert.lower()}"
