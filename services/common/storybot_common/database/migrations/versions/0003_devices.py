"""Devices that show another library than their own, or have left, and the links that lead to a library.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "devices",
        sa.Column(
            "device_id", sa.Uuid(), nullable=False, comment="in a browser's cookie; without a row it is its own owner"
        ),
        sa.Column(
            "owner_id",
            sa.Uuid(),
            nullable=True,
            comment="whose library it shows; null: it has left, and its cookie is worth nothing",
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_devices")),
    )
    op.create_index("ix_devices_owner_id", "devices", ["owner_id"], unique=False)
    op.create_index(
        "ix_devices_left", "devices", ["changed_at"], unique=False, postgresql_where=sa.text("owner_id IS NULL")
    )
    op.create_table(
        "library_links",
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="one link at a time for each library"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the code in the link"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_library_links")),
    )
    op.create_index("uq_library_links_code_hash", "library_links", ["code_hash"], unique=True)
    op.create_index("ix_library_links_expires_at", "library_links", ["expires_at"], unique=False)


def downgrade() -> None:
    # An older release knows a device as its own owner: what it joined stays with the device that had it.
    op.drop_table("library_links")
    op.drop_table("devices")
