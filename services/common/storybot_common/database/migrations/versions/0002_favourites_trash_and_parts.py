"""Favourites, a trash, and stories that continue others.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prompts", sa.Column("favourite", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "prompts",
        sa.Column(
            "trashed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it went to the trash, from which it is purged in the end",
        ),
    )
    op.create_index(
        "ix_prompts_favourites",
        "prompts",
        ["owner_id", sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("favourite"),
    )
    op.create_index(
        "ix_prompts_trash",
        "prompts",
        ["owner_id", "trashed_at"],
        unique=False,
        postgresql_where=sa.text("trashed_at IS NOT NULL"),
    )
    op.add_column(
        "stories",
        sa.Column(
            "part",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="1, or one more than that of the story before",
        ),
    )
    op.add_column("stories", sa.Column("previous_id", sa.Uuid(), nullable=True, comment="the story that it continues"))
    op.create_foreign_key(
        op.f("fk_stories_previous_id"), "stories", "stories", ["previous_id"], ["id"], ondelete="CASCADE"
    )
    op.create_check_constraint(op.f("ck_stories_part"), "stories", "part >= 1 AND (part = 1) = (previous_id IS NULL)")
    op.create_index(
        "ix_stories_previous_id",
        "stories",
        ["previous_id"],
        unique=False,
        postgresql_where=sa.text("previous_id IS NOT NULL"),
    )


def downgrade() -> None:
    # What is in the trash was deleted for its owner, and an older release would show it again.
    op.execute("DELETE FROM prompts WHERE trashed_at IS NOT NULL")
    op.drop_index("ix_stories_previous_id", table_name="stories", postgresql_where=sa.text("previous_id IS NOT NULL"))
    op.drop_constraint(op.f("ck_stories_part"), "stories", type_="check")
    op.drop_constraint(op.f("fk_stories_previous_id"), "stories", type_="foreignkey")
    op.drop_column("stories", "previous_id")
    op.drop_column("stories", "part")
    op.drop_index("ix_prompts_trash", table_name="prompts", postgresql_where=sa.text("trashed_at IS NOT NULL"))
    op.drop_index("ix_prompts_favourites", table_name="prompts", postgresql_where=sa.text("favourite"))
    op.drop_column("prompts", "trashed_at")
    op.drop_column("prompts", "favourite")
