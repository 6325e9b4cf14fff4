"""A start with a default of development, or with a password that is easily guessed, is refused before anything runs."""

import pytest

from tests.support.stack import CommandFailed, Stack

STRONG = "0123456789abcdef"
STILL = "still holds the development default"
SHORT = "must have 16 characters or more"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("GRAFANA_PASSWORD", "development-only", STILL),
        ("ELASTIC_PASSWORD", "developmentonly", STILL),
        ("KIBANA_SYSTEM_PASSWORD", "developmentonlykibana", STILL),
        ("LOGSTASH_WRITER_PASSWORD", "developmentonlywriter", STILL),
        ("GRAFANA_READER_PASSWORD", "guess", SHORT),
        ("KIBANA_ENCRYPTION_KEY", "development-only-encryption-key-0123456789", STILL),
        ("DATABASE_URL", "postgresql+psycopg://storybot:development-only@postgres:5432/storybot", STILL),
        ("AMQP_URL", "amqp://storybot:secret@rabbitmq:5672/storybot", SHORT),
    ],
)
async def test_the_check_before_everything(stack: Stack, variable: str, value: str, sentence: str) -> None:
    settings = ["--env", f"{variable}={value}"]
    if variable.endswith("_URL"):
        settings += ["--env", f"{variable}_FILE="]
    with pytest.raises(CommandFailed, match=f"Configuration: {variable}: {sentence}"):
        await stack.compose("run", "--rm", "--no-deps", "--no-TTY", *settings, "production-check")


@pytest.mark.parametrize(
    ("service", "variable", "value", "sentence"),
    [
        ("database-roles", "API_DATABASE_URL", f"postgresql+psycopg://storybot:{STRONG}@x/y", "must name the user"),
        ("database-roles", "WORKER_DATABASE_URL", "postgresql+psycopg://storybot_worker:x@x/y", SHORT),
        ("broker-users", "API_AMQP_URL", f"amqp://storybot_worker:{STRONG}@x/y", "must name the user storybot_api"),
        ("broker-users", "WORKER_AMQP_URL", "amqp://storybot_worker:development-only@x/y", STILL),
        ("prompt-api", "COOKIE_SECRET", "development-only-cookie-secret-0123456789", STILL.partition(" dev")[0]),
        ("prompt-api", "COOKIE_SECRET", "short", "each key must have 16 characters"),
        ("story-worker", "AMQP_URL", "amqp://storybot:development-only@x/y", STILL.partition(" dev")[0]),
    ],
)
async def test_each_service_looks_at_its_own(
    stack: Stack, service: str, variable: str, value: str, sentence: str
) -> None:
    settings = ("--env", f"{variable}={value}", "--env", f"{variable}_FILE=")
    with pytest.raises(CommandFailed, match=f"{variable}.* {sentence}"):
        await stack.compose("run", "--rm", "--no-deps", "--no-TTY", *settings, service)
