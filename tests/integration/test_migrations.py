"""The migrations, up and down on a real Postgres, in a database of their own."""

import os
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import IntegrityError

from storybot_common.database import migrate
from storybot_common.database.engine import create_engine as create_async_engine
from storybot_common.database.tables import metadata


@pytest.fixture
def url() -> Iterator[SecretStr]:
    server = make_url(os.environ["DATABASE_URL"])
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS storybot_migrations WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE storybot_migrations"))
    yield SecretStr(server.set(database="storybot_migrations").render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE storybot_migrations WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(url: SecretStr) -> Iterator[Engine]:
    engine = create_engine(url.get_secret_value())
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_migrations_make_exactly_the_tables_that_the_code_declares(url: SecretStr, engine: Engine) -> None:
    migrate.migrate(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_go_down_to_nothing_and_up_again(url: SecretStr, engine: Engine) -> None:
    migrate.migrate(url)
    migrate.migrate(url, "base")
    assert tables(engine) == set()
    migrate.migrate(url)
    assert tables(engine) == set(metadata.tables)


def test_a_second_run_changes_nothing(url: SecretStr, engine: Engine) -> None:
    migrate.migrate(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE settings SET temperature = 1.25"))
    migrate.migrate(url)
    with engine.connect() as connection:
        assert str(connection.execute(text("SELECT temperature FROM settings")).scalar_one()) == "1.25"


def test_the_settings_row_has_its_defaults_and_stays_the_only_one(url: SecretStr, engine: Engine) -> None:
    migrate.migrate(url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM settings")).one()
        assert (row.length, row.languages, row.story_model) == ("medium", ["ja", "en"], None)
        assert "story" in row.system_prompt
        with pytest.raises(IntegrityError):
            connection.execute(
                text(
                    "INSERT INTO settings (id, system_prompt, temperature, length, languages)"
                    " VALUES (2, 'x', 1, 'short', ARRAY['en'])"
                )
            )


async def test_readiness_tells_whether_the_schema_is_there(url: SecretStr) -> None:
    engine = create_async_engine(url, service="test", pool_size=1)
    try:
        assert not await migrate.schema_is_current(engine)
        migrate.migrate(url)
        assert await migrate.schema_is_current(engine)
    finally:
        await engine.dispose()
