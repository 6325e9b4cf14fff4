"""``make backup``: one file with everything that people made.

That is the database (one snapshot, while everything runs), the broker's definitions, and what people made in Grafana
and Kibana where those run. Messages are not in it: after a restore the stories that were waiting are published again
from the database. Neither are secrets/ and .env, which belong into another place than the backups.

BACKUP_DIRECTORY (backups/), BACKUP_KEEP (how many to keep; all), BACKUP_AGE_RECIPIENT or BACKUP_GPG_RECIPIENT.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from . import archive, saved_objects
from .console import Problem
from .installed import Installed
from .paths import ROOT

if TYPE_CHECKING:
    from .operate import Tools

DATABASE, BROKER, GRAFANA, KIBANA = "postgres.dump", "rabbitmq.json", "grafana.json", "kibana.ndjson"
PREFIX, SUFFIX = "storybot-", ".tar.gz"
_DUMP = 'exec pg_dump --format=custom --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"'


def backup(tools: Tools) -> None:
    """Make a backup and say where it is."""
    os.umask(0o077)
    keep = _how_many_to_keep(os.environ.get("BACKUP_KEEP", ""))
    directory = ROOT / os.environ.get("BACKUP_DIRECTORY", "backups")
    directory.mkdir(parents=True, exist_ok=True)
    installed = Installed(tools.shell)
    made_at = datetime.now(timezone.utc)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".unfinished-") as temporary:
        folder, packed = Path(temporary) / "parts", Path(temporary) / f"{PREFIX}{made_at:%Y%m%dT%H%M%SZ}{SUFFIX}"
        folder.mkdir()
        said = [*_database(installed, folder), *_broker(installed, folder), *_objects(installed, folder)]
        facts = {"made_at": made_at.isoformat(), "revision": revision(installed)}
        archive.pack(folder, packed, facts)
        packed = archive.encrypt(tools.shell, packed, os.environ)
        archive.write_checksum(packed)
        for file in (archive.checksum_of(packed), packed):
            file.rename(directory / file.name)
    target = directory / packed.name
    tools.console.done(f"{target} ({target.stat().st_size:,} bytes): {', '.join(said)}")
    for old in _too_many(directory, keep):
        archive.checksum_of(old).unlink(missing_ok=True)
        old.unlink()
        tools.console.say(f"    removed {old.name}: BACKUP_KEEP={keep}")


def revision(installed: Installed) -> str:
    """The revision of the schema that the database has."""
    return installed.sql("SELECT version_num FROM alembic_version")


def stories(installed: Installed, *, database: str = "$POSTGRES_DB") -> int:
    """How many stories a database holds."""
    return int(installed.sql("SELECT count(*) FROM stories", database=database))


def grafana_site(installed: Installed) -> saved_objects.Site | None:
    """Grafana, when it runs."""
    if container := installed.running("grafana"):
        found = installed.environment(container)
        login = found["GF_SECURITY_ADMIN_USER"], found["GF_SECURITY_ADMIN_PASSWORD"]
        return saved_objects.Site("Grafana", f"http://{installed.published('grafana', 3000)}", *login)
    return None


def kibana_site(installed: Installed) -> saved_objects.Site | None:
    """Kibana, when it runs, as Elasticsearch's administrator."""
    container, elasticsearch = installed.running("kibana"), installed.running("elasticsearch")
    if container and elasticsearch:
        password = installed.environment(elasticsearch)["ELASTIC_PASSWORD"]
        return saved_objects.Site("Kibana", f"http://{installed.published('kibana', 5601)}", "elastic", password)
    return None


def _database(installed: Installed, folder: Path) -> list[str]:
    installed.save("Dumping the database", folder / DATABASE, installed.need("postgres"), "sh", "-c", _DUMP)
    return [f"{stories(installed)} stories"]


def _broker(installed: Installed, folder: Path) -> list[str]:
    command = ("rabbitmqctl", "--quiet", "export_definitions", "-")
    installed.save("Saving the broker's definitions", folder / BROKER, installed.need("rabbitmq"), *command)
    return ["the broker's definitions"]


def _objects(installed: Installed, folder: Path) -> list[str]:
    said = []
    if grafana := grafana_site(installed):
        said.append(f"{saved_objects.save_grafana(grafana, folder / GRAFANA)} dashboards of Grafana")
    if kibana := kibana_site(installed):
        said.append(f"{saved_objects.save_kibana(kibana, folder / KIBANA)} objects of Kibana")
    return said


def _how_many_to_keep(setting: str) -> int:
    if setting and (not setting.isdigit() or int(setting) < 1):
        raise Problem(f"BACKUP_KEEP={setting} is no number of backups.", "Set 1 or more, or leave it out to keep all.")
    return int(setting or 0)


def _too_many(directory: Path, keep: int) -> list[Path]:
    made = sorted(file for file in directory.glob(f"{PREFIX}*{SUFFIX}*") if file.suffix != ".sha256")
    return made[:-keep] if keep else []
