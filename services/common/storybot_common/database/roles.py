"""Makes the roles that the services log in with in production.

    python -m storybot_common.database.roles

Run as an administrator of the server (a superuser, or the master user of a managed one), as often as one likes: a
role that is there gets the password that its URL holds, so a changed secret only needs another run. The owner of the
tables is no superuser; what API and worker may do with them is set by ``migrate`` (``grants.py``).
"""

import sys
from collections.abc import Iterator

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from storybot_common import logs
from storybot_common.database.engine import connect_arguments
from storybot_common.database.grants import API, EXPORTER, OWNER, WORKER
from storybot_common.settings import EXIT_BAD_CONFIGURATION, DatabaseSettings, load
from storybot_common.strength import StrongPassword, StrongUrl

_ATTRIBUTES = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT")
_CONNECTIONS = {OWNER: 5, EXPORTER: 5, API: -1, WORKER: -1}

type Connection = psycopg.Connection[tuple[object, ...]]

log = logs.get_logger(__name__)


class RolesSettings(DatabaseSettings):
    """``database_url`` is the administrator's; the others are those that the services will use."""

    migrate_database_url: StrongUrl
    api_database_url: StrongUrl
    worker_database_url: StrongUrl
    exporter_password: StrongPassword


class WrongUser(Exception):
    """A URL that names another role than the one that gets the rights."""


def make_roles(settings: RolesSettings) -> None:
    """Make or change the roles and the rights on database and schema, in one transaction.

    Raises WrongUser, psycopg.Error.
    """
    passwords = dict(_passwords(settings))
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), **connect_arguments("roles")) as connection:  # type: ignore[arg-type]
        connection.execute("SET log_statement = 'none'" if _is_superuser(connection) else "SELECT")
        for role, password in passwords.items():
            _make(connection, role, password)
        _hand_over(connection)
        _close_to_others(connection)
    log.info("roles_made", count=len(passwords))


def _passwords(settings: RolesSettings) -> Iterator[tuple[str, str]]:
    urls = {
        OWNER: ("MIGRATE_DATABASE_URL", settings.migrate_database_url),
        API: ("API_DATABASE_URL", settings.api_database_url),
        WORKER: ("WORKER_DATABASE_URL", settings.worker_database_url),
    }
    for role, (name, secret) in urls.items():
        url = make_url(secret.get_secret_value())
        if url.username != role or not url.password:
            raise WrongUser(f"{name} must name the user {role} and a password")
        yield role, url.password
    yield EXPORTER, settings.exporter_password.get_secret_value()


def _make(connection: Connection, role: str, password: str) -> None:
    """The server gets the password's verifier only, so that no log can hold the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount
    connection.execute(
        sql.SQL("{} ROLE {} {} CONNECTION LIMIT {} PASSWORD {}").format(
            sql.SQL("ALTER" if exists else "CREATE"), sql.Identifier(role), _ATTRIBUTES, _CONNECTIONS[role], verifier
        )
    )


def _hand_over(connection: Connection) -> None:
    """The database and every table in it belong to the owner, also those that another user made before."""
    owner = sql.Identifier(OWNER)
    if not _is_superuser(connection):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, owner))
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s", [OWNER]
    ).fetchall()
    for (table,) in tables:
        connection.execute(sql.SQL("ALTER TABLE public.{} OWNER TO {}").format(sql.Identifier(str(table)), owner))


def _close_to_others(connection: Connection) -> None:
    """Nobody enters a database or its schema by being somebody; each who needs it is named."""
    users = sql.SQL(", ").join(map(sql.Identifier, (API, WORKER)))
    database = sql.Identifier(connection.info.dbname)
    exporter = sql.Identifier(EXPORTER)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(database, users, exporter))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(users))
    connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(exporter))
    if _is_superuser(connection):
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


def _is_superuser(connection: Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"


def main() -> None:
    """The command line; exit status 1 when Postgres refuses, 78 when a setting is wrong."""
    settings = load(RolesSettings)
    logs.configure("roles", settings.log_level)
    try:
        make_roles(settings)
    except WrongUser as error:
        sys.stderr.write(f"Configuration: {error}.\n")
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None
    except psycopg.OperationalError as error:
        sys.stderr.write(
            f"Postgres does not let the administrator in: {error}\n"
            "The password of a database is the one that it was first started with. To change it, see docs/runbook.md.\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
