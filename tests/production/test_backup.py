"""A backup brings everything back after the volumes were destroyed, the stories that were being written too."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.production.installation import PROJECT, Installation
from tests.support.event_stream import Reading
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import eventually
from tests.support.site import local_site
from tests.support.stack import REPOSITORY, Stack
from tests.support.story_client import StoryClient, Submission

FINISHED, LIVE = 12, 4
_PATIENCE_S = 240
_IDS = "ANY (string_to_array(:'ids', ',')::uuid[])"
_OF_STORIES = {
    "prompts": f"one.id IN (SELECT prompt_id FROM stories WHERE id = {_IDS})",
    "stories": f"one.id = {_IDS}",
    "settings": "true",
    "alembic_version": "true",
    "devices": "true",
    "library_links": "true",
}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For backups, inside the repository, where the engine's client is looked for too."""
    folder = REPOSITORY / ".cache" / f"backups-{os.getpid()}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def make(what: str, installation: Installation, **variables: str) -> str:
    """Run ``make backup`` or ``make restore`` as on the installation's machine; what it said."""
    compose = {
        "COMPOSE_FILE": ":".join(installation.files),
        "COMPOSE_PROJECT_NAME": PROJECT,
        "COMPOSE_ENV_FILES": str(installation.folder / "env"),
    }
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "scripts/storybot.py", what],
        cwd=REPOSITORY,
        env=os.environ | compose | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def only_one(folder: Path) -> Path:
    """The backup in the folder."""
    (backup,) = folder.glob("*.tar.gz")
    return backup


async def digests(stack: Stack, *stories: str) -> dict[str, Any]:
    """How many rows there are of these stories, their prompts, and the settings, and a checksum over all of them."""
    found = {}
    for table, condition in _OF_STORIES.items():
        (found[table],) = await stack.query(
            "SELECT count(*) AS number, md5(string_agg(one::text, '' ORDER BY one::text)) AS sum"
            f" FROM {table} AS one WHERE {condition}",
            ids=",".join(stories),
        )
    return found


async def tell(visitor: StoryClient, marker: str, tokens: int, delay: float) -> Submission:
    submission = Submission(f"A fox. [[fake: id={marker} tokens={tokens} delay={delay}]]")
    await visitor.submit(submission, 30)
    return submission


async def test_destroyed_and_restored(
    stack: Stack, installation: Installation, base_url: str, fake: FakeLlmControl, folder: Path
) -> None:
    async with asyncio.timeout(_PATIENCE_S), StoryClient.visit(base_url, local_site()) as visitor:
        finished = [await tell(visitor, f"kept{number}", 20, 0) for number in range(FINISHED)]
        for submission in finished:
            await visitor.follow(submission.story_id, Reading())
        ids = [submission.story_id for submission in finished]
        await visitor.link()
        async with StoryClient.visit(base_url, local_site()) as somebody:
            await somebody.leave()
        before = await digests(stack, *ids)
        assert before["stories"]["number"] == FINISHED
        assert before["devices"]["number"] > 0
        assert before["library_links"]["number"] > 0

        live = [await tell(visitor, f"live{number}", 100, 0.1) for number in range(LIVE)]
        await _are_being_written(stack, [submission.story_id for submission in live])
        (there,) = await stack.query("SELECT count(*) AS stories FROM stories")
        said = await make("backup", installation, BACKUP_DIRECTORY=str(folder))
        backup = only_one(folder)
        assert f"{there['stories']} stories" in said

        await _destroy(stack)
        (empty,) = await stack.query("SELECT count(*) AS prompts FROM prompts")
        assert empty["prompts"] == 0
        await asyncio.to_thread(fake.reset)
        said = await make("restore", installation, FILE=str(backup), RESTORE="yes")
        assert f"{there['stories']} stories" in said

        # the finished ones are as they were, byte for byte
        assert await digests(stack, *ids) == before
        # and those that were being written are written to their end, for the same visitor
        readings = [Reading() for _ in live]
        await asyncio.gather(
            *(visitor.follow(one.story_id, reading) for one, reading in zip(live, readings, strict=True))
        )
        assert [(reading.final, reading.problems) for reading in readings] == [("finished", [])] * LIVE
        assert (await tell(visitor, "after", 5, 0)).accepted
    _note(backup, before)


async def _are_being_written(stack: Stack, ids: list[str]) -> None:
    async def all_have_text() -> bool:
        rows = await stack.query(
            "SELECT count(*) AS live FROM stories WHERE status = 'writing' AND text_length > 0"
            f" AND id IN ('{"', '".join(ids)}')"
        )
        return bool(rows[0]["live"] == len(ids))

    await eventually(all_have_text, "all are being written", 60)


async def _destroy(stack: Stack) -> None:
    """The machine is lost, but for secrets and settings; a new installation is empty."""
    await stack.down()
    await stack.compose("up", "--detach", "--wait")


def _note(backup: Path, before: dict[str, Any]) -> None:
    results = REPOSITORY / "test-results"
    results.mkdir(exist_ok=True)
    (results / "backup.txt").write_text(
        f"{backup.stat().st_size} bytes; {before['stories']['number']} finished, {LIVE} live\n"
    )
