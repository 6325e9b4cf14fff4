"""The tables. Migrations make them; ``make test`` checks that both agree."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_NOW = func.now()
_INSTANT = DateTime(timezone=True)

settings = Table(
    "settings",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False, comment="always 1: there is one row"),
    Column("story_model", Text, comment="overrides LLM_MODEL; null: the model of the environment"),
    Column("system_prompt", Text, nullable=False),
    Column("temperature", Numeric(3, 2), nullable=False),
    Column("length", Text, nullable=False, comment="of a story whose prompt names none"),
    Column("languages", ARRAY(Text), nullable=False, comment="that the form offers, BCP 47"),
    Column("updated_at", _INSTANT, nullable=False, server_default=_NOW),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("temperature BETWEEN 0 AND 2", name="temperature"),
    CheckConstraint("length IN ('short', 'medium', 'long')", name="length"),
    CheckConstraint("cardinality(languages) > 0", name="languages"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("id", Uuid, primary_key=True, comment="UUIDv7: sorts by time of creation"),
    Column("owner_id", Uuid, nullable=False),
    Column("content", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("idempotency_key", Text),
    Column("request_hash", LargeBinary, comment="SHA-256 of the request, to tell a repeat from another one"),
    Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("favourite", Boolean, nullable=False, server_default=text("false")),
    Column("trashed_at", _INSTANT, comment="when it went to the trash, from which it is purged in the end"),
    Index("ix_prompts_owner_id_id", "owner_id", text("id DESC")),
    Index("ix_prompts_favourites", "owner_id", text("id DESC"), postgresql_where=text("favourite")),
    Index("ix_prompts_trash", "owner_id", "trashed_at", postgresql_where=text("trashed_at IS NOT NULL")),
    Index(
        "uq_prompts_owner_id_idempotency_key",
        "owner_id",
        "idempotency_key",
        unique=True,
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Uuid, primary_key=True, comment="UUIDv7"),
    Column("prompt_id", Uuid, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("trace_id", Text, nullable=False),
    Column(
        "attempt",
        Integer,
        nullable=False,
        server_default="0",
        comment="fencing number: raised by every claim, carried by every later write of that attempt",
    ),
    Column(
        "deliveries",
        Integer,
        nullable=False,
        server_default="0",
        comment="claims since a person last asked for it: drives the delays of retries",
    ),
    Column("restarts", Integer, nullable=False, server_default="0", comment="how often its text was voided"),
    Column("resumption", Text, comment="how the last attempt went on: continued or restarted"),
    Column("text", Text, nullable=False, server_default="", comment="whole, once the status is final"),
    Column("text_length", Integer, nullable=False, server_default="0", comment="code points written so far"),
    Column("model", Text, comment="that wrote it"),
    Column("model_builtin", Boolean),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("finish_reason", Text, comment="stop: the model came to an end; length: it reached the limit"),
    Column("failure_code", Text),
    Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("queued_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("available_at", _INSTANT, nullable=False, server_default=_NOW, comment="not claimed before"),
    Column("started_at", _INSTANT, comment="first claim since it was queued"),
    Column("first_token_at", _INSTANT),
    Column("finished_at", _INSTANT, comment="when the status became final"),
    Column("worker", Text, comment="name of the worker that holds the claim"),
    Column("lease_expires_at", _INSTANT, comment="renewed by every commit of chunks"),
    Column("part", Integer, nullable=False, server_default="1", comment="1, or one more than that of the story before"),
    Column("previous_id", Uuid, ForeignKey("stories.id", ondelete="CASCADE"), comment="the story that it continues"),
    CheckConstraint("status IN ('queued', 'writing', 'finished', 'cancelled', 'failed')", name="status"),
    CheckConstraint("finish_reason IN ('stop', 'length')", name="finish_reason"),
    CheckConstraint("resumption IN ('continued', 'restarted')", name="resumption"),
    CheckConstraint("(status = 'failed') = (failure_code IS NOT NULL)", name="failure_has_code"),
    CheckConstraint("part >= 1 AND (part = 1) = (previous_id IS NULL)", name="part"),
    CheckConstraint("(status = 'writing') = (worker IS NOT NULL)", name="writing_has_worker"),
    CheckConstraint("(status = 'writing') = (lease_expires_at IS NOT NULL)", name="writing_has_lease"),
    Index("ix_stories_prompt_id_id", "prompt_id", "id"),
    Index("ix_stories_previous_id", "previous_id", postgresql_where=text("previous_id IS NOT NULL")),
    Index("ix_stories_queued", "owner_id", "queued_at", "id", postgresql_where=text("status = 'queued'")),
    Index("ix_stories_writing", "owner_id", postgresql_where=text("status = 'writing'")),
    # A writing story is updated with every commit of its chunks: room for the new version in the same page.
    postgresql_with={"fillfactor": "80"},
)

story_chunks = Table(
    "story_chunks",
    metadata,
    Column("story_id", Uuid, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("offset", Integer, primary_key=True, comment="code points of the whole text before this chunk"),
    Column("text", Text, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", Uuid, primary_key=True, comment="in a browser's cookie; without a row it is its own owner"),
    Column("owner_id", Uuid, comment="whose library it shows; null: it has left, and its cookie is worth nothing"),
    Column("changed_at", _INSTANT, nullable=False, server_default=_NOW),
    Index("ix_devices_owner_id", "owner_id"),
    Index("ix_devices_left", "changed_at", postgresql_where=text("owner_id IS NULL")),
)

library_links = Table(
    "library_links",
    metadata,
    Column("owner_id", Uuid, primary_key=True, comment="one link at a time for each library"),
    Column("code_hash", LargeBinary, nullable=False, comment="SHA-256 of the code in the link"),
    Column("expires_at", _INSTANT, nullable=False),
    Index("uq_library_links_code_hash", "code_hash", unique=True),
    Index("ix_library_links_expires_at", "expires_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("queue", Text, nullable=False, comment="routing key"),
    Column("story_id", Uuid, nullable=False),
    Column("trace_id", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
)
