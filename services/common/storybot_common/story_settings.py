"""The settings row: how stories are written, changeable while everything runs.

    python -m storybot_common.story_settings                      show
    python -m storybot_common.story_settings temperature=0.9 story_model=gpt-5-mini

Both services read the row when they need it, so a change takes effect with the next story.
"""

import asyncio
import sys
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storybot_common.brief import LanguageTag, Length
from storybot_common.database.engine import create_engine
from storybot_common.database.tables import settings as table
from storybot_common.settings import EXIT_BAD_CONFIGURATION, DatabaseSettings, load, sentence


class StorySettings(BaseModel):
    """The row, typed. ``story_model`` None means the model that the environment names."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    story_model: Annotated[str, Field(min_length=1, max_length=200)] | None
    system_prompt: str = Field(min_length=1, max_length=8000)
    temperature: Decimal = Field(ge=0, le=2, decimal_places=2)
    length: Length
    languages: list[LanguageTag] = Field(min_length=1, max_length=50)


_COLUMNS = [table.c[name] for name in StorySettings.model_fields]


async def read(connection: AsyncConnection) -> StorySettings:
    """The current settings."""
    row = (await connection.execute(select(*_COLUMNS))).one()
    return StorySettings.model_validate(row)


async def change(connection: AsyncConnection, changes: dict[str, object]) -> StorySettings:
    """Set some of the settings, by name.

    Raises pydantic.ValidationError when a name is unknown or a value is not allowed; then nothing is changed.
    """
    current = await read(connection)
    changed = StorySettings.model_validate(current.model_dump() | changes)
    values = changed.model_dump()
    await connection.execute(update(table).values(**values, updated_at=func.now()))
    return changed


async def _run(assignments: list[str]) -> str:
    engine = create_engine(load(DatabaseSettings).database_url, service="story-settings", pool_size=1)
    try:
        async with engine.begin() as connection:
            current = await change(connection, _parse(assignments)) if assignments else await read(connection)
    finally:
        await engine.dispose()
    return current.model_dump_json(indent=2)


def _parse(assignments: list[str]) -> dict[str, object]:
    """``name=value`` pairs; an empty value is None, languages are separated by commas."""
    changes: dict[str, object] = {}
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        changes[name] = value.split(",") if name == "languages" else (value or None)
    return changes


def main(arguments: list[str]) -> None:
    """The command line: ``name=value`` pairs, or nothing to show the settings."""
    try:
        sys.stdout.write(f"{asyncio.run(_run(arguments))}\n")
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in problem["loc"])
            sys.stderr.write(f"{sentence(name, problem['type'], problem['msg'])}\n")
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None


if __name__ == "__main__":
    main(sys.argv[1:])
