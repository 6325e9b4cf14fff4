"""Writes one story: asks the model, again when it must, and goes on where an earlier attempt ended."""

import asyncio
import time
from typing import Literal

from pydantic import ValidationError

from story_worker import policy
from story_worker.llm import Llm, LlmRequest
from story_worker.manuscript import Manuscript
from story_worker.metrics import WorkerMetrics
from story_worker.opening import Opening
from story_worker.prompting import Continuation, StoryBrief, fitting, max_tokens, render, room, sampling
from story_worker.seam import Unjoinable
from story_worker.stories import Claim, Finished
from storybot_common.brief import StoryOptions
from storybot_common.errors import FailureCode, LlmBadAnswer, StoryError, StoryTooLong
from storybot_common.logs import get_logger

_BYTES_PER_TOKEN = 4
_LEAST_TOKENS = 64

log = get_logger(__name__)


class Author:
    """Knows how to have a story written. ``compact`` asks in the few words that a small model understands.

    ``context_tokens``: how many tokens the model can read and write together.
    """

    def __init__(
        self,
        llm: Llm,
        *,
        continuation: Literal["prefill", "instruct", "restart"],
        compact: bool,
        context_tokens: int,
        time_limit: float,
        metrics: WorkerMetrics,
    ) -> None:
        self._llm = llm
        self._continuation = continuation
        self._compact = compact
        self._context_tokens = context_tokens
        self._time_limit = time_limit
        self._metrics = metrics

    async def write(self, claim: Claim, manuscript: Manuscript) -> Finished:
        """Write the story to its end.

        Raises StoryError when the tries in place are used up or useless; what was written stays in the manuscript.
        """
        brief = self._brief(claim)
        if claim.written:
            self._metrics.resumptions.labels("continued").inc()
        if claim.deliveries == 1:  # later ones waited on purpose
            self._metrics.own_delay_seconds.observe(claim.waited)
        try:
            async with asyncio.timeout(self._time_limit):
                async for attempt in policy.in_place(self._retrying):
                    with attempt:
                        if attempt.retry_state.attempt_number > 1:
                            await manuscript.still_ours()  # a worker that was frozen may have lost it
                        return await self._try(claim, brief, manuscript)
        except TimeoutError:
            raise StoryTooLong("time limit", code=FailureCode.TIME_LIMIT) from None
        raise AssertionError("AsyncRetrying ends with a result or an exception")

    def _brief(self, claim: Claim) -> StoryBrief:
        try:
            options = StoryOptions.model_validate(claim.options)
        except ValidationError:  # its own message would quote what a person typed
            raise StoryError("the stored options cannot be read") from None
        length = options.length or claim.settings.length
        size = room(length, self._context_tokens, claim.content, compact=self._compact)
        wishes = dict(options) | {"length": length, "earlier": fitting(claim.earlier, size)}
        return StoryBrief(content=claim.content, **wishes)

    def _retrying(self, error: StoryError) -> None:
        self._metrics.retries.labels("in_place", error.code).inc()
        log.warning("llm_request_failed", code=error.code, error=str(error))

    async def _try(self, claim: Claim, brief: StoryBrief, manuscript: Manuscript) -> Finished:
        if manuscript.text and self._continuation == "restart":
            self._begin_anew(manuscript)
        try:
            finished = await self._ask(claim, brief, manuscript)
        except Unjoinable:
            self._begin_anew(manuscript)
            finished = await self._ask(claim, brief, manuscript)
        if not manuscript.text.strip():
            raise LlmBadAnswer("no text")
        return finished

    def _begin_anew(self, manuscript: Manuscript) -> None:
        self._metrics.resumptions.labels("restarted").inc()
        log.info("story_restarted")
        manuscript.void()

    async def _ask(self, claim: Claim, brief: StoryBrief, manuscript: Manuscript) -> Finished:
        written = manuscript.text
        continuation: Continuation = "prefill" if self._continuation == "prefill" else "instruct"
        opening = Opening(written, continuation, manuscript.write, lambda: self._begin_anew(manuscript))
        request = LlmRequest(
            model=claim.model,
            messages=render(
                brief,
                system_prompt=claim.settings.system_prompt,
                written=written.rstrip(),
                compact=self._compact,
                continuation=continuation,
            ),
            max_tokens=max(_LEAST_TOKENS, max_tokens(brief.length, compact=self._compact) - _tokens(written)),
            sampling=sampling(brief.length, float(claim.settings.temperature), compact=self._compact),
            trace_id=claim.trace_id,
        )
        finished = await self._request(request, opening)
        await opening.end()
        return finished

    async def _request(self, request: LlmRequest, opening: Opening) -> Finished:
        """Ask the model, and count how that went."""
        started = time.perf_counter()
        first_token_at: float | None = None

        async def write(piece: str) -> None:
            nonlocal first_token_at
            if piece and first_token_at is None:
                first_token_at = time.perf_counter()
                self._metrics.first_token_seconds.observe(first_token_at - started)
            await opening.write(piece)

        try:
            finished = await self._llm.complete(request, write)
        except StoryError as error:
            self._metrics.failed(error.code)
            raise
        writing = time.perf_counter() - first_token_at if first_token_at is not None else 0.0
        self._metrics.answered(request.model, finished.usage, writing)
        return finished


def _tokens(written: str) -> int:
    """About how many tokens a text has: four bytes each, in English as in Japanese."""
    return len(written.encode()) // _BYTES_PER_TOKEN
