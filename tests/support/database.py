"""A database of the test run's own, with the real schema."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storybot_common.database.migrate import migrate
from storybot_common.database.tables import metadata

KEPT = {"settings"}


@contextmanager
def migrated_database(server: str) -> Iterator[SecretStr]:
    """The URL of a new database on ``server``, migrated; it is dropped in the end."""
    name = f"storybot_test_{secrets.token_hex(4)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        url = SecretStr(make_url(server).set(database=name).render_as_string(hide_password=False))
        migrate(url)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


async def empty(engine: AsyncEngine) -> None:
    """Remove every row but the settings."""
    names = ", ".join(table.name for table in metadata.sorted_tables if table.name not in KEPT)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
