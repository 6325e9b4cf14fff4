"""A connection that one loop has for itself.

What happens all the time (storing prompts, relaying, claiming, saving text, reading live stories) is done by one
loop each, one statement after the other. Such a loop needs no pool, and nearly all of its statements are
transactions by themselves. They are run on psycopg directly: a statement through SQLAlchemy's asyncio layer, with
BEGIN and COMMIT around it, costs more than three times as much processor time (docs/adr/0009).
"""

from collections.abc import Mapping
from typing import Any

import psycopg
import psycopg.conninfo
from psycopg.rows import namedtuple_row
from pydantic import SecretStr

from storybot_common.database.engine import connect_arguments

_PLANNING = {
    # the parameters are arrays whose values say nothing that a plan could use
    "plan_cache_mode": "force_generic_plan",
    # each of these statements finds its rows by an index; on tables that were just made, and have no statistics yet,
    # the planner would read them whole, and keep that plan while they grow
    "enable_seqscan": "off",
    # a scan that cannot be avoided makes a plan look dear, and compiling it takes half a second
    "jit": "off",
}

type Row = Any
"""A named tuple of the statement's columns."""

type Parameters = Mapping[str, object]


class DedicatedConnection:
    """Connects when it is first used, and again after it broke. Not for several tasks at once."""

    def __init__(self, url: SecretStr, *, service: str) -> None:
        dsn = url.get_secret_value().replace("postgresql+psycopg://", "postgresql://", 1)
        self._conninfo = psycopg.conninfo.make_conninfo(dsn, **connect_arguments(service, **_PLANNING))
        self._connection: psycopg.AsyncConnection[Row] | None = None

    async def ready(self) -> psycopg.AsyncConnection[Row]:
        """The open connection; every statement on it commits, unless it stands in a ``transaction()`` block.

        Raises psycopg.OperationalError when Postgres cannot be reached.
        """
        if self._connection is None or self._connection.closed:
            self._connection = None
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, row_factory=namedtuple_row
            )
        return self._connection

    async def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            await self._connection.close()
