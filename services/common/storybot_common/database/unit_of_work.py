"""The one place that commits.

``transact`` runs a piece of work in a transaction, ``execute`` a statement that is a transaction by itself; both
repeat it when Postgres was away or asked for a repeat. ``transaction`` is for the relay, which looks again instead.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from storybot_common.database.dedicated import DedicatedConnection, Parameters, Row

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

    async def once(doubt: _Doubt) -> T:
        async with engine.connect() as connection:
            result = await work(connection)
            doubt.committing()
            await connection.commit()
            doubt.settled()
            return result

    return await _repeated(once, patience, in_doubt_patience)


async def execute(
    connection: DedicatedConnection,
    statement: LiteralString,
    parameters: Parameters | None = None,
    *,
    patience: float,
    in_doubt_patience: float | None = None,
) -> Sequence[Row]:
    """Run one statement, which commits by itself, and return its rows. The rest is like ``transact``."""

    async def once(doubt: _Doubt) -> Sequence[Row]:
        open_connection = await connection.ready()
        doubt.committing()
        try:
            cursor = await open_connection.execute(statement, parameters)
        except psycopg.Error:
            if not open_connection.broken:
                doubt.refused()
            raise
        doubt.settled()
        return await cursor.fetchall()

    return await _repeated(once, patience, in_doubt_patience)


@asynccontextmanager
async def transaction(connection: DedicatedConnection) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
    """Several statements that commit together, for what must not be repeated without a new look.

    Raises DatabaseUnavailable when Postgres went away or asked for a repeat.
    """
    doubt = _Doubt()
    try:
        open_connection = await connection.ready()
        async with open_connection.transaction():
            yield open_connection
            doubt.committing()
        doubt.settled()
    except psycopg.Error as error:
        if is_transient(error):
            raise DatabaseUnavailable(error, in_doubt=doubt.exists) from error
        raise


async def _repeated[T](once: Callable[["_Doubt"], Awaitable[T]], patience: float, in_doubt_patience: float | None) -> T:
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
                return await once(doubt)
    except (DBAPIError, psycopg.Error, PoolTimeout) as error:
        if is_transient(error):
            raise DatabaseUnavailable(error, in_doubt=doubt.exists) from error
        raise
    raise AssertionError("AsyncRetrying ends with a result or an exception")


class _Doubt:
    """Whether some commit was asked for whose answer never came."""

    def __init__(self) -> None:
        self.exists = False
        self._existed = False

    def committing(self) -> None:
        self._existed = self.exists
        self.exists = True

    def refused(self) -> None:
        """The server answered, and stored nothing this time; what was in doubt before still is."""
        self.exists = self._existed

    def settled(self) -> None:
        self.exists = False


def is_transient(error: BaseException) -> bool:
    """Whether repeating the transaction may help: the server was away, or asked for a repeat."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_transient(error.orig))
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # no answer from the server at all
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate in _REPEATABLE or error.sqlstate.startswith(_AWAY_CLASSES)
