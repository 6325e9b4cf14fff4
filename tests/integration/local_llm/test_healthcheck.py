"""The health check against servers that are not well, played by a stub."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from local_llm.healthcheck import is_healthy

IN_TIME = json.dumps({"usage": {"completion_tokens": 1}})


@contextmanager
def stub(metrics: Callable[[], str], completion: str | None) -> Iterator[int]:
    """A server with these metrics, which answers with this completion or, with None, not at all; yields its port."""
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(metrics())

        def do_POST(self) -> None:
            if completion is None:
                over.wait()
            else:
                self.reply(completion)

        def reply(self, body: str) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def decoding() -> Callable[[], str]:
    calls = itertools.count(100)
    return lambda: f"# HELP x\nllamacpp:n_decode_total {next(calls)}\nllamacpp:requests_processing 4\n"


def standing_still() -> str:
    return "llamacpp:n_decode_total 100\n"


def test_a_server_that_generates_is_healthy() -> None:
    with stub(standing_still, IN_TIME) as port:
        assert is_healthy(port)


def test_a_busy_server_is_healthy() -> None:
    with stub(decoding(), None) as port:
        assert is_healthy(port, patience=0.1)


def test_a_hung_server_is_not() -> None:
    with stub(standing_still, None) as port:
        assert not is_healthy(port, patience=0.1)


@pytest.mark.parametrize("answer", ["", "{}", '{"usage": {"completion_tokens": 0}}', "not JSON"])
def test_a_server_that_answers_without_a_token_is_not(answer: str) -> None:
    with stub(standing_still, answer) as port:
        assert not is_healthy(port)


@pytest.mark.parametrize("metrics", ["", "llamacpp:n_decode_total\n", "llamacpp:n_decode_total many\n"])
def test_a_server_without_metrics_is_not(metrics: str) -> None:
    with stub(lambda: metrics, IN_TIME) as port:
        assert not is_healthy(port)
