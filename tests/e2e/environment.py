"""Where the stack under test is, as `make test-e2e` says it."""

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """The stack under test."""

    url: str
    fake_llm_url: str
    database_url: str
    results: Path
    _compose: tuple[str, ...]

    @classmethod
    def read(cls) -> "Environment":
        """From the environment variables. Raises KeyError with the name of a missing one."""
        return cls(
            url=os.environ["STORYBOT_URL"],
            fake_llm_url=os.environ["FAKE_LLM_URL"],
            database_url=os.environ["DATABASE_URL"],
            results=Path(os.environ["TEST_RESULTS"]),
            _compose=tuple(shlex.split(os.environ["STORYBOT_COMPOSE"])),
        )

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` on the stack; its output. Raises CalledProcessError."""
        return _run(*self._compose, *arguments)

    def kill_and_start(self, service: str) -> None:
        """End a service's containers without warning (SIGKILL), and start the same ones again."""
        containers = self.compose("ps", "--quiet", service).split()
        _run("docker", "kill", *containers)
        _run("docker", "start", *containers)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
