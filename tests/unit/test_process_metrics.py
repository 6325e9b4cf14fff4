"""What the kernel says about our container, and the prices of tokens."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from story_worker.metrics import WorkerMetrics
from story_worker.stories import Usage
from storybot_common.errors import FailureCode
from storybot_common.process_metrics import ContainerCollector
from storybot_common.settings import LlmSettings, ServiceSettings, TokenPrice


def figures(directory: Path) -> dict[str, float]:
    collected = ContainerCollector(directory).collect()
    return {sample.name: sample.value for metric in collected for sample in metric.samples}


def test_a_control_group_is_read(tmp_path: Path) -> None:
    (tmp_path / "memory.current").write_text("104857700\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 100\n")
    (tmp_path / "memory.max").write_text("536870912\n")
    (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    (tmp_path / "memory.events").write_text("low 0\noom_kill 2\n")
    assert figures(tmp_path) == {
        "storybot_container_memory_bytes": 104857600,
        "storybot_container_memory_limit_bytes": 536870912,
        "storybot_container_cpu_seconds_total": 2.5,
        "storybot_container_oom_kills_total": 2,
    }


def test_so_is_one_of_version_1(tmp_path: Path) -> None:
    for name, text in {
        "memory/memory.usage_in_bytes": "1000",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
        "cpuacct/cpuacct.usage": "1500000000",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert figures(tmp_path) == {
        "storybot_container_memory_bytes": 1000,
        "storybot_container_cpu_seconds_total": 1.5,
        "storybot_container_oom_kills_total": 1,
    }


def test_without_a_limit_there_is_no_figure_of_it(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    assert figures(tmp_path) == {}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_tokens_cost_what_the_table_says(registry: CollectorRegistry) -> None:
    metrics = WorkerMetrics(registry, prices={"dear": TokenPrice(prompt=0.5, completion=2.0)})
    metrics.answered("dear", Usage(1_000_000, 500_000), 10.0)
    metrics.answered("free", Usage(1_000_000, 500_000), 10.0)

    def cost(model: str) -> float | None:
        return registry.get_sample_value("storybot_worker_cost_total", {"model": model})

    assert cost("dear") == 1.5
    assert cost("free") == 0
    assert registry.get_sample_value("storybot_worker_tokens_total", {"model": "dear", "kind": "prompt"}) == 1_000_000
    assert registry.get_sample_value("storybot_worker_tokens_per_second_sum") == 100_000


@pytest.mark.parametrize(
    ("code", "up"),
    [(FailureCode.LLM_UNAVAILABLE, 0), (FailureCode.LLM_BAD_KEY, 0), (FailureCode.LLM_REFUSED, 1)],
)
def test_the_llm_is_away_when_no_story_has_a_chance(registry: CollectorRegistry, code: FailureCode, up: int) -> None:
    metrics = WorkerMetrics(registry)
    metrics.failed(code)
    assert registry.get_sample_value("storybot_worker_llm_up") == up
    metrics.answered("any", None, 0)
    assert registry.get_sample_value("storybot_worker_llm_up") == 1


def test_prices_are_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PRICES", '{"gpt-5-mini": {"prompt": 0.25, "completion": 2}}')
    settings = LlmSettings(llm_base_url="http://x/v1", llm_model="gpt-5-mini")
    assert settings.llm_prices["gpt-5-mini"].of(4_000_000, 1_000_000) == 3.0


@pytest.mark.parametrize(
    ("host", "replicas", "shipped_to"),
    [(None, 0, None), (None, 1, "logstash"), ("logs.example.org", 0, "logs.example.org"), ("", 1, "logstash")],
)
def test_lines_are_shipped_to_the_host_that_is_named_or_runs(
    host: str | None, replicas: int, shipped_to: str | None
) -> None:
    assert ServiceSettings(logstash_host=host, elk_replicas=replicas).logstash == shipped_to
