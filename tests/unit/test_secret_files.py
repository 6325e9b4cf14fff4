"""A secret comes from its variable or from the file that NAME_FILE names; a file that is of no use is named."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from prompt_api.configuration import ApiSettings
from story_worker.configuration import WorkerSettings
from storybot_common.settings import EXIT_BAD_CONFIGURATION, BrokerSettings, DatabaseSettings, ServiceSettings, load


class Demo(DatabaseSettings, BrokerSettings):
    optional_key: SecretStr | None = None


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATABASE_URL", "AMQP_URL", "OPTIONAL_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name.lower()))
    (tmp_path / "database_url").write_text("postgresql+psycopg://api:pass%20word@postgres/storybot\n")
    (tmp_path / "amqp_url").write_text("amqp://api:secret@rabbitmq/storybot")
    (tmp_path / "optional_key").write_text("key")
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], settings: type[ServiceSettings] = Demo) -> str:
    with pytest.raises(SystemExit) as stopped:
        load(settings)
    assert stopped.value.code == EXIT_BAD_CONFIGURATION
    return capsys.readouterr().err


def test_secrets_are_read_from_files_without_the_line_break_at_their_end() -> None:
    settings = load(Demo)
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://api:pass%20word@postgres/storybot"
    assert settings.amqp_url.get_secret_value() == "amqp://api:secret@rabbitmq/storybot"
    assert settings.optional_key == SecretStr("key")


def test_every_file_that_is_of_no_use_is_named(secrets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (secrets / "database_url").unlink()
    (secrets / "amqp_url").write_text("\n")
    (secrets / "optional_key").unlink()
    (secrets / "optional_key").mkdir()
    empty, missing, folder = sorted(refused(capsys).splitlines())
    assert f"AMQP_URL_FILE names {secrets}/amqp_url, which is empty" in empty
    assert f"DATABASE_URL_FILE names {secrets}/database_url, which does not exist" in missing
    assert "OPTIONAL_KEY_FILE" in folder
    assert "cannot be read" in folder


def test_variable_and_file_together_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://somebody:else@rabbitmq/storybot")
    message = refused(capsys)
    assert "AMQP_URL and AMQP_URL_FILE are both set" in message
    assert "somebody:else" not in message


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URL", "")
    assert load(Demo).amqp_url.get_secret_value() == "amqp://api:secret@rabbitmq/storybot"


def test_a_development_secret_in_a_file_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, secrets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORYBOT_ENVIRONMENT", "production")
    (secrets / "amqp_url").write_text("amqp://storybot:development-only@rabbitmq/storybot")
    assert "AMQP_URL still holds the development-only default" in refused(capsys)


def test_a_file_is_read_for_secrets_only(monkeypatch: pytest.MonkeyPatch, secrets: Path) -> None:
    (secrets / "level").write_text("DEBUG")
    monkeypatch.setenv("LOG_LEVEL_FILE", str(secrets / "level"))
    assert load(Demo).log_level == "INFO"


@pytest.mark.parametrize(
    ("settings", "name"),
    [(ApiSettings, "COOKIE_SECRET"), (WorkerSettings, "LLM_API_KEY"), (WorkerSettings, "AMQP_URL")],
)
def test_every_secret_of_the_services_can_be_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: type[ServiceSettings], name: str
) -> None:
    monkeypatch.setenv(f"{name}_FILE", "/nowhere")
    assert f"{name}_FILE names /nowhere, which does not exist" in refused(capsys, settings)
