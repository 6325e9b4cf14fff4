"""Accepting prompts: prompt, first story and outbox row of many submissions in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from prompt_api.database import Database
from prompt_api.http.problems import ApiProblem, Conflict, TooManyStories
from prompt_api.metrics import Metrics
from prompt_api.prompts import storage
from prompt_api.prompts.schemas import NewPrompt
from prompt_api.prompts.storage import Submission
from prompt_api.stories.limits import active_stories
from storybot_common.database.group_commit import GroupCommitter
from storybot_common.database.unit_of_work import is_transient
from storybot_common.ids import new_id

_MAX_BATCH = 256
_MAX_WAITING = 4096


@dataclass(frozen=True, slots=True)
class Accepted:
    """A prompt that is stored; ``story_id`` is None when it is the prompt of an earlier request with that key."""

    prompt_id: UUID
    story_id: UUID | None
    created_at: datetime


type Outcome = Accepted | ApiProblem


class Submissions:
    """Takes prompts from many requests and stores them in groups."""

    def __init__(self, database: Database, metrics: Metrics, *, stories_per_owner: int, patience: float) -> None:
        self._database = database
        self._metrics = metrics
        self._stories_per_owner = stories_per_owner
        self._committer = GroupCommitter(
            self._commit,
            max_batch=_MAX_BATCH,
            max_waiting=_MAX_WAITING,
            max_wait=patience,
            is_callers_fault=lambda error: isinstance(error, DBAPIError) and not is_transient(error),
        )

    async def run(self) -> None:
        """Store what is submitted, until cancelled."""
        await self._committer.run()

    async def submit(
        self, prompt: NewPrompt, *, owner_id: UUID, trace_id: str, idempotency_key: str | None
    ) -> Accepted:
        """Store a prompt with its first story; returns after the commit.

        Raises TooManyStories, Conflict when the key was used for another request, Overloaded or
        DatabaseUnavailable.
        """
        return await self._committer.submit(
            Submission(owner_id, trace_id, prompt, idempotency_key, prompt_id=new_id(), story_id=new_id())
        )

    async def _commit(self, batch: Sequence[Submission]) -> Sequence[Outcome]:
        outcomes = await self._database.write(lambda connection: self._store(connection, batch))
        self._metrics.submission_batch.observe(len(batch))
        return outcomes

    async def _store(self, connection: AsyncConnection, batch: Sequence[Submission]) -> list[Outcome]:
        outcomes = await _answered(connection, batch)
        fresh = [one for one in batch if one not in outcomes]
        outcomes |= await self._refuse_too_many(connection, fresh)
        stored = await storage.store(connection, [one for one in fresh if one not in outcomes])
        for one in fresh:
            if created_at := stored.get(one.prompt_id):
                outcomes[one] = Accepted(one.prompt_id, one.story_id, created_at)
        beaten = [one for one in batch if one not in outcomes]  # by another request with the same key
        outcomes |= await _answered(connection, beaten)
        return [outcomes[one] for one in batch]

    async def _refuse_too_many(
        self, connection: AsyncConnection, fresh: Sequence[Submission]
    ) -> dict[Submission, Outcome]:
        """Two API processes may both find the last room: the limit guards the queue, it is no quota."""
        active = dict(await active_stories(connection, {one.owner_id for one in fresh}))
        refused: dict[Submission, Outcome] = {}
        keys = set[tuple[UUID, str]]()
        for one in fresh:
            if one.idempotency_key is not None:
                if (one.owner_id, one.idempotency_key) in keys:
                    continue  # only the first of them will be stored
                keys.add((one.owner_id, one.idempotency_key))
            active[one.owner_id] = active.get(one.owner_id, 0) + 1
            if active[one.owner_id] > self._stories_per_owner:
                refused[one] = TooManyStories(self._stories_per_owner)
        return refused


async def _answered(connection: AsyncConnection, batch: Sequence[Submission]) -> dict[Submission, Outcome]:
    """The outcomes of those that are stored already: by a try before, or by another request with the same key."""
    found = await storage.find(connection, batch)
    outcomes: dict[Submission, Outcome] = {}
    for one in batch:
        if row := found.by_id.get(one.prompt_id):
            outcomes[one] = Accepted(one.prompt_id, one.story_id, row.created_at)
        elif one.idempotency_key and (row := found.by_key.get((one.owner_id, one.idempotency_key))):
            outcomes[one] = (
                Accepted(row.id, None, row.created_at)
                if row.request_hash == one.request_hash
                else Conflict("This Idempotency-Key was used for another prompt.")
            )
    return outcomes
