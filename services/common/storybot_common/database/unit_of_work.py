"""The one place that commits.

``transact`` runs a piece of work in a transaction and repeats it when Postgres was away or asked for a repeat.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from storybot_common.logs import get_logger

log = get_logger(__name__)

_SERIALIZATION_FAILURE = "40001"
_DEADLOCK_DETECTED = "40P01"
_LOCK_NOT_AVAILABLE = "55P03"  # after lock_timeout
_QUERY_CANCELED = "57014"  # after statement_timeout
_REPEATABLE = {_SERIALIZATION_FAILURE, _DEADLOCK_DETECTED, _LOCK_NOT_AVAILABLE, _QUERY_CANCELED}
_AWAY_CLASSES = ("57P", "08", "53")  # shutting down, connection lost, out of resources


class DatabaseUnavailable(Exception):
    """Postgres did not answer within the patience of the caller.

    ``in_doubt`` says that a commit was under way when the connection broke: the work may have been stored.
    """

    def __init__(self, cause: BaseException, *, in_doubt: bool) -> None:
        super().__init__(f"Postgres is not available ({type(cause).__name__})")
        self.in_doubt = in_doubt


async def transact[T](
    engine: AsyncEngine,
    work: Callable[[AsyncConnection], Awaitable[T]],
    *,
    patience: float,
    in_doubt_patience: float | None = None,
) -> T:
    """Run ``work`` in a transaction, commit, and return what it returned.

    Connection errors, deadlocks and serialization failures are repeated with growing, jittered delays for up to
    ``patience`` seconds, then DatabaseUnavailable is raised. A connection that breaks during COMMIT leaves open
    whether the work was stored, so ``work`` must be harmless when repeated; ``in_doubt_patience`` (seconds) is how
    long such a case is pursued, so that the caller can be told the truth.
    """
    doubt = _Doubt()
    limit = stop_after_delay(patience)
    doubt_limit = stop_after_delay(in_doubt_patience or patience)
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(is_transient),
            wait=wait_random_exponential(multiplier=0.05, max=1.0),
            stop=lambda state: (doubt_limit if doubt.exists else limit)(state),
            reraise=True,
        ):
            with attempt:
                async with engine.connect() as connection:
                    result = await work(connection)
                    doubt.committing()
                    await connection.commit()
                    doubt.committed()
                    return result
    except (DBAPIError, PoolTimeout) as error:
        if is_transient(error):
            raise DatabaseUnavailable(error, in_doubt=doubt.exists) from error
        raise
    raise AssertionError("AsyncRetrying ends with a result or an exception")


class _Doubt:
    """Whether some COMMIT was sent whose answer never came."""

    def __init__(self) -> None:
        self.exists = False

    def committing(self) -> None:
        self.exists = True

    def committed(self) -> None:
        self.exists = False


def is_transient(error: BaseException) -> bool:
    """Whether repeating the transaction may help: the server was away, or asked for a repeat."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    code: str | None = getattr(error.orig, "sqlstate", None)
    if code is None:  # no answer from the server at all
        return isinstance(error, OperationalError)
    return code in _REPEATABLE or code.startswith(_AWAY_CLASSES)
