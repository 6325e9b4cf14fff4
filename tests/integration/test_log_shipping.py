"""What python-logstash-async really sends, with our settings: through outages, and to the end of the process."""

import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.registry import Collector

from storybot_common import log_shipping
from storybot_common.log_shipping import CLOSE_WITHIN_S, MAX_BACKLOG_BYTES, MAX_QUEUED, Backlog
from storybot_common.process_metrics import LogShippingCollector
from tests.support.beats_receiver import BeatsReceiver
from tests.support.containers import REPOSITORY
from tests.support.poll import until

# A process of its own, as the library has one thread a process: it writes so many lines, then waits for its end.
_WRITER = """
import logging, signal, sys, time
from storybot_common import logs
from storybot_common.log_outputs import log_outputs
from storybot_common.settings import ServiceSettings

name, count, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
logs.configure(name, "INFO", log_outputs(ServiceSettings(), name))
log = logs.get_logger("writer")
ending = []  # an Event could be locked by its own wait() when the signal comes
signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
slowest = 0.0
for number in range(count):
    began = time.perf_counter()
    with logs.bound_trace("a" * 32):
        log.info("line_written", count=number)
    slowest = max(slowest, time.perf_counter() - began)
    time.sleep(pause)
print("slowest", slowest, file=sys.stderr, flush=True)
while not ending:
    time.sleep(0.02)
began = time.monotonic()
logs.close()
log.info("after_the_end")
print("closed", time.monotonic() - began, file=sys.stderr, flush=True)
"""

_LIFETIME_S = 90


@contextmanager
def writer(
    folder: Path, port: int, count: int, *, pause: float = 0.0, host: str = "127.0.0.1"
) -> Iterator[subprocess.Popen[str]]:
    """A service that writes ``count`` lines."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY / "services/common"),
        "LOGSTASH_HOST": host,
        "LOGSTASH_PORT": str(port),
        "LOGSTASH_BUFFER": str(folder / "buffer"),
        "LOG_FILE": str(folder / "service.log"),
    }
    output = (folder / "stdout").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-B", "-c", _WRITER, "some-service", str(count), str(pause)],
        env=environment, stdout=output, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(_LIFETIME_S, process.kill)  # then whoever reads from it is told, and does not wait
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()
        output.close()


def said(process: subprocess.Popen[str], word: str) -> float:
    """The number that the writer prints behind this word."""
    assert process.stderr
    for line in process.stderr:
        if line.startswith(word):
            return float(line.split()[1])
    raise AssertionError(f"the writer ended without a word about {word!r}")


def ended(process: subprocess.Popen[str]) -> float:
    """SIGTERM; how long closing took."""
    process.send_signal(signal.SIGTERM)
    seconds = said(process, "closed")
    assert process.wait(10) == 0
    return seconds


def numbers(receiver: BeatsReceiver) -> list[int]:
    return [each["storybot"]["count"] for each in receiver.documents if each["message"] == "line_written"]


def written(file: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def figures(collector: Collector) -> dict[str, float]:
    return {sample.name: sample.value for metric in collector.collect() for sample in metric.samples}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_the_documents_are_those_of_standard_output_and_of_the_file(tmp_path: Path) -> None:
    receiver = BeatsReceiver()
    with receiver.listening() as port, writer(tmp_path, port, 200) as process:
        until(lambda: len(set(numbers(receiver))) == 200, "all lines arrive")
        ended(process)

    printed = [line for line in written(tmp_path / "stdout") if line["message"] == "line_written"]
    arrived = [each for each in receiver.documents if each["message"] == "line_written"]
    # batches may overtake each other, and one may come twice; the time stamp puts them in order
    assert {each["storybot"]["count"]: each for each in arrived} == {
        line["storybot"]["count"]: line for line in printed
    }
    assert [line for line in written(tmp_path / "service.log") if line["message"] == "line_written"] == printed
    assert receiver.documents[0]["trace"] == {"id": "a" * 32}
    assert receiver.documents[0]["service"] == {"name": "some-service"}


def test_what_was_written_just_before_the_end_is_sent(tmp_path: Path) -> None:
    receiver = BeatsReceiver()
    with receiver.listening() as port, writer(tmp_path, port, 300) as process:
        said(process, "slowest")
        ended(process)
        assert sorted(set(numbers(receiver))) == list(range(300))


def test_an_outage_delays_lines_and_loses_none(tmp_path: Path) -> None:
    port = free_port()
    receiver = BeatsReceiver()
    with writer(tmp_path, port, 400, pause=0.005) as process:
        with receiver.listening(port=port):
            until(lambda: len(numbers(receiver)) > 50, "the first lines arrive")
        before = len(numbers(receiver))
        said(process, "slowest")
        assert before < 400
        with receiver.listening(port=port):
            until(lambda: set(numbers(receiver)) == set(range(400)), "the others arrive after the outage", 30)
            ended(process)


@pytest.mark.parametrize("logstash", ["refuses", "is frozen", "has no address"])
def test_without_logstash_nobody_waits(tmp_path: Path, logstash: str) -> None:
    """Neither the caller nor the shutdown; what was not sent is sent after the next start."""
    receiver = BeatsReceiver()
    receiver.frozen = True
    port = free_port()
    host = "logstash.invalid" if logstash == "has no address" else "127.0.0.1"
    if logstash == "is frozen":
        with receiver.listening(port=port), writer(tmp_path, port, 100) as process:
            said(process, "slowest")
            closing = ended(process)
    else:
        with writer(tmp_path, port, 100, host=host) as process:
            said(process, "slowest")
            closing = ended(process)
    # a bound that the code promises, not a measurement: without it the library waits for half a minute and more
    assert closing < CLOSE_WITHIN_S + 5
    assert len(written(tmp_path / "stdout")) >= 100
    assert "after_the_end" in (tmp_path / "stdout").read_text()

    receiver.frozen = False
    with receiver.listening(port=port), writer(tmp_path, port, 1) as process:
        until(lambda: set(numbers(receiver)) == set(range(100)), "the lines of the earlier life arrive", 30)
        ended(process)


# the library's beats client leaves a refused socket to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_memory_and_disk_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_shipping, "MAX_QUEUED", 50)
    handler = log_shipping.LogstashHandler(host="127.0.0.1", port=free_port(), folder=tmp_path, name="bounded")
    try:
        handler.setFormatter(logging.Formatter("%(message)s"))
        record = logging.LogRecord("x", logging.INFO, "x", 1, "x", None, None)
        for _ in range(500):
            handler.handle(record)
        assert handler._queued() <= 50
        assert handler.dropped > 0
        assert handler.waiting + handler.dropped == 500

        monkeypatch.setattr(log_shipping, "MAX_BACKLOG_BYTES", 0)
        handler.backlog._looked_at = float("-inf")
        dropped = handler.dropped
        handler.handle(record)
        assert handler.dropped == dropped + 1

        monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler(), handler])
        assert figures(LogShippingCollector())["storybot_log_lines_dropped_total"] == handler.dropped
    finally:
        handler.close()
    assert MAX_QUEUED * 1000 < MAX_BACKLOG_BYTES


def test_a_file_that_was_emptied_has_room_again(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE event (event_id INTEGER PRIMARY KEY, text TEXT)")
    database.executemany("INSERT INTO event (text) VALUES (?)", [("x" * 1000,)] * 2000)
    database.commit()
    full = Backlog(path)._used_bytes()
    database.execute("DELETE FROM event")
    database.commit()
    database.close()
    assert full > 2_000_000
    assert path.stat().st_size > 2_000_000
    assert Backlog(path)._used_bytes() < 100_000


def test_a_line_waits_no_longer_than_a_few_seconds_for_company(tmp_path: Path) -> None:
    receiver = BeatsReceiver()
    with receiver.listening() as port, writer(tmp_path, port, 1) as process:
        until(lambda: numbers(receiver) == [0], "a single line arrives", 15)
        ended(process)
