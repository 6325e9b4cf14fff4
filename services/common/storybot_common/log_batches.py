"""Standard output, written in batches.

A line for each request is read by the container engine one by one: at a thousand a second that takes a third of what
the service itself takes. So lines that are logged within a few hundredths of a second are written together.
"""

import asyncio
import logging
from typing import TextIO, override

_PAUSE_S = 0.05
_LIMIT = 1000


class BatchedStreamHandler(logging.StreamHandler[TextIO]):
    """Writes at once what is a warning or worse, or is logged outside of an event loop; the rest soon after."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._due_in: asyncio.AbstractEventLoop | None = None

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        try:
            self._lines.append(self.format(record))
            if record.levelno >= logging.WARNING or len(self._lines) >= _LIMIT:
                self.flush()
            else:
                self._write_soon()
        except Exception:  # noqa: BLE001 — as every handler of the standard library does
            self.handleError(record)

    @override
    def flush(self) -> None:
        """Write what waits."""
        self.acquire()
        try:
            if self._lines:
                self.stream.write("".join(f"{line}{self.terminator}" for line in self._lines))
                self._lines.clear()
            super().flush()
        finally:
            self.release()

    def _write_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            if self._due_in is not loop:
                self._due_in = loop
                loop.call_later(_PAUSE_S, self._write_now)

    def _write_now(self) -> None:
        self._due_in = None
        self.flush()
