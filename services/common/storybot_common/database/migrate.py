"""Brings the schema to the newest revision.

    python -m storybot_common.database.migrate            upgrade to the newest revision
    python -m storybot_common.database.migrate 0001       up or down to a revision; ``base`` removes everything

One process migrates at a time (advisory lock); a statement that waits for a lock or runs for too long gives up
instead of stopping the traffic behind it. Where the services have roles of their own, these get their grants here.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random_exponential

from storybot_common import logs
from storybot_common.database.engine import connect_arguments
from storybot_common.database.grants import apply_grants
from storybot_common.settings import DatabaseSettings, load

HEAD = "head"
_WAIT_FOR_DATABASE_S = 60
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "15min"
_ADVISORY_LOCK = 0x53544F5259  # "STORY"

log = logs.get_logger(__name__)


def configuration() -> Config:
    """Alembic's configuration: no ini file, the scripts lie beside this module."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """The revision that this code was written for."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations beside this module")
    return head


async def schema_is_current(engine: AsyncEngine) -> bool:
    """Whether the database is at the revision that this code was written for, or at a newer one.

    Newer counts, because migrations run before the new code and stay compatible with the running old code.
    """

    def revisions(connection: Connection) -> tuple[str, ...]:
        return MigrationContext.configure(connection).get_current_heads()

    async with engine.connect() as connection:
        current = await connection.run_sync(revisions)
    return any(revision >= newest_revision() for revision in current)


def migrate(url: SecretStr, target: str = HEAD) -> None:
    """Move the schema to ``target``; waits up to a minute for Postgres to accept connections."""
    engine = create_engine(url.get_secret_value(), connect_args=connect_arguments("migrate"))
    try:
        with _connect(engine) as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            connection.execute(text(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'"))
            connection.commit()
            config = configuration()
            config.attributes["connection"] = connection
            move = command.upgrade if _is_ahead(connection, target) else command.downgrade
            move(config, target)
            roles = apply_grants(connection)
            connection.commit()
            revision = MigrationContext.configure(connection).get_current_revision()
            log.info("schema_migrated", revision=revision, count=len(roles))
    finally:
        engine.dispose()


@retry(
    retry=retry_if_exception_type(OperationalError),
    wait=wait_random_exponential(multiplier=0.2, max=2),
    stop=stop_after_delay(_WAIT_FOR_DATABASE_S),
    reraise=True,
)
def _connect(engine: Engine) -> Connection:
    return engine.connect()


def _is_ahead(connection: Connection, target: str) -> bool:
    current = MigrationContext.configure(connection).get_current_revision()
    if target == HEAD or current is None:
        return True
    return target != "base" and target >= current


def main(arguments: list[str]) -> None:
    """The command line: an optional revision."""
    settings = load(DatabaseSettings)
    logs.configure("migrate", settings.log_level)
    migrate(settings.database_url, *arguments[:1])


if __name__ == "__main__":
    main(sys.argv[1:])
