"""Runs programs. Everything else asks a ``Shell``, which tests replace."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .advice import advice_for
from .console import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from .console import Console

_NOT_FOUND = 127
_TIMED_OUT = 124
_LAST_LINES = 25
_SIGN_OF_LIFE_S = 30.0
_LOOK_EVERY_S = 0.2


class Result(NamedTuple):
    """How a program ended; ``out`` holds both of its streams."""

    code: int
    out: str

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0


class Background(Protocol):
    """A program that runs beside this one."""

    def result(self) -> Result | None:
        """How it ended; None while it runs."""


class Shell(Protocol):
    """Ways to run a program."""

    def ask(self, *command: str, timeout: float = 30) -> Result:
        """Run quietly and give back what it printed; 127 when there is no such program."""

    def show(self, *command: str, env: Mapping[str, str] | None = None) -> int:
        """Run with this terminal and give back the exit code."""

    def task(self, title: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        """Run something long: a line when it is done, its last output and a Problem when it fails."""

    def background(
        self, title: str, *command: str, env: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Background]:
        """Run a program beside what goes on here; it is ended with the block."""

    def detach(self, log: Path, *command: str) -> None:
        """Start a program that goes on after this one has ended."""


class RealShell:
    """Runs programs on this machine, in the repository's folder."""

    def __init__(self, console: Console, directory: Path, logs: Path) -> None:
        self._console = console
        self._directory = directory
        self._logs = logs

    def ask(self, *command: str, timeout: float = 30) -> Result:
        try:
            done = subprocess.run(
                command,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError:
            return Result(_NOT_FOUND, f"{command[0]}: not found")
        except subprocess.TimeoutExpired as expired:
            return Result(_TIMED_OUT, (expired.output or b"").decode(errors="replace"))
        return Result(done.returncode, done.stdout.decode(errors="replace"))

    def show(self, *command: str, env: Mapping[str, str] | None = None) -> int:
        return subprocess.run(command, cwd=self._directory, env={**os.environ, **(env or {})}, check=False).returncode

    def task(self, title: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        started = time.monotonic()
        self._console.moving(f"    {title} …")
        with self.background(title, *command, env=env) as running:
            result = self._watch(running, title, started)
        if not result.ok:
            last = "\n".join(result.out.splitlines()[-_LAST_LINES:])
            raise Problem(f"{title}\n{last}", *advice_for(result.out), f"The whole output: {running.log}")
        self._console.done(f"{title} ({time.monotonic() - started:.0f} s)")

    @contextmanager
    def background(self, title: str, *command: str, env: Mapping[str, str] | None = None) -> Iterator[_Running]:
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / ("".join(c if c.isalnum() else "-" for c in title.lower()) + ".log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self._directory,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                yield _Running(process, log)
            finally:
                if process.poll() is None:
                    process.terminate()
                process.wait()

    def detach(self, log: Path, *command: str) -> None:
        with log.open("ab") as output:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
            )

    def _watch(self, running: _Running, title: str, started: float) -> Result:
        """Show the newest line of the log on a terminal, a sign of life twice a minute elsewhere."""
        next_sign = started + _SIGN_OF_LIFE_S
        while True:
            result = running.result()
            if result is not None:
                return result
            seconds = time.monotonic() - started
            if self._console.is_terminal:
                self._console.moving(f"    {title} … {seconds:.0f} s  {_last_line(running.log)}")
            elif time.monotonic() >= next_sign:
                self._console.say(f"    {title} … {seconds:.0f} s")
                next_sign += _SIGN_OF_LIFE_S
            time.sleep(_LOOK_EVERY_S)


class _Running:
    """A started program that writes into a log file."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self.log = log

    def result(self) -> Result | None:
        code = self._process.poll()
        return None if code is None else Result(code, self.log.read_text(errors="replace"))


def _last_line(log: Path) -> str:
    with log.open("rb") as output:
        output.seek(max(0, log.stat().st_size - 2000))
        lines = [line.strip() for line in output.read().decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
