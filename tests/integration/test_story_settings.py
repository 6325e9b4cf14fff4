"""The settings row is read and changed on a real Postgres."""

import json
import os

import pytest
from pydantic import SecretStr

from storybot_common import story_settings
from storybot_common.database import migrate


@pytest.fixture(autouse=True)
def _schema() -> None:
    migrate.migrate(SecretStr(os.environ["DATABASE_URL"]))


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    story_settings.main([])
    settings = json.loads(capsys.readouterr().out)
    assert isinstance(settings, dict)
    return settings


def test_a_change_is_kept_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    before = shown(capsys)
    try:
        story_settings.main(["temperature=1.1", "languages=en,ja,fr", "story_model=gpt-5-mini"])
        capsys.readouterr()
        after = shown(capsys)
        assert after == before | {"temperature": "1.10", "languages": ["en", "ja", "fr"], "story_model": "gpt-5-mini"}
    finally:
        story_settings.main([f"temperature={before['temperature']}", "languages=ja,en", "story_model="])
    capsys.readouterr()
    assert shown(capsys) == before


@pytest.mark.parametrize(
    ("assignment", "named"),
    [
        ("temperature=hot", "temperature"),
        ("length=endless", "length"),
        ("languages=", "languages"),
        ("colour=red", "colour"),
    ],
)
def test_a_wrong_change_is_refused_by_name_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], assignment: str, named: str
) -> None:
    before = shown(capsys)
    with pytest.raises(SystemExit):
        story_settings.main(["temperature=0.1", assignment])
    assert named in capsys.readouterr().err
    assert shown(capsys) == before
