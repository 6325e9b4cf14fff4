"""Where the words of a search stand in the stories that were found."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.prompts.schemas import Excerpt
from storybot_common.database.tables import stories

_BEFORE = 40
_AFTER = 100
"""Code points around the words."""


async def excerpts(connection: AsyncConnection, prompt_ids: Collection[UUID], words: str) -> Mapping[UUID, Excerpt]:
    """The first place of each prompt, by prompt; those whose stories lack the words are left out."""
    place = func.strpos(func.lower(stories.c.text), func.lower(words))
    start = func.greatest(place - _BEFORE, 1)
    around = func.substr(stories.c.text, start, _BEFORE + len(words) + _AFTER)
    rows = await connection.execute(
        select(
            stories.c.prompt_id,
            stories.c.id,
            around.label("around"),
            start.label("start"),
            func.char_length(stories.c.text).label("length"),
        )
        .ext(distinct_on(stories.c.prompt_id))
        .where(stories.c.prompt_id.in_(prompt_ids), stories.c.text.icontains(words, autoescape=True))
        .order_by(stories.c.prompt_id, stories.c.id)
    )
    return {
        row.prompt_id: Excerpt.model_construct(
            story_id=row.id, text=_on_one_line(row.around, cut_before=row.start > 1, cut_after=_ends_early(row))
        )
        for row in rows
    }


def _ends_early(row: Any) -> bool:  # noqa: ANN401 — a row
    return bool(row.start - 1 + len(row.around) < row.length)


def _on_one_line(text: str, *, cut_before: bool, cut_after: bool) -> str:
    """One line, its ends at whole words where words are spaced."""
    words = text.split()
    if cut_before and len(words) > 1 and len(words[0]) < _BEFORE // 2:
        words = words[1:]
    if cut_after and len(words) > 1 and len(words[-1]) < _BEFORE // 2:
        words = words[:-1]
    return f"{'…' if cut_before else ''}{' '.join(words)}{'…' if cut_after else ''}"
