"""Each service's role in Postgres: what it may do stands in the table, everything else is refused."""

import asyncio
import json

import pytest

from storybot_common.database.grants import API, EXPORTER, OWNER, WORKER
from tests.production.installation import Installation
from tests.production.roles import Role, role_of
from tests.support.stack import Stack

RIGHTS = {
    API: {
        "alembic_version": {"SELECT"},
        "devices": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "library_links": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "outbox": {"SELECT", "INSERT", "DELETE", "UPDATE (id)"},
        "prompts": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "settings": {"SELECT", "UPDATE"},
        "stories": {"SELECT", "INSERT", "UPDATE"},
        "story_chunks": {"SELECT", "INSERT", "DELETE"},
    },
    WORKER: {
        "outbox": {"INSERT"},
        "prompts": {"SELECT (content)", "SELECT (id)", "SELECT (options)"},
        "settings": {"SELECT"},
        "stories": {"SELECT", "UPDATE"},
        "story_chunks": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    },
    EXPORTER: {},
}

TAKE_OVER = (
    "CREATE TABLE public.loot (id int)",
    "CREATE SCHEMA loot",
    "CREATE FUNCTION public.loot() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TEMPORARY TABLE loot (id int)",
    "DROP TABLE public.stories",
    "ALTER TABLE public.stories ADD COLUMN loot int",
    "ALTER TABLE public.stories DISABLE TRIGGER ALL",
    "TRUNCATE public.stories",
    "SET ROLE storybot_owner",
    "SET ROLE storybot",
    "CREATE ROLE loot",
    "ALTER ROLE storybot PASSWORD 'loot'",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "CREATE EXTENSION pg_stat_statements SCHEMA public",
    "CREATE DATABASE loot",
)


@pytest.fixture(scope="module")
def roles(stack: Stack, installation: Installation) -> dict[str, Role]:
    container = asyncio.run(stack.container("postgres")).name
    found = [role_of(installation, f"{name}_database_url", container) for name in ("migrate", "api", "worker")]
    exporter = Role(EXPORTER, installation.secret("exporter_password"), container)
    return {role.name: role for role in (*found, exporter)}


@pytest.mark.parametrize("name", RIGHTS)
def test_the_table_of_rights(roles: dict[str, Role], name: str) -> None:
    owner = roles[OWNER]
    whole = owner.run(
        "SELECT coalesce(json_agg(json_build_array(table_name, privilege_type)), '[]')"
        f" FROM information_schema.table_privileges WHERE grantee = '{name}'"
    )
    columns = owner.run(
        "SELECT coalesce(json_agg(json_build_array(c.table_name, c.privilege_type || ' (' || c.column_name || ')')),"
        f" '[]') FROM information_schema.column_privileges AS c WHERE c.grantee = '{name}' AND NOT EXISTS"
        " (SELECT FROM information_schema.table_privileges AS t WHERE (t.grantee, t.table_name, t.privilege_type)"
        " = (c.grantee, c.table_name, c.privilege_type))"
    )
    found: dict[str, set[str]] = {}
    for table, privilege in json.loads(whole) + json.loads(columns):
        found.setdefault(table, set()).add(privilege)
    assert found == RIGHTS[name]


@pytest.mark.parametrize("name", RIGHTS)
@pytest.mark.parametrize("sql", TAKE_OVER)
def test_nobody_takes_over(roles: dict[str, Role], name: str, sql: str) -> None:
    assert any(word in roles[name].is_refused(sql) for word in ("permission denied", "must be owner")), sql


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (API, "DELETE FROM stories"),
        (API, "INSERT INTO settings SELECT * FROM settings"),
        (API, "UPDATE alembic_version SET version_num = '0'"),
        (API, "UPDATE story_chunks SET text = ''"),
        (WORKER, "SELECT owner_id FROM prompts"),
        (WORKER, "SELECT * FROM prompts"),
        (WORKER, "DELETE FROM prompts"),
        (WORKER, "UPDATE prompts SET content = ''"),
        (WORKER, "INSERT INTO stories (id) VALUES (gen_random_uuid())"),
        (WORKER, "DELETE FROM stories"),
        (WORKER, "SELECT * FROM devices"),
        (WORKER, "SELECT * FROM library_links"),
        (WORKER, "SELECT * FROM outbox"),
        (WORKER, "DELETE FROM outbox"),
        (WORKER, "UPDATE settings SET system_prompt = ''"),
        (EXPORTER, "SELECT content FROM public.prompts"),
        (EXPORTER, "SELECT text FROM public.stories"),
        (EXPORTER, "SELECT code_hash FROM public.library_links"),
        (OWNER, "CREATE ROLE loot"),
        (OWNER, "COPY (SELECT 1) TO PROGRAM 'cat'"),
        (OWNER, "SELECT pg_read_file('/etc/passwd')"),
        (OWNER, "SELECT rolpassword FROM pg_authid"),
        (OWNER, "CREATE DATABASE loot"),
    ],
)
def test_what_one_of_them_may_not(roles: dict[str, Role], name: str, sql: str) -> None:
    assert "permission denied" in roles[name].is_refused(sql)


@pytest.mark.parametrize("name", [API, WORKER, EXPORTER, OWNER])
@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_other_databases_are_closed(roles: dict[str, Role], name: str, database: str) -> None:
    assert "permission denied for database" in roles[name].is_refused("SELECT", database=database)


@pytest.mark.parametrize("name", [API, WORKER, EXPORTER, OWNER, "storybot"])
def test_nobody_comes_in_with_another_password(roles: dict[str, Role], name: str) -> None:
    guess = Role(name, "development-only", roles[OWNER].container)
    assert "password authentication failed" in guess.is_refused("SELECT")


def test_the_owner_migrates_and_the_exporter_counts(roles: dict[str, Role]) -> None:
    assert roles[OWNER].run("BEGIN; ALTER TABLE stories ADD COLUMN extra int; ROLLBACK; SELECT 'done'") == "done"
    assert roles[OWNER].run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "f"
    assert int(roles[EXPORTER].run("SELECT count(*) FROM pg_stat_activity WHERE query <> '<insufficient privilege>'"))
