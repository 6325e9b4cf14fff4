"""The production stack as the tests install it: secrets by ``make secrets``' own code, ports of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from storybot_cli import secrets
from tests.support.containers import TOOLBOX_IMAGE, docker
from tests.support.stack import REPOSITORY, Stack

FOLDER = REPOSITORY / ".cache" / "production"
SITE = "story.example"
API = "api.story.example"
HTTP_PORT, HTTPS_PORT, FAKE_LLM_PORT, RABBITMQ_UI_PORT = 18280, 18643, 18390, 18972
PROJECT = "storybot-production"
_SETTINGS = {
    "SITE_NAMES": SITE,
    "API_NAMES": API,
    "LETSENCRYPT_EMAIL": f"operator@{SITE}",
    "HTTP_PORT": str(HTTP_PORT),
    "HTTPS_PORT": str(HTTPS_PORT),
    "FAKE_LLM_PORT": str(FAKE_LLM_PORT),
    "RABBITMQ_UI_PORT": str(RABBITMQ_UI_PORT),
    "PROMETHEUS_PORT": "19290",
    "ALERTMANAGER_PORT": "19293",
    "LLM_BASE_URL": "http://fake-llm:8080/v1",
    "LLM_MODEL": "fake-storyteller",
    # What one address may do is the gateway's business; here it plays many visitors.
    "LIMIT_REQUESTS": "6000",
    "LIMIT_WRITES": "1000",
    "LIMIT_STREAMS": "5000",
    "LIMIT_CONNECTIONS": "10000",
}
_PEBBLES_CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=pebble"
    " -addext subjectAltName=DNS:pebble -keyout pebble.key -out pebble.pem 2>/dev/null"
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with secrets and settings, and the Compose files that read them."""

    folder: Path
    files: tuple[str, ...]

    @property
    def stack(self) -> Stack:
        return Stack(PROJECT, self.files, str(self.folder / "env"), {})

    def secret(self, name: str) -> str:
        """The content of a secret's file, which belongs to another user."""
        command = ["run", "--rm", "--network", "none", "--user", "0", "--volume", f"{self.folder}:{self.folder}:ro"]
        return docker(*command, TOOLBOX_IMAGE, "cat", str(self.folder / "secrets" / name)).stdout.strip()


def install(folder: Path = FOLDER) -> Installation:
    """Make secrets and settings, from nothing. COMPOSE_OVERLAYS: what stands for registries' images."""
    overlays = [name for name in os.environ.get("COMPOSE_OVERLAYS", "").split(":") if name]
    folder.mkdir(parents=True, exist_ok=True)
    _as_root(folder, f"rm -rf secrets acme env; mkdir acme; cd acme; {_PEBBLES_CERTIFICATE}; chmod 644 *")
    secrets.make_files(folder / "secrets", lambda *_: None)
    _give_away(folder)
    settings = {**_SETTINGS, "ACME_FOLDER": str(folder / "acme")}
    (folder / "env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    secrets.add_variables(folder / "env", folder / "secrets")
    return Installation(
        folder, ("docker-compose.yml", *overlays, "compose/production.yml", "tests/production/compose.yml")
    )


def _give_away(folder: Path) -> None:
    """As ``make secrets`` does, for whoever runs the tests need not be root."""
    _as_root(folder, "; ".join(f"chown {file.reader}:{file.reader} secrets/{file.name}" for file in secrets.ALL_FILES))


def _as_root(folder: Path, script: str) -> None:
    mount = ["--volume", f"{folder}:{folder}", "--workdir", str(folder)]
    docker("run", "--rm", "--network", "none", "--user", "0", *mount, TOOLBOX_IMAGE, "sh", "-ec", script)


def compose_config(installation: Installation, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``docker compose config`` of the installation, with other values for some variables."""
    files = [part for file in installation.files for part in ("--file", file)]
    return subprocess.run(
        ["docker", "compose", "--env-file", str(installation.folder / "env"), *files, "config", *arguments],
        cwd=REPOSITORY,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
