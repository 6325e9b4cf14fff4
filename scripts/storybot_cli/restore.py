"""``make restore FILE=…``: puts a backup back into the installation that runs here.

The dump is loaded into a database of its own beside the one in use, and takes its place only when it is whole; the one
before is kept under another name until the next restore. Visitors are turned away for the seconds in between. The
users of database and broker keep the passwords of this installation's secrets, so a backup can move to another one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import archive, saved_objects
from .backup import BROKER, DATABASE, GRAFANA, KIBANA, grafana_site, kibana_site, revision, stories
from .console import Problem
from .installed import Installed

if TYPE_CHECKING:
    from .operate import Tools

NEW, BEFORE = "storybot_being_restored", "storybot_before_restore"
_OURS = frozenset({"storybot", "storybot_api", "storybot_worker"})
_WRITERS = ("prompt-api", "story-worker")
_LOAD = (
    f'exec pg_restore --username "$POSTGRES_USER" --dbname {NEW}'
    " --no-owner --no-privileges --exit-on-error --single-transaction"
)


def restore(tools: Tools) -> None:
    """Put back the backup that FILE names."""
    os.umask(0o077)
    file = _file(os.environ.get("FILE", ""))
    installed = Installed(tools.shell)
    if not archive.compare_checksum(file):
        tools.console.warn(f"There is no {archive.checksum_of(file).name} to compare {file.name} with.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".restoring-") as temporary:
        folder = Path(temporary) / "parts"
        folder.mkdir()
        manifest = archive.unpack(archive.decrypt(tools.shell, file, Path(temporary), os.environ), folder)
        _check_revision(manifest, revision(installed))
        _ask(f"This puts the backup of {manifest['made_at']} into the place of every story that is here.")
        _load_database(installed, folder / DATABASE)
        stopped = installed.stop(*_WRITERS)
        try:
            _swap(installed)
            for service in ("database-roles", "migrate"):
                installed.again(service)
            _load_definitions(installed, folder / BROKER)
            installed.again("broker-users")
        finally:
            installed.start(stopped)
        said = [f"{stories(installed)} stories", *_objects(installed, folder)]
    tools.console.done(f"Restored {file.name}: {', '.join(said)}")
    tools.console.say(f"    The database from before is kept as {BEFORE} until the next restore.")


def _file(name: str) -> Path:
    if not name:
        raise Problem("Which backup?", "Run `make restore FILE=backups/storybot-….tar.gz`.")
    file = Path(name).resolve()
    if not file.is_file():
        raise Problem(f"There is no {file}.", "FILE names the backup.")
    return file


def _check_revision(manifest: dict[str, Any], here: str) -> None:
    if manifest["revision"] > here:
        raise Problem(
            f"The backup has revision {manifest['revision']} of the schema, this release knows {here}.",
            "Install the release that made the backup, or a later one, and restore again.",
        )


def _ask(what: str) -> None:
    if os.environ.get("RESTORE") == "yes":
        return
    if not sys.stdin.isatty():
        raise Problem(what, "Run it with RESTORE=yes if that is what you want.")
    if input(f"{what}\nType yes to go on: ").strip().lower() != "yes":
        raise Problem("Nothing was changed.")


def _load_database(installed: Installed, dump: Path) -> None:
    installed.sql(f"DROP DATABASE IF EXISTS {NEW} WITH (FORCE); CREATE DATABASE {NEW}", database="postgres")
    installed.load("Loading the dump", dump, installed.need("postgres"), "sh", "-c", _LOAD)


def _swap(installed: Installed) -> None:
    """Nobody can come back between the last two statements; when one fails everybody can."""
    current = installed.sql("SELECT current_database()")
    closing = f'ALTER DATABASE "{current}" WITH ALLOW_CONNECTIONS false'
    leaving = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{current}'"  # noqa: S608 — our own
    renaming = f'ALTER DATABASE "{current}" RENAME TO {BEFORE}; ALTER DATABASE {NEW} RENAME TO "{current}"'
    installed.sql(f"DROP DATABASE IF EXISTS {BEFORE} WITH (FORCE)", database="postgres")
    try:
        installed.sql(f"{closing}; {leaving}; {renaming}", database="postgres")
    except Problem:
        installed.sql(f'ALTER DATABASE "{current}" WITH ALLOW_CONNECTIONS true', database="postgres")
        raise


def _load_definitions(installed: Installed, file: Path) -> None:
    """Everything but our own users, whose passwords are those of this installation."""
    definitions = json.loads(file.read_text())
    for kind, name in (("users", "name"), ("permissions", "user"), ("topic_permissions", "user")):
        definitions[kind] = [one for one in definitions.get(kind, []) if one[name] not in _OURS]
    file.write_text(json.dumps(definitions))
    rabbitmq = installed.need("rabbitmq")
    script = "umask 077 && cat >/tmp/definitions.json && rabbitmqctl --quiet import_definitions /tmp/definitions.json"
    cleaned = f"trap 'rm -f /tmp/definitions.json' EXIT; {script}"
    installed.load("Loading the broker's definitions", file, rabbitmq, "sh", "-ec", cleaned)


def _objects(installed: Installed, folder: Path) -> list[str]:
    said = []
    if (folder / GRAFANA).exists() and (grafana := grafana_site(installed)):
        said.append(f"{saved_objects.load_grafana(grafana, folder / GRAFANA)} dashboards of Grafana")
    if (folder / KIBANA).exists() and (kibana := kibana_site(installed)):
        said.append(f"{saved_objects.load_kibana(kibana, folder / KIBANA)} objects of Kibana")
    return said
