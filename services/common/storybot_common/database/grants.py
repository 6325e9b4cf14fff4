"""What each service may do with each table, when it has a role of its own.

``migrate`` sets these grants after every migration, as the owner of the tables. A role that is not there (development
has one user for everything) is left out. Making the roles is the business of ``roles``.

A right that the release before still uses stays until the release after, as with columns and tables: the old code
runs on while the new one comes up.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection, text

OWNER = "storybot_owner"
API = "storybot_api"
WORKER = "storybot_worker"
EXPORTER = "storybot_exporter"
"""Reads statistics by the server's own role pg_monitor, and no table of ours."""

GRANTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        API: {
            "prompts": "SELECT, INSERT, UPDATE, DELETE",
            # deleted by the constraint on their prompt only
            "stories": "SELECT, INSERT, UPDATE",
            "story_chunks": "SELECT, INSERT, DELETE",
            # a column that nobody may change (an identity), but FOR UPDATE asks for the right to
            "outbox": "SELECT, INSERT, DELETE, UPDATE (id)",
            "settings": "SELECT, UPDATE",
            "devices": "SELECT, INSERT, UPDATE, DELETE",
            "library_links": "SELECT, INSERT, UPDATE, DELETE",
            "alembic_version": "SELECT",
        },
        WORKER: {
            "prompts": "SELECT (id, content, options)",
            "stories": "SELECT, UPDATE",
            "story_chunks": "SELECT, INSERT, UPDATE, DELETE",
            "outbox": "INSERT",
            "settings": "SELECT",
        },
    }
)

_ROLES = text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:names)")
_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def apply_grants(connection: Connection) -> list[str]:
    """Give each role that is there its rights, and take away all others; the roles, sorted. Does not commit."""
    roles = sorted(connection.execute(_ROLES, {"names": list(GRANTS)}).scalars())
    tables = set(connection.execute(_TABLES).scalars())
    for role in roles:
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"))
        for table, rights in GRANTS[role].items():
            if table in tables:  # an older revision may not have it
                connection.execute(text(f"GRANT {rights} ON {table} TO {role}"))
    return roles
