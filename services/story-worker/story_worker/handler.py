"""A ticket's way: claim a story, have it written, save the outcome."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from story_worker import policy
from story_worker.author import Author
from story_worker.manuscript import Manuscript, Submit
from story_worker.metrics import WorkerMetrics
from story_worker.stories import Claim, Failed, Finished, HandedBack, Outcome, RetryLater
from storybot_common.errors import ClaimLost, FailureCode, StoryError
from storybot_common.logs import bound_trace, get_logger

log = get_logger(__name__)


class NotTaken(Exception):
    """The worker stops: the ticket was not used."""


@dataclass(frozen=True, slots=True)
class _AtWork:
    manuscript: Manuscript
    writing: asyncio.Task[Outcome]


class Handler:
    """Writes one story a ticket, at most ``concurrency`` at once. ``retry_for`` in seconds."""

    def __init__(
        self,
        *,
        next_claim: Callable[[], Awaitable[Claim | None]],
        submit: Submit,
        author: Author,
        retry_for: float,
        concurrency: int,
        metrics: WorkerMetrics,
    ) -> None:
        self._next_claim = next_claim
        self._submit = submit
        self._author = author
        self._retry_for = retry_for
        self._slots = asyncio.Semaphore(concurrency)
        self._metrics = metrics
        self._at_work: dict[UUID, _AtWork] = {}
        self._is_stopping = False
        metrics.slots.set(concurrency)

    @property
    def at_work(self) -> list[UUID]:
        """The stories that are being written here."""
        return list(self._at_work)

    async def handle(self) -> None:
        """Use one ticket; returns when the outcome of its story is committed, or when no story waited.

        Raises NotTaken when the worker stops.
        """
        async with self._slots:
            if self._is_stopping:
                raise NotTaken
            claim = await self._next_claim()
            if claim is None:
                self._metrics.tickets.labels("idle").inc()
                return
            self._metrics.tickets.labels("claimed").inc()
            self._metrics.queued_seconds.observe(claim.waited)
            with bound_trace(claim.trace_id, story_id=claim.fence.story_id, attempt=claim.fence.attempt):
                await self._write(claim)

    def doubt(self, story_ids: Iterable[UUID]) -> None:
        """Something happened to these stories: see whether those being written here are still ours."""
        for story_id in story_ids:
            if found := self._at_work.get(story_id):
                found.manuscript.doubt()

    def stop(self) -> None:
        """Use no more tickets."""
        self._is_stopping = True

    def hand_back(self) -> None:
        """Stop writing: what was written is kept, and the stories go back to the queue."""
        for story in self._at_work.values():
            story.writing.cancel()

    async def _write(self, claim: Claim) -> None:
        started = time.perf_counter()
        log.info("story_claimed", deliveries=claim.deliveries, written=len(claim.written), model=claim.model)
        outcome: Outcome | None = None
        with self._metrics.in_progress.track_inprogress():
            try:
                outcome = await self._write_and_save(claim)
            except* ClaimLost:
                pass  # reported as an attempt without an outcome
            finally:
                self._at_work.pop(claim.fence.story_id, None)
        self._report(outcome, time.perf_counter() - started)

    async def _write_and_save(self, claim: Claim) -> Outcome:
        """Write and save side by side; when the claim is lost, saving fails and that ends the writing at once."""
        manuscript = Manuscript(claim, self._submit)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(manuscript.keep_saved())
            writing = tasks.create_task(self._attempt(claim, manuscript))
            self._at_work[claim.fence.story_id] = _AtWork(manuscript, writing)
            await asyncio.wait({writing})
            outcome = HandedBack() if writing.cancelled() else writing.result()
            manuscript.finish(outcome)
        return outcome

    async def _attempt(self, claim: Claim, manuscript: Manuscript) -> Outcome:
        started = time.monotonic()
        if claim.deliveries > policy.MAX_DELIVERIES:
            return Failed(FailureCode.INTERNAL)
        try:
            return await self._author.write(claim, manuscript)
        except StoryError as error:
            log.warning("story_attempt_failed", code=error.code, error=str(error))
            problem = error
        except Exception as error:
            log.exception("story_attempt_crashed")
            problem = StoryError(type(error).__name__)
        return policy.after(
            problem,
            deliveries=claim.deliveries,
            tried_for=claim.tried_for + time.monotonic() - started,
            retry_for=self._retry_for,
        )

    def _report(self, outcome: Outcome | None, seconds: float) -> None:
        match outcome:
            case Finished(finish_reason=reason):
                name = "finished"
            case Failed(code=reason):
                name = "failed"
            case RetryLater(code=reason):
                name = "retry_later"
                self._metrics.retries.labels("later", reason).inc()
            case HandedBack():
                name, reason = "handed_back", "shutdown"
            case None:
                name, reason = "claim_lost", "other_attempt"
        self._metrics.stories.labels(name, reason).inc()
        self._metrics.story_seconds.observe(seconds)
        log.info("story_attempt_ended", outcome=name, reason=reason, seconds=round(seconds, 3))
