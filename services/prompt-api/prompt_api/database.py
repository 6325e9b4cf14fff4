"""How the API uses Postgres: reading and writing are different verbs with different patience."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storybot_common.database.unit_of_work import DatabaseUnavailable, transact

type Work[T] = Callable[[AsyncConnection], Awaitable[T]]


class Database:
    """Runs pieces of work on connections of one pool.

    Both verbs raise DatabaseUnavailable when Postgres stays away for longer than their patience (seconds).
    """

    def __init__(
        self, engine: AsyncEngine, *, read_patience: float, write_patience: float, in_doubt_patience: float
    ) -> None:
        self.engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read_patience = read_patience
        self._write_patience = write_patience
        self._in_doubt_patience = in_doubt_patience

    async def read[T](self, work: Work[T]) -> T:
        """Run ``work``, each statement with a snapshot of its own, and return what it returned.

        A server that takes connections and never answers is given up too: nothing is lost with a read.
        """
        try:
            async with asyncio.timeout(self._read_patience * 2):
                return await transact(self._reading, work, patience=self._read_patience)
        except TimeoutError as error:
            raise DatabaseUnavailable(error, in_doubt=False) from error

    async def write[T](self, work: Work[T]) -> T:
        """Run ``work`` in one transaction, commit, and return what it returned; ``work`` may be repeated."""
        return await transact(
            self.engine, work, patience=self._write_patience, in_doubt_patience=self._in_doubt_patience
        )

    async def write_once(self, work: Work[None], *, done: tuple[type[Exception], ...]) -> None:
        """Like ``write``, for work that refuses to be repeated with one of the exceptions ``done``.

        When it does so after a commit whose answer was lost, that commit had stored it.
        """
        reached_commit = False

        async def once(connection: AsyncConnection) -> None:
            nonlocal reached_commit
            try:
                await work(connection)
            except done:
                if not reached_commit:
                    raise
            reached_commit = True

        await self.write(once)
