"""A wrong setting stops the start with a sentence that names it."""

import pytest
from pydantic import SecretStr

from storybot_common.settings import EXIT_BAD_CONFIGURATION, DatabaseSettings, LlmSettings, load


class Demo(DatabaseSettings, LlmSettings):
    cookie_secret: SecretStr


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql+psycopg://storybot:development-only@postgres/storybot",
        "COOKIE_SECRET": "development-only-cookie",
        "LLM_BASE_URL": "http://local-llm:8080/v1",
        "LLM_MODEL": "SmolLM2-135M-Instruct",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("STORYBOT_ENVIRONMENT", raising=False)
    monkeypatch.delenv("LLM_BUILTIN", raising=False)


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        load(Demo)
    assert stopped.value.code == EXIT_BAD_CONFIGURATION
    return capsys.readouterr().err


def test_development_defaults_start_in_development() -> None:
    assert load(Demo).builtin


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("COOKIE_SECRET")
    else:
        monkeypatch.setenv("COOKIE_SECRET", value)
    assert "COOKIE_SECRET is missing" in refused(capsys)


def test_a_development_secret_is_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORYBOT_ENVIRONMENT", "production")
    assert "DATABASE_URL still holds the development-only default" in refused(capsys)


def test_a_wrong_value_is_explained_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_POOL_SIZE", "many-secret-things")
    message = refused(capsys)
    assert "DATABASE_POOL_SIZE" in message
    assert "many-secret-things" not in message


@pytest.mark.parametrize(
    ("url", "override", "builtin"),
    [
        ("http://local-llm:8080/v1", None, True),
        ("https://api.example.com/v1", None, False),
        ("http://local-llm:8080/v1", "false", False),
        ("http://127.0.0.1:9/v1", "true", True),
    ],
)
def test_whether_the_builtin_model_writes(
    monkeypatch: pytest.MonkeyPatch, url: str, override: str | None, builtin: bool
) -> None:
    monkeypatch.setenv("LLM_BASE_URL", url)
    if override is not None:
        monkeypatch.setenv("LLM_BUILTIN", override)
    assert load(Demo).builtin is builtin


@pytest.mark.parametrize("wrong", ["$", "usd", "EURO"])
def test_a_currency_is_three_capital_letters(
    wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(Demo).llm_currency == "USD"
    monkeypatch.setenv("LLM_CURRENCY", wrong)
    with pytest.raises(SystemExit):
        load(Demo)
    assert "LLM_CURRENCY" in capsys.readouterr().err
