"""Its tables, in a schema of their own."""

import os
import uuid

from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker
from sqlalchemy.schema import CreateSchema, MetaData

engine = create_engine(os.environ["DATABASE_URL"], pool_size=20, max_overflow=20)
Session = sessionmaker(engine)


class Base(DeclarativeBase):
    metadata = MetaData(schema="twin")


class Prompt(Base):
    __tablename__ = "prompts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    content: Mapped[str]
    stories: Mapped[list["Story"]] = relationship(back_populates="prompt")


class Story(Base):
    __tablename__ = "stories"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    prompt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Prompt.id), index=True)
    status: Mapped[str] = mapped_column(default="queued")
    text: Mapped[str] = mapped_column(default="")
    prompt: Mapped[Prompt] = relationship(back_populates="stories")


def create_tables() -> None:
    """Make the schema and the tables when they are not there."""
    with engine.begin() as connection:
        connection.execute(CreateSchema("twin", if_not_exists=True))
        Base.metadata.create_all(connection)
