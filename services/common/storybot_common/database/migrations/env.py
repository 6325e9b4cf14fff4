"""Alembic's entry point: runs the migrations on the connection that ``migrate`` hands over."""

from alembic import context
from sqlalchemy import Connection

from storybot_common.database.tables import metadata

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run migrations with `python -m storybot_common.database.migrate`.")
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    transaction_per_migration=True,
)
context.run_migrations()
