"""Transactions on a real Postgres whose connections are killed under them."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storybot_common.database.dedicated import DedicatedConnection
from storybot_common.database.engine import create_engine
from storybot_common.database.unit_of_work import DatabaseUnavailable, execute, transact, transaction

TABLE = "unit_of_work_test"


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = create_engine(SecretStr(os.environ["DATABASE_URL"]), service="test", pool_size=3)
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE {TABLE} (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)"))
        await connection.execute(text(f"INSERT INTO {TABLE} VALUES (1), (2)"))
    yield engine
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {TABLE}"))
    await engine.dispose()


async def counted(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT sum(n) FROM {TABLE}"))).scalar_one())


async def add_one(connection: AsyncConnection, row: int) -> None:
    await connection.execute(text(f"UPDATE {TABLE} SET n = n + 1 WHERE id = :id"), {"id": row})


async def kill_backend_of(connection: AsyncConnection, killer: AsyncEngine) -> None:
    pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with killer.connect() as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})


async def test_work_is_committed_and_its_result_returned(engine: AsyncEngine) -> None:
    async def work(connection: AsyncConnection) -> str:
        await add_one(connection, 1)
        return "done"

    assert await transact(engine, work, patience=5) == "done"
    assert await counted(engine) == 1


async def test_work_whose_connection_dies_is_done_again_once(engine: AsyncEngine) -> None:
    tries = 0

    async def work(connection: AsyncConnection) -> None:
        nonlocal tries
        tries += 1
        await add_one(connection, 1)
        if tries == 1:
            await kill_backend_of(connection, engine)
            await connection.execute(text("SELECT 1"))

    await transact(engine, work, patience=10)
    assert tries == 2
    assert await counted(engine) == 1


async def test_two_that_block_each_other_both_get_done(engine: AsyncEngine) -> None:
    first_locks = asyncio.Barrier(2)
    rounds = [0, 0]

    def crossing(index: int, first: int, second: int) -> Coroutine[object, object, None]:
        async def work(connection: AsyncConnection) -> None:
            rounds[index] += 1
            await add_one(connection, first)
            if rounds[index] == 1:
                await first_locks.wait()
            await add_one(connection, second)

        return transact(engine, work, patience=20)

    await asyncio.gather(crossing(0, 1, 2), crossing(1, 2, 1))
    assert await counted(engine) == 4
    assert sorted(rounds) == [1, 2]


async def test_a_mistake_in_the_work_is_not_repeated(engine: AsyncEngine) -> None:
    tries = 0

    async def work(connection: AsyncConnection) -> None:
        nonlocal tries
        tries += 1
        await connection.execute(text(f"INSERT INTO {TABLE} VALUES (1)"))

    with pytest.raises(DBAPIError):
        await transact(engine, work, patience=5)
    assert tries == 1


async def test_an_absent_server_is_reported_after_the_patience_without_doubt() -> None:
    nowhere = create_engine(SecretStr("postgresql+psycopg://x:x@127.0.0.1:9/x"), service="test", pool_size=1)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("SELECT 1"))

    try:
        with pytest.raises(DatabaseUnavailable) as unavailable:
            await transact(nowhere, work, patience=0.3)
        assert not unavailable.value.in_doubt
    finally:
        await nowhere.dispose()


async def test_a_connection_that_dies_during_commit_leaves_doubt(engine: AsyncEngine) -> None:
    """A deferred trigger holds the COMMIT, so that the connection can be killed in the middle of it."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$"
            )
        )
        await connection.execute(
            text(
                f"CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON {TABLE} DEFERRABLE INITIALLY DEFERRED"
                f" FOR EACH ROW EXECUTE FUNCTION slow_commit()"
            )
        )
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_kill_who_sleeps(engine, "COMMIT"))
            with pytest.raises(DatabaseUnavailable) as unavailable:
                await transact(engine, lambda connection: add_one(connection, 1), patience=0.01)
        assert unavailable.value.in_doubt
    finally:
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP TRIGGER slow ON {TABLE}"))
            await connection.execute(text("DROP FUNCTION slow_commit"))


async def _kill_who_sleeps(engine: AsyncEngine, query: str) -> None:
    """Kill the backend that sleeps in this query."""
    sleeping = text(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE query = :query AND wait_event = 'PgSleep' AND datname = current_database()"
    )
    async with asyncio.timeout(20), engine.connect() as connection:
        while not (await connection.execute(sleeping, {"query": query})).all():
            await connection.rollback()
            await asyncio.sleep(0.02)


@pytest.fixture
async def dedicated(engine: AsyncEngine) -> AsyncIterator[DedicatedConnection]:
    connection = DedicatedConnection(SecretStr(os.environ["DATABASE_URL"]), service="test")
    yield connection
    await connection.close()


async def test_a_statement_commits_by_itself_and_returns_its_rows(
    engine: AsyncEngine, dedicated: DedicatedConnection
) -> None:
    rows = await execute(
        dedicated, f"UPDATE {TABLE} SET n = n + %(by)s WHERE id = 1 RETURNING id, n", {"by": 3}, patience=5
    )
    assert [(row.id, row.n) for row in rows] == [(1, 3)]
    assert await counted(engine) == 3


async def test_a_statement_whose_connection_died_is_run_on_another_one(
    engine: AsyncEngine, dedicated: DedicatedConnection
) -> None:
    (row,) = await execute(dedicated, "SELECT pg_backend_pid() AS pid", patience=5)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": row.pid})
    (again,) = await execute(dedicated, "SELECT pg_backend_pid() AS pid", patience=5)
    assert again.pid != row.pid


async def test_a_wrong_statement_is_not_repeated(dedicated: DedicatedConnection) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        await execute(dedicated, f"INSERT INTO {TABLE} VALUES (1)", patience=5)


async def test_an_absent_server_leaves_no_doubt_about_a_statement() -> None:
    nowhere = DedicatedConnection(SecretStr("postgresql+psycopg://x:x@127.0.0.1:9/x"), service="test")
    with pytest.raises(DatabaseUnavailable) as unavailable:
        await execute(nowhere, "SELECT 1", patience=0.3)
    assert not unavailable.value.in_doubt


async def test_a_connection_that_dies_during_a_statement_leaves_doubt(
    engine: AsyncEngine, dedicated: DedicatedConnection
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_kill_who_sleeps(engine, "SELECT pg_sleep(30)"))
        with pytest.raises(DatabaseUnavailable) as unavailable:
            await execute(dedicated, "SELECT pg_sleep(30)", patience=0.01)
    assert unavailable.value.in_doubt


async def test_a_refusal_does_not_settle_an_earlier_doubt(engine: AsyncEngine, dedicated: DedicatedConnection) -> None:
    """The first try dies in the middle; the second is refused, because it takes too long."""
    too_long = "SELECT pg_sleep(30)"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_kill_who_sleeps(engine, too_long))
        with pytest.raises(DatabaseUnavailable) as unavailable:
            await execute(dedicated, too_long, patience=0.01, in_doubt_patience=1)
    assert isinstance(unavailable.value.__cause__, psycopg.errors.QueryCanceled)
    assert unavailable.value.in_doubt


async def test_a_transaction_is_not_repeated(engine: AsyncEngine, dedicated: DedicatedConnection) -> None:
    tries = 0

    async def add_and_die() -> None:
        nonlocal tries
        async with transaction(dedicated) as connection:
            tries += 1
            await connection.execute(f"UPDATE {TABLE} SET n = n + 1")
            pid = connection.info.backend_pid
            async with engine.connect() as killer:
                await killer.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})
            await connection.execute("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await add_and_die()
    assert tries == 1
    assert await counted(engine) == 0
