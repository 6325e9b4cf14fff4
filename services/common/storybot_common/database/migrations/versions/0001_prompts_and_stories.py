"""Prompts, stories, chunks, outbox and the settings row with its defaults.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SYSTEM_PROMPT = (
    "You are a storyteller who writes for one reader. Write one complete story with a beginning, a middle and an "
    "end, in the language that is asked for and fit for the reader's age. Write the story and nothing else: no "
    "notes, no questions, no headings."
)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False, comment="routing key"),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "prompts",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7: sorts by time of creation"),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column(
            "request_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of the request, to tell a repeat from another one",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
    )
    op.create_index("ix_prompts_owner_id_id", "prompts", ["owner_id", sa.literal_column("id DESC")], unique=False)
    op.create_index(
        "uq_prompts_owner_id_idempotency_key",
        "prompts",
        ["owner_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_table(
        "settings",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="always 1: there is one row"),
        sa.Column(
            "story_model",
            sa.Text(),
            nullable=True,
            comment="overrides LLM_MODEL; null: the model of the environment",
        ),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("temperature", sa.Numeric(precision=3, scale=2), nullable=False),
        sa.Column("length", sa.Text(), nullable=False, comment="of a story whose prompt names none"),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False, comment="that the form offers, BCP 47"),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length IN ('short', 'medium', 'long')", name=op.f("ck_settings_length")),
        sa.CheckConstraint("cardinality(languages) > 0", name=op.f("ck_settings_languages")),
        sa.CheckConstraint("id = 1", name=op.f("ck_settings_one_row")),
        sa.CheckConstraint("temperature BETWEEN 0 AND 2", name=op.f("ck_settings_temperature")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings")),
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column(
            "attempt",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="fencing number: raised by every claim, carried by every later write of that attempt",
        ),
        sa.Column(
            "deliveries",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="claims since a person last asked for it: drives the delays of retries",
        ),
        sa.Column(
            "restarts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="how often its text was voided",
        ),
        sa.Column(
            "resumption",
            sa.Text(),
            nullable=True,
            comment="how the last attempt went on: continued or restarted",
        ),
        sa.Column("text", sa.Text(), server_default="", nullable=False, comment="whole, once the status is final"),
        sa.Column(
            "text_length",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="code points written so far",
        ),
        sa.Column("model", sa.Text(), nullable=True, comment="that wrote it"),
        sa.Column("model_builtin", sa.Boolean(), nullable=True),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column(
            "finish_reason",
            sa.Text(),
            nullable=True,
            comment="stop: the model came to an end; length: it reached the limit",
        ),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "available_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="not claimed before",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True, comment="first claim since it was queued"),
        sa.Column("first_token_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True, comment="when the status became final"),
        sa.Column("worker", sa.Text(), nullable=True, comment="name of the worker that holds the claim"),
        sa.Column(
            "lease_expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="renewed by every commit of chunks",
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (failure_code IS NOT NULL)", name=op.f("ck_stories_failure_has_code")
        ),
        sa.CheckConstraint(
            "(status = 'writing') = (lease_expires_at IS NOT NULL)", name=op.f("ck_stories_writing_has_lease")
        ),
        sa.CheckConstraint("(status = 'writing') = (worker IS NOT NULL)", name=op.f("ck_stories_writing_has_worker")),
        sa.CheckConstraint("finish_reason IN ('stop', 'length')", name=op.f("ck_stories_finish_reason")),
        sa.CheckConstraint("resumption IN ('continued', 'restarted')", name=op.f("ck_stories_resumption")),
        sa.CheckConstraint(
            "status IN ('queued', 'writing', 'finished', 'cancelled', 'failed')",
            name=op.f("ck_stories_status"),
        ),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompts.id"], name=op.f("fk_stories_prompt_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("ix_stories_prompt_id_id", "stories", ["prompt_id", "id"], unique=False)
    op.create_index(
        "ix_stories_queued",
        "stories",
        ["owner_id", "queued_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_stories_writing",
        "stories",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("status = 'writing'"),
    )
    op.create_table(
        "story_chunks",
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False, comment="code points of the whole text before this chunk"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name=op.f("fk_story_chunks_story_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("story_id", "offset", name=op.f("pk_story_chunks")),
    )
    op.execute(
        sa.text(
            "INSERT INTO settings (id, system_prompt, temperature, length, languages)"
            " VALUES (1, :system_prompt, 0.8, 'medium', ARRAY['ja', 'en'])"
        ).bindparams(system_prompt=SYSTEM_PROMPT)
    )


def downgrade() -> None:
    op.drop_table("story_chunks")
    op.drop_index("ix_stories_writing", table_name="stories", postgresql_where=sa.text("status = 'writing'"))
    op.drop_index("ix_stories_queued", table_name="stories", postgresql_where=sa.text("status = 'queued'"))
    op.drop_index("ix_stories_prompt_id_id", table_name="stories")
    op.drop_table("stories")
    op.drop_table("settings")
    op.drop_index(
        "uq_prompts_owner_id_idempotency_key",
        table_name="prompts",
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.drop_index("ix_prompts_owner_id_id", table_name="prompts")
    op.drop_table("prompts")
    op.drop_table("outbox")
