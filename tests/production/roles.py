"""Statements as one of the database's roles, with the password that the service has."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.production.installation import Installation
from tests.support.containers import docker


@dataclass(frozen=True, slots=True)
class Role:
    """Logs in over the network, where the server wants the password."""

    name: str
    password: str
    container: str

    def run(self, sql: str, *, database: str = "storybot") -> str:
        """What the statement gives, unaligned; the server's error raises RuntimeError."""
        psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
        login = ["--host", "postgres", "--username", self.name, "--dbname", database]
        password = ["--env", f"PGPASSWORD={self.password}"]
        return docker("exec", "--interactive", *password, self.container, *psql, *login, stdin=sql).stdout.strip()

    def is_refused(self, sql: str, *, database: str = "storybot") -> str:
        """What the server says against it. Raises AssertionError when it has nothing against it."""
        try:
            self.run(sql, database=database)
        except RuntimeError as error:
            return str(error)
        raise AssertionError(f"{self.name} may {sql}")


def role_of(installation: Installation, secret: str, container: str) -> Role:
    """The role in a URL among the secrets."""
    url = urlsplit(installation.secret(secret))
    return Role(url.username or "", url.password or "", container)
