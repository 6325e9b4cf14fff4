"""Log lines to Logstash, by python-logstash-async over the beats protocol, which acknowledges what arrived.

The caller only puts a line into a queue; a thread moves it into an SQLite file and from there to Logstash, and tries
again while Logstash is away. Nothing of it may hurt the service:

    memory     a line that finds MAX_QUEUED lines in the queue is dropped and counted
    disk       so is one that finds the file full (MAX_BACKLOG_BYTES); lines older than MAX_AGE_S are deleted
    shutdown   ``close`` sends what it can within CLOSE_WITHIN_S; the rest is in the file, for the next start

Standard output has every line all the same.
"""

import fcntl
import itertools
import logging
import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import override

from logstash_async.constants import constants
from logstash_async.handler import AsynchronousLogstashHandler
from logstash_async.transport import BeatsTransport

MAX_QUEUED = 10_000
MAX_BACKLOG_BYTES = 32 * 1024 * 1024
MAX_AGE_S = 24 * 60 * 60
CLOSE_WITHIN_S = 3.0
_LOOK_EVERY_S = 5.0
_COMPLAIN_EVERY_S = 60.0

# Of the library's: how long it waits for Logstash, how often it looks, how much it sends at once.
constants.SOCKET_TIMEOUT = 2.0
constants.SOCKET_CLOSE_WAIT_TIMEOUT = 1.0
constants.QUEUE_CHECK_INTERVAL = 1.0
constants.QUEUED_EVENTS_FLUSH_INTERVAL = 2.0
constants.QUEUED_EVENTS_BATCH_SIZE = 500
constants.QUEUED_EVENTS_BEATS_BATCH_SIZE = 250

_WORKER = "LogProcessingWorker"  # the library's logger


class Backlog:
    """The SQLite file between the service and Logstash. Its answers may be a few seconds old, and never block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes = 0
        self._looked_at = float("-inf")

    def take_up(self) -> None:
        """Send again what an earlier process was sending when it ended: it never heard whether that arrived.

        The library would take such lines for sent, and delete them.
        """
        if self.path.exists():
            with suppress(sqlite3.Error), closing(sqlite3.connect(self.path)) as database, database:
                database.execute("UPDATE event SET pending_delete = 0")

    def has_room(self) -> bool:
        """Whether another line may be added."""
        now = time.monotonic()
        if now - self._looked_at > _LOOK_EVERY_S:
            self._looked_at = now
            self._bytes = self._used_bytes()
        return self._bytes < MAX_BACKLOG_BYTES

    def lines(self) -> int:
        """How many lines wait in the file; 0 when it cannot be read just now."""
        with suppress(sqlite3.Error), closing(self._open()) as database:
            return int(database.execute("SELECT count(*) FROM event").fetchone()[0])
        return 0

    def _used_bytes(self) -> int:
        """Bytes in use: the file itself keeps the size that it once had."""
        with suppress(sqlite3.Error), closing(self._open()) as database:
            pages, free, size = (
                int(database.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            return (pages - free) * size
        return self._bytes

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=0)


def _file_of_our_own(folder: Path, name: str) -> Path:
    """The first file of this name that no living process holds, so that what a dead one left is sent too."""
    for number in itertools.count():
        path = folder / f"{name}-{number}.sqlite"
        lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return path  # the lock is kept open for as long as the process lives
    raise AssertionError("counting has no end")


class LogstashHandler(AsynchronousLogstashHandler):  # type: ignore[misc]  # the library has no types
    """Ships lines to ``host:port``; one a process. ``folder`` holds what waits, in files called after ``name``."""

    def __init__(self, *, host: str, port: int, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.backlog = Backlog(_file_of_our_own(folder, name))
        self.backlog.take_up()
        self.dropped = 0
        self.failures = 0
        self._is_closed = False
        super().__init__(
            host=host,
            port=port,
            database_path=str(self.backlog.path),
            transport=BeatsTransport,
            ssl_enable=False,
            event_ttl=MAX_AGE_S,
        )
        self._listen_to_the_library()

    @property
    def waiting(self) -> int:
        """Lines that Logstash has not acknowledged yet."""
        return self._queued() + self.backlog.lines()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if self._is_closed:
            return
        if self._queued() >= MAX_QUEUED or not self.backlog.has_room():
            self.dropped += 1
            return
        super().emit(record)

    @override
    def close(self) -> None:
        """Send what waits, for up to CLOSE_WITHIN_S; what is left is sent after the next start."""
        if self._is_closed:
            return
        self._is_closed = True
        sending_the_rest = threading.Thread(target=self.shutdown, daemon=True)
        sending_the_rest.start()
        sending_the_rest.join(CLOSE_WITHIN_S)
        logging.Handler.close(self)

    def _queued(self) -> int:
        thread = AsynchronousLogstashHandler._worker_thread
        return thread._queue.qsize() if thread is not None else 0

    def _listen_to_the_library(self) -> None:
        """Its complaints are counted and go, now and then, to standard output; never into the lines it ships."""
        logger = logging.getLogger(_WORKER)
        logger.propagate = False
        logger.handlers[:] = [_Complaints(self)]


class _Complaints(logging.Handler):
    """Tells of a Logstash that is away, at most once a minute."""

    def __init__(self, shipping: LogstashHandler) -> None:
        super().__init__(logging.WARNING)
        self._shipping = shipping
        self._told_at = float("-inf")

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._shipping.failures += 1
        now = time.monotonic()
        if now - self._told_at < _COMPLAIN_EVERY_S:
            return
        self._told_at = now
        for handler in logging.getLogger().handlers:
            if handler is not self._shipping:
                handler.handle(record)
