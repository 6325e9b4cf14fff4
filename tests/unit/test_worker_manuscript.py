"""Text gathers while a save is under way, nothing is lost or doubled, and a lost claim ends the attempt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from story_worker import manuscript as module
from story_worker.manuscript import Manuscript
from story_worker.stories import Finished
from storybot_common.errors import ClaimLost
from tests.unit.worker_fakes import USAGE, Desk, claim

DONE = Finished("stop", USAGE)


@asynccontextmanager
async def kept_saved(manuscript: Manuscript) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.timeout(5):
        task = asyncio.create_task(manuscript.keep_saved())
        yield task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_is_written_while_a_save_is_under_way_goes_together_in_the_next_one() -> None:
    desk = Desk()
    manuscript = Manuscript(claim(), desk.submit)
    async with kept_saved(manuscript) as saving:
        desk.open.clear()
        await manuscript.write("Once")
        await desk.heard(lambda: desk.saves)
        for piece in (" upon", " a", " time"):
            await manuscript.write(piece)
        desk.open.set()
        await desk.heard(lambda: desk.text == "Once upon a time")
        manuscript.finish(DONE)
        await saving
    assert [save.text for save in desk.saves] == ["Once", " upon a time", ""]
    assert (desk.text, desk.outcome) == (manuscript.text, DONE)


async def test_the_last_words_and_the_outcome_are_saved_together() -> None:
    desk = Desk("Once")
    manuscript = Manuscript(claim(written="Once"), desk.submit)
    async with kept_saved(manuscript) as saving:
        await manuscript.write(" more")
        manuscript.finish(DONE)
        await saving
    assert [(save.offset, save.text, save.outcome) for save in desk.saves] == [(4, " more", DONE)]


async def test_a_text_that_is_void_is_followed_by_a_new_one_from_the_beginning() -> None:
    desk = Desk("Once upon")
    manuscript = Manuscript(claim(written="Once upon"), desk.submit)
    await manuscript.write(" a")
    manuscript.void()
    await manuscript.write("There was")
    async with kept_saved(manuscript) as saving:
        manuscript.finish(DONE)
        await saving
    assert (desk.text, manuscript.text, desk.restarts) == ("There was", "There was", 1)


async def test_a_silent_story_is_saved_now_and_then_to_renew_the_lease() -> None:
    desk = Desk()
    async with kept_saved(Manuscript(claim(), desk.submit, heartbeat=0.001)):
        await desk.heard(lambda: len(desk.saves) >= 2)
    assert {save.text for save in desk.saves} == {""}


async def test_a_lost_claim_ends_the_attempt() -> None:
    desk = Desk()
    desk.is_ours = False
    manuscript = Manuscript(claim(), desk.submit)
    async with kept_saved(manuscript) as saving:
        await manuscript.write("Once")
        with pytest.raises(ClaimLost):
            await saving


async def test_a_doubt_about_a_silent_story_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DOUBT_S", 0.001)
    desk = Desk()
    manuscript = Manuscript(claim(), desk.submit)
    async with kept_saved(manuscript) as saving:
        desk.is_ours = False
        manuscript.doubt()
        with pytest.raises(ClaimLost):
            await saving


async def test_a_doubt_is_settled_by_a_save_that_began_later_but_not_by_one_that_was_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_DOUBT_S", 0.001)
    desk = Desk()
    manuscript = Manuscript(claim(), desk.submit)
    async with kept_saved(manuscript):
        desk.open.clear()
        await manuscript.write("Once")
        await desk.heard(lambda: desk.saves)
        manuscript.doubt()
        desk.open.set()
        await desk.heard(lambda: len(desk.saves) == 2)
    assert [save.text for save in desk.saves] == ["Once", ""]


async def test_a_model_far_ahead_of_the_database_is_made_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_UNSAVED", 10)
    desk = Desk()
    desk.open.clear()
    manuscript = Manuscript(claim(), desk.submit)
    async with kept_saved(manuscript):
        await manuscript.write("Once")
        await desk.heard(lambda: desk.saves)
        writing = asyncio.create_task(manuscript.write(" upon a time, long ago"))
        await asyncio.sleep(0)
        assert not writing.done()
        desk.open.set()
        await writing
