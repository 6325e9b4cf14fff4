"""``make secrets``: what is missing is made, what is there stays, and each file has one reader."""

import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from storybot_cli import secrets
from storybot_cli.console import Problem
from storybot_cli.stack import names_production
from storybot_common.strength import strong_password, strong_url


def no_gift(path: Path, user: int, group: int) -> None:
    """In the place of chown, which only root may."""


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_every_file_is_strong_and_can_be_read_by_one_user_only(tmp_path: Path) -> None:
    given: dict[str, tuple[int, int]] = {}
    folder = tmp_path / "secrets"
    secrets.make_files(folder, lambda path, user, group: given.__setitem__(path.stem, (user, group)))
    assert set(contents(folder)) == {file.name for file in secrets.ALL_FILES}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert given["postgres_password"] == (999, 999)
    assert given["api_database_url"] == (10001, 10001)
    strong_password(SecretStr((folder / "cookie_secret").read_text().strip()))
    for name in ("admin", "migrate", "api", "worker"):
        strong_url(SecretStr((folder / f"{name}_database_url").read_text().strip()))


def test_no_password_is_used_twice_but_by_the_administrators_themselves(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secrets.make_files(folder, no_gift)
    passwords = re.findall(r"[0-9a-f]{48}", " ".join(contents(folder).values()))
    assert len(passwords) == len(secrets.FILES)
    assert len(set(passwords)) == len(secrets.FILES) - 2
    postgres = (folder / "postgres_password").read_text().strip()
    assert postgres in (folder / "admin_database_url").read_text()


def test_what_is_there_stays_and_what_is_missing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secrets.make_files(folder, no_gift)
    (folder / "llm_api_key").write_text("sk-of-somebody\n")
    before = contents(folder)
    assert secrets.make_files(folder, no_gift) == []
    assert contents(folder) == before
    (folder / "admin_database_url").unlink()
    assert secrets.make_files(folder, no_gift) == ["secrets/admin_database_url"]
    assert contents(folder) == before, "the companion of the password is the same again"


def test_a_companion_is_not_made_from_something_unknown(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secrets.make_files(folder, no_gift)
    (folder / "admin_amqp_url").unlink()
    (folder / "rabbitmq_admin").write_text("default_user = me\n")
    with pytest.raises(Problem, match="secrets/rabbitmq_admin is not as it was made"):
        secrets.make_files(folder, no_gift)


def test_variables_are_added_to_env_and_none_is_changed(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("LLM_MODEL=qwen3:8b\nGRAFANA_PASSWORD=chosen-by-somebody\nELASTIC_PASSWORD=\n#COOKIE_SECRET_FILE=no")
    made = secrets.add_variables(env, Path("secrets"))
    text = env.read_text()
    assert "GRAFANA_PASSWORD in .env" not in made
    assert text.startswith("LLM_MODEL=qwen3:8b\nGRAFANA_PASSWORD=chosen-by-somebody\n")
    assert "\nCOOKIE_SECRET_FILE=./secrets/cookie_secret\n" in text
    assert re.search(r"^ELASTIC_PASSWORD=[0-9a-f]{48}$", text, re.MULTILINE)
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert secrets.add_variables(env, Path("secrets")) == []


@pytest.mark.parametrize("value", ["development-only", "developmentonlykibana", "short", "", "fifteen letters"])
def test_weak_passwords_are_refused_without_being_told(value: str) -> None:
    for check, secret in ((strong_password, value), (strong_url, f"amqp://user:{value.replace(' ', '-')}@rabbitmq/x")):
        with pytest.raises(ValueError, match="make secrets") as refused:
            check(SecretStr(secret))
        assert not value or value not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("COMPOSE_FILE=docker-compose.yml:compose/production.yml\n", True),
        ("COMPOSE_FILE=docker-compose.yml\n", False),
        ("#COMPOSE_FILE=docker-compose.yml:compose/production.yml\n", False),
        ("", False),
    ],
)
def test_a_machine_of_production_is_known_by_its_env(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, production: bool
) -> None:
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    (tmp_path / ".env").write_text(text)
    assert names_production(tmp_path / ".env") is production
