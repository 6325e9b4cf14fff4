"""What a worker is told of the parts before a story."""

from sqlalchemy.ext.asyncio import AsyncEngine

from story_worker import earlier_parts
from storybot_common.database.tables import stories
from storybot_common.ids import new_id
from tests.integration.conftest import MakeConnection
from tests.integration.test_worker_claims import claims_of, shop, take
from tests.support.worker import Bookshop

__all__ = ["shop"]


async def test_a_claim_holds_the_parts_before_in_their_order(
    engine: AsyncEngine, shop: Bookshop, dedicated: MakeConnection
) -> None:
    first = await shop.shelve("A fox", status="finished", text="Once.")
    story = await shop.story(first)
    same = {"prompt_id": story["prompt_id"], "owner_id": story["owner_id"], "trace_id": story["trace_id"]}
    second, third = new_id(), new_id()
    async with engine.begin() as connection:
        for row in [
            {"id": second, "status": "finished", "text": "Twice.", "part": 2, "previous_id": first},
            {"id": third, "status": "queued", "text": "", "part": 3, "previous_id": second},
            {"id": new_id(), "status": "finished", "text": "Another way.", "part": 2, "previous_id": first},
        ]:
            await connection.execute(stories.insert().values(**same, **row))
    async with claims_of(dedicated) as claims:
        (claim,) = await take(claims, 1)
    assert claim.fence.story_id == third
    assert claim.earlier == "Once.\n\nTwice."


async def test_a_first_part_has_none(shop: Bookshop, dedicated: MakeConnection) -> None:
    await shop.shelve("A fox")
    async with claims_of(dedicated) as claims:
        (claim,) = await take(claims, 1)
    assert claim.earlier == ""
    assert await earlier_parts.read(dedicated(), [claim.fence.story_id]) == {}
