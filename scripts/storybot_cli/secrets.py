"""``make secrets``: makes the secrets of a production start, and names their files in ``.env``.

Nothing that is there is changed and nothing is printed but names. A file can be read by one user, the one that its
container runs as: Compose mounts it as it is.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .console import Problem
from .paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from .operate import Tools

OURS, POSTGRES, RABBITMQ = 10001, 999, 999
_WORD = r"[A-Za-z0-9]+"


class SecretFile(NamedTuple):
    """A file in secrets/: its reader, and its content with ``{}`` for a password; ``like`` names an earlier file whose
    password it shares."""

    name: str
    reader: int
    content: str = "{}"
    like: str = ""

    @property
    def variable(self) -> str:
        """The variable of compose/production.yml that holds the file's place."""
        return f"{self.name.upper()}_FILE"


def _database(user: str) -> str:
    return f"postgresql+psycopg://{user}:{{}}@postgres:5432/storybot"


def _broker(user: str) -> str:
    return f"amqp://{user}:{{}}@rabbitmq:5672/storybot"


FILES = (
    SecretFile("postgres_password", POSTGRES),
    SecretFile("admin_database_url", OURS, _database("storybot"), like="postgres_password"),
    SecretFile("migrate_database_url", OURS, _database("storybot_owner")),
    SecretFile("api_database_url", OURS, _database("storybot_api")),
    SecretFile("worker_database_url", OURS, _database("storybot_worker")),
    SecretFile("exporter_password", OURS),
    SecretFile("rabbitmq_admin", RABBITMQ, "default_user = storybot\ndefault_pass = {}"),
    SecretFile("admin_amqp_url", OURS, _broker("storybot"), like="rabbitmq_admin"),
    SecretFile("api_amqp_url", OURS, _broker("storybot_api")),
    SecretFile("worker_amqp_url", OURS, _broker("storybot_worker")),
    SecretFile("cookie_secret", OURS),
)
NO_KEY = SecretFile("llm_api_key", OURS, "none")
"""To be replaced by the key of a model that wants one."""
ALL_FILES = (*FILES, NO_KEY)

VARIABLES = (
    "GRAFANA_PASSWORD",
    "ELASTIC_PASSWORD",
    "KIBANA_SYSTEM_PASSWORD",
    "LOGSTASH_WRITER_PASSWORD",
    "GRAFANA_READER_PASSWORD",
    "KIBANA_ENCRYPTION_KEY",
)
"""Of programs whose images take no files."""


def make(tools: Tools) -> None:
    """Make what is missing in secrets/ and .env."""
    if os.geteuid() != 0:
        raise Problem(
            "Each secret belongs to the user that its container runs as, and only root can give files away.",
            "Run `sudo make secrets`.",
        )
    os.umask(0o077)
    made = make_files(ROOT / "secrets", os.chown) + add_variables(ROOT / ".env", Path("secrets"))
    for name in made:
        tools.console.say(f"    made {name}")
    tools.console.done(f"{len(made)} secrets made, the others were there. They are nowhere else: keep a copy.")


def make_files(folder: Path, give: Callable[[Path, int, int], None]) -> list[str]:
    """Make the missing files, mode 600, each given to its reader; their names."""
    folder.mkdir(mode=0o700, exist_ok=True)
    made = []
    for file in ALL_FILES:
        path = folder / file.name
        if not path.exists():
            shared = password_of(folder, file.like) if file.like else secrets.token_hex(24)
            new = path.with_suffix(".new")
            new.write_text(file.content.format(shared) + "\n")
            new.chmod(0o600)
            give(new, file.reader, file.reader)
            new.rename(path)
            made.append(f"secrets/{file.name}")
    return made


def password_of(folder: Path, name: str) -> str:
    """The password in a file that was made before; a Problem when somebody wrote another thing into it."""
    content = next(file.content for file in FILES if file.name == name)
    pattern = re.escape(content).replace(re.escape("{}"), f"(?P<password>{_WORD})")
    found = re.fullmatch(pattern, (folder / name).read_text().strip())
    if found is None:
        raise Problem(
            f"secrets/{name} is not as it was made, so its companion cannot be made from it.",
            f"It must read: {content.format('PASSWORD')!r} with letters and digits as password.",
        )
    return found["password"]


def add_variables(env_file: Path, folder: Path) -> list[str]:
    """Name the files of ``folder`` in .env, and add the passwords that are variables; the names of those.

    A path that is not absolute counts from the repository.
    """
    text = env_file.read_text() if env_file.exists() else ""
    present = set(re.findall(r"^(?:export )?(\w+)=.", text, re.MULTILINE))
    files = {file.variable: f"{'' if folder.is_absolute() else './'}{folder / file.name}" for file in ALL_FILES}
    wanted = {**files, **{name: secrets.token_hex(24) for name in VARIABLES}}
    missing = {name: value for name, value in wanted.items() if name not in present}
    if missing:
        lines = "".join(f"{name}={value}\n" for name, value in missing.items())
        separator = "" if not text or text.endswith("\n") else "\n"
        env_file.write_text(f"{text}{separator}\n# Made by `make secrets`.\n{lines}")
    if env_file.exists():
        env_file.chmod(0o600)
    return [f"{name} in .env" for name in missing if name in VARIABLES]
