"""What happens when a story could not be written.

in place        up to three requests with growing, jittered pauses; a pause that the LLM asks for (Retry-After)
                is kept when it is short, and ends the tries in place when it is long
later           the story goes back to the queue and a ticket comes after 5 s, 30 s, 2 min, then every 5 min
given up        at once when trying again cannot help; else when the story has been tried for an hour
                (RETRY_FOR_MINUTES). An unreadable answer and a bug of ours are given up after three deliveries:
                they rarely heal by waiting. A story that was claimed fifty times is given up unasked: it may
                be what kills the workers.
"""

from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from story_worker.stories import Failed, RetryLater
from storybot_common.broker.topology import DELAYS, delay_for
from storybot_common.errors import FailureCode, Retryable, StoryError

_TRIES_IN_PLACE = 3
_LONGEST_PAUSE_S = 10.0
_FEW_DELIVERIES = 3
MAX_DELIVERIES = 50
_RARELY_HEALS = frozenset({FailureCode.LLM_BAD_ANSWER, FailureCode.INTERNAL})

_growing = wait_random_exponential(multiplier=1.0, max=5.0)


def in_place(on_retry: Callable[[StoryError], None]) -> AsyncRetrying:
    """The tries of one delivery; ``on_retry`` hears the error before each pause."""
    return AsyncRetrying(
        retry=retry_if_exception(_is_worth_a_pause),
        wait=_pause,
        stop=stop_after_attempt(_TRIES_IN_PLACE),
        before_sleep=lambda state: on_retry(_error(state)),
        reraise=True,
    )


def after(error: StoryError, *, deliveries: int, tried_for: float, retry_for: float) -> Failed | RetryLater:
    """What becomes of a story whose delivery number ``deliveries`` ended with ``error``; times in seconds."""
    if not error.code.retryable or error.code is FailureCode.TIME_LIMIT or tried_for >= retry_for:
        return Failed(error.code)
    if error.code in _RARELY_HEALS and deliveries >= _FEW_DELIVERIES:
        return Failed(error.code)
    wanted = DELAYS[min(max(deliveries, 1), len(DELAYS)) - 1].seconds
    return RetryLater(delay_for(max(wanted, _asked_for(error))), error.code)


def _is_worth_a_pause(error: BaseException) -> bool:
    return isinstance(error, Retryable) and _asked_for(error) <= _LONGEST_PAUSE_S


def _pause(state: RetryCallState) -> float:
    return max(_growing(state), _asked_for(_error(state)))


def _asked_for(error: StoryError) -> float:
    return (error.retry_after or 0.0) if isinstance(error, Retryable) else 0.0


def _error(state: RetryCallState) -> StoryError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, StoryError):
        raise TypeError(f"only story errors are retried in place, not {error!r}")
    return error
