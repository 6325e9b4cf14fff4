"""The text of the parts before a story that continues others."""

import math
from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.unit_of_work import execute

_EARLIER: LiteralString = """
WITH RECURSIVE before AS (
    SELECT id AS story_id, previous_id FROM stories WHERE id = ANY (%(ids)s)
    UNION ALL
    SELECT before.story_id, stories.previous_id FROM before JOIN stories ON stories.id = before.previous_id
)
SELECT before.story_id, string_agg(stories.text, E'\n\n' ORDER BY stories.part) AS text
FROM before JOIN stories ON stories.id = before.previous_id
GROUP BY before.story_id
"""


async def read(connection: DedicatedConnection, story_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """All parts before each of the stories as one text, by story; first parts are left out."""
    rows = await execute(connection, _EARLIER, {"ids": list(story_ids)}, patience=math.inf)
    return {row.story_id: row.text for row in rows}
