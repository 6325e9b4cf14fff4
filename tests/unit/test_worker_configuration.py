import pytest
from pydantic import ValidationError

from story_worker.configuration import WorkerSettings

REQUIRED = {
    "database_url": "postgresql+psycopg://u:p@db/s",
    "amqp_url": "amqp://u:p@mq/",
    "llm_base_url": "http://local-llm:8080/v1",
    "llm_model": "small",
}


def settings(**values: object) -> WorkerSettings:
    return WorkerSettings.model_validate(REQUIRED | values)


def test_the_builtin_model_writes_few_stories_at_once_and_is_given_the_beginning_of_its_answer() -> None:
    builtin = settings()
    assert (builtin.concurrency, builtin.continuation) == (4, "prefill")


def test_a_remote_model_writes_many_and_is_told_to_go_on() -> None:
    remote = settings(llm_base_url="https://api.openai.com/v1")
    assert (remote.concurrency, remote.continuation) == (64, "instruct")


def test_what_is_set_wins() -> None:
    chosen = settings(worker_concurrency=7, llm_continuation="restart")
    assert (chosen.concurrency, chosen.continuation) == (7, "restart")


def test_a_key_from_a_file_may_end_with_a_line_break() -> None:
    assert settings(llm_api_key="sk-1\n").llm_api_key.get_secret_value() == "sk-1"


def test_no_key_is_a_key_that_no_server_looks_at() -> None:
    assert settings(llm_api_key="").llm_api_key.get_secret_value()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("llm_api_key", "sk-ключ"),
        ("llm_api_key", "sk 1"),
        ("story_time_limit_seconds", 3600),
        ("worker_concurrency", 0),
    ],
)
def test_what_cannot_work_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match="(?i)" + name):
        settings(**{name: value})
