"""Visitors who go on using Storybot while it is upgraded, and note every answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx

from tests.support.event_stream import Reading
from tests.support.fake_llm.story_text import story_text
from tests.support.site import FRESH_CONNECTIONS
from tests.support.story_client import StoryClient, Submission

VISITORS = 6
_TOKENS, _DELAY_S = 60, 0.1
_BETWEEN_S = 0.5


@dataclass(slots=True)
class Story:
    """One that a visitor asked for."""

    submission: Submission
    expected: str
    reading: Reading = field(default_factory=Reading)


@dataclass(slots=True)
class Visits:
    """Everything that was asked and answered."""

    answers: Counter[str] = field(default_factory=Counter)
    stories: list[Story] = field(default_factory=list)

    @property
    def failures(self) -> dict[str, int]:
        """Answers that were no success; requests that were cut."""
        return {answer: count for answer, count in self.answers.items() if not answer.startswith("2")}

    @property
    def requests(self) -> int:
        return self.answers.total() + sum(len(story.submission.tries) for story in self.stories)

    @property
    def refused(self) -> list[str]:
        """Answers to prompts that were none of acceptance."""
        tries = [one for story in self.stories for one in story.submission.tries]
        return [one.answer for one in tries if one.answer != "201"]


@asynccontextmanager
async def visiting(base_url: str, visits: Visits) -> AsyncIterator[None]:
    """Some visitors, each with their stories and a look at the library now and then, while the block runs.

    Afterwards they read what they asked for to its end.
    """
    over = asyncio.Event()
    async with asyncio.TaskGroup() as visitors:
        for number in range(VISITORS):
            visitors.create_task(_visit(base_url, visits, over, number))
        try:
            yield
        finally:
            over.set()


async def _visit(base_url: str, visits: Visits, over: asyncio.Event, visitor: int) -> None:
    transport = httpx.AsyncHTTPTransport(limits=FRESH_CONNECTIONS)  # the gateway reloads as replicas come and go
    async with StoryClient.visit(base_url, transport) as client, asyncio.TaskGroup() as readers:
        for number in count(1):
            if over.is_set():
                break
            mark = f"~{visitor}x{number}"
            directive = f"[[fake: id=v{visitor}-{number} tokens={_TOKENS} delay={_DELAY_S} mark={mark}]]"
            story = Story(Submission(f"A fox. {directive}"), story_text("en", _TOKENS, mark))
            visits.stories.append(story)
            await client.send(story.submission)
            if story.submission.accepted:
                readers.create_task(client.follow(story.submission.story_id, story.reading))
            for path in ("/prompts?limit=5", "/settings"):
                visits.answers[await client.look(path)] += 1
            await asyncio.sleep(_BETWEEN_S)
