"""Fills the database with the stories of a year, and with a queue."""

from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from tests.load.stack import Stack

_STORIES_AN_OWNER = 50
_MOST_OF_ONE_OWNER = 10_000
_SHARE_OF_ONE_OWNER = 10
_SEED = Path(__file__).with_name("seed.sql")


@dataclass(frozen=True, slots=True)
class Seed:
    """How big: `size` stories that are told and `queued` ones that wait; `keen` of the former are `keen_owner`'s."""

    size: int
    queued: int
    queued_owners: int
    keen_owner: UUID

    @property
    def keen(self) -> int:
        """How many stories the keen owner has."""
        return min(_MOST_OF_ONE_OWNER, self.size // _SHARE_OF_ONE_OWNER)

    @property
    def owners(self) -> int:
        """How many owners there are; some have many stories and many have few."""
        return self.size // _STORIES_AN_OWNER


async def plant(stack: Stack, seed: Seed) -> None:
    """Write the rows as fast as they can be written, then look as if autovacuum had passed."""
    values = asdict(seed) | {"keen": seed.keen, "owners": seed.owners}
    statements = _SEED.read_text() % {name: _literal(value) for name, value in values.items()}
    await stack.rows("SET session_replication_role = replica")  # the foreign keys are right by construction
    await stack.rows(statements)
    await stack.rows("RESET session_replication_role")
    for table in ("prompts", "stories", "story_chunks", "outbox"):
        await stack.rows(f"VACUUM (ANALYZE) {table}")
    await stack.rows("CHECKPOINT")


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, UUID) else str(value)
