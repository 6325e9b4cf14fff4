"""Accepting prompts: prompt, first story and outbox row of many submissions in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from prompt_api.http.problems import ApiProblem, Conflict, TooManyStories, Unavailable
from prompt_api.metrics import Metrics
from prompt_api.prompts import storage
from prompt_api.prompts.schemas import NewPrompt
from prompt_api.prompts.storage import Beaten, Finding, Known, OverLimit, Stored, Submission
from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.group_commit import GroupCommitter
from storybot_common.database.unit_of_work import execute, is_transient
from storybot_common.ids import new_id

_MAX_BATCH = 256
_MAX_WAITING = 4096


@dataclass(frozen=True, slots=True)
class Accepted:
    """A prompt that is stored; ``story_id`` is None when it is the prompt of an earlier request with that key."""

    prompt_id: UUID
    story_id: UUID | None
    created_at: datetime


class Submissions:
    """Takes prompts from many requests and stores them in groups.

    ``patience`` is how long (seconds) a prompt waits for Postgres before it is refused, ``in_doubt_patience`` for a
    commit whose answer never came.
    """

    def __init__(
        self,
        connection: DedicatedConnection,
        metrics: Metrics,
        *,
        stories_per_owner: int,
        patience: float,
        in_doubt_patience: float,
    ) -> None:
        self._connection = connection
        self._metrics = metrics
        self._stories_per_owner = stories_per_owner
        self._patience = patience
        self._in_doubt_patience = in_doubt_patience
        self._committer = GroupCommitter(
            self._commit,
            max_batch=_MAX_BATCH,
            max_waiting=_MAX_WAITING,
            max_wait=patience,
            is_callers_fault=lambda error: isinstance(error, psycopg.Error) and not is_transient(error),
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

    async def _commit(self, batch: Sequence[Submission]) -> list[Accepted | Exception]:
        findings = await self._store(batch)
        beaten = [number for number, finding in enumerate(findings) if isinstance(finding, Beaten)]
        if beaten:  # the others' transaction is over by now, so a second look finds what they stored
            again = await self._store([batch[number] for number in beaten])
            for number, finding in zip(beaten, again, strict=True):
                findings[number] = finding
        self._metrics.submission_batch.observe(len(batch))
        return [self._outcome(one, finding) for one, finding in zip(batch, findings, strict=True)]

    async def _store(self, batch: Sequence[Submission]) -> list[Finding]:
        rows = await execute(
            self._connection,
            storage.STORE,
            storage.parameters(batch, story_limit=self._stories_per_owner),
            patience=self._patience,
            in_doubt_patience=self._in_doubt_patience,
        )
        return [storage.finding(row) for row in rows]

    def _outcome(self, submission: Submission, finding: Finding) -> Accepted | ApiProblem:
        match finding:
            case Stored(created_at):
                return Accepted(submission.prompt_id, submission.story_id, created_at)
            case Known(prompt_id, _, created_at) if prompt_id == submission.prompt_id:  # stored by a try before
                return Accepted(prompt_id, submission.story_id, created_at)
            case Known(prompt_id, request_hash, created_at) if request_hash == submission.request_hash:
                return Accepted(prompt_id, None, created_at)
            case Known():
                return Conflict("This Idempotency-Key was used for another prompt.")
            case OverLimit():
                return TooManyStories(self._stories_per_owner)
            case Beaten():
                return Unavailable()
