"""The host, through Fabric's connection: every failure becomes a Problem that says what to do."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from storybot_cli.console import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_LAST_LINES = 25


class Answer(NamedTuple):
    """How a command on the host ended; ``out`` holds both of its streams."""

    code: int
    out: str

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0


class Host:
    """Runs commands as root by sudo. Words are quoted here; nothing secret may be among them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.name: str = connection.host

    def ask(self, *words: str) -> Answer:
        """Run quietly, as root; never fails by itself."""
        result = self._sudo(shlex.join(words), hide=True)
        return Answer(result.return_code, result.stdout + result.stderr)

    def do(self, what: str, *words: str) -> str:
        """Run quietly, as root; its standard output. A Problem with ``what`` when it fails."""
        result = self._sudo(shlex.join(words), hide=True)
        if result.return_code:
            last = "\n".join((result.stdout + result.stderr).strip().splitlines()[-_LAST_LINES:])
            raise Problem(f"{what} failed on {self.name}:\n{last}", f"The command was: sudo {shlex.join(words)}")
        return str(result.stdout)

    def show(self, *words: str) -> int:
        """Run with its output on this terminal; its exit code."""
        return int(self._sudo(shlex.join(words), hide=False).return_code)

    def write(self, path: str, content: str | BinaryIO, mode: str = "600") -> None:
        """A file of root's: it comes by SFTP into a folder of the login's own, and is moved when it is whole."""
        source = BytesIO(content.encode()) if isinstance(content, str) else content
        with self.inbox() as inbox:
            self._connection.put(source, f"{inbox}/file")
            new = f"{path}.new"
            self.do(f"Writing {path}", "install", "-m", mode, "-o", "root", "-g", "root", f"{inbox}/file", new)
            self.do(f"Writing {path}", "mv", "-T", new, path)

    @contextmanager
    def inbox(self) -> Iterator[str]:
        """A folder that only the login and root can read, gone after the block."""
        made = self._connection.run("mktemp --directory", hide=True).stdout.strip()
        try:
            yield made
        finally:
            self._connection.run(f"rm -rf {shlex.quote(made)}", hide=True)

    def put(self, source: BinaryIO, path: str) -> None:
        """Copy a stream into the inbox."""
        self._connection.put(source, path)

    def _sudo(self, command: str, *, hide: bool) -> Any:
        # `warn`: the exit code is looked at here; `in_stream`: nothing on this side is read by it
        return self._connection.sudo(command, hide=hide, warn=True, in_stream=False)
