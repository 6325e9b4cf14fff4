"""Too much, and too slowly: refused or cut off, while others are served."""

import json
import socket
import time
from contextlib import ExitStack, suppress
from threading import Event, Thread

import httpx
import pytest

from tests.e2e.environment import Environment
from tests.support.poll import until

from .wire import Address, answers, exchange, read_all

HEAD = b"Host: localhost\r\nConnection: close\r\n"
SLOW = 150
PATIENCE_S = 90


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /api/v1/prompts?q=" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 414),
        (b"GET /api/v1/prompts HTTP/1.1\r\n" + HEAD + b"X-Large: " + b"a" * 9_000 + b"\r\n\r\n", 400),
        (b"GET /api/v1/prompts HTTP/1.1\r\n" + HEAD + b"X-Many: 1\r\n" * 5_000 + b"\r\n", 400),
        (b"GET /api/v1/prompts HTTP/1.1\r\n" + HEAD + b"Cookie: storybot_owner=" + b"a" * 9_000 + b"\r\n\r\n", 400),
        (b"POST /api/v1/prompts HTTP/1.1\r\n" + HEAD + b"Content-Length: 99999999999\r\n\r\n", 413),
        (
            b"POST /api/v1/prompts HTTP/1.1\r\n"
            + HEAD
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"".join(b"4000\r\n" + b"a" * 0x4000 + b"\r\n" for _ in range(6))
            + b"0\r\n\r\n",
            413,
        ),
    ],
    ids=["address", "header", "headers", "cookie", "length", "chunks"],
)
def test_a_request_that_is_too_large_is_refused(plain: Address, sent: bytes, status: int) -> None:
    received = exchange(plain, sent)
    # who is still sending may be cut off before the answer arrives; nobody is answered with anything else
    assert [answer.status for answer in received] in ([status], []), received
    if received and status != 414:
        problem = json.loads(received[0].body)
        assert problem["status"] == status
        assert problem["trace_id"]


@pytest.mark.parametrize("depth", [1_000, 15_000])
def test_json_nested_beyond_reason_is_no_trouble(environment: Environment, depth: int) -> None:
    body = b'{"content": ' + b"[" * depth + b"]" * depth + b"}"
    answer = httpx.post(f"{environment.url}/api/v1/prompts", content=body)
    assert answer.status_code in {400, 422}


def test_slow_senders_are_cut_off_and_hold_up_nobody(plain: Address, environment: Environment) -> None:
    """A hundred and fifty each: heads that never end, and bodies. (Who takes no answer: test_event_stream_abuse.py.)"""
    unfinished_head = b"GET /api/v1/prompts HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    unfinished_body = b"POST /api/v1/prompts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{"
    over = Event()
    with ExitStack() as held:
        dripping = [held.enter_context(plain.connect()) for _ in range(SLOW)]
        silent = [held.enter_context(plain.connect()) for _ in range(SLOW)]
        for connection in dripping:
            connection.sendall(unfinished_head)
        for connection in silent:
            connection.sendall(unfinished_body)
        drip = Thread(target=drip_into, args=(dripping, over))
        drip.start()
        try:
            with httpx.Client(base_url=environment.url) as visitor:
                while not (is_closed(dripping[-1]) and is_closed(silent[-1])):
                    assert visitor.get("/api/v1/settings").is_success
                    assert visitor.get("/").is_success
            until(lambda: all(map(is_closed, dripping + silent)), "all of them are cut off", PATIENCE_S)
        finally:
            over.set()
            drip.join()


def drip_into(connections: list[socket.socket], over: Event) -> None:
    """A byte a second into each: never silent, never done."""
    while not over.wait(1):
        for connection in connections:
            with suppress(OSError):
                connection.sendall(b"a")


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has ended it; an answer that came before (408) does not count."""
    connection.setblocking(False)
    try:
        while piece := connection.recv(65_536):
            assert b" 408 " in piece[:20] or not piece.startswith(b"HTTP/"), piece
        return True
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    finally:
        connection.settimeout(20)


def test_a_request_in_small_pieces_is_served_all_the_same(plain: Address) -> None:
    """Slow is not hostile: a phone at the edge of its network."""
    with plain.connect() as connection:
        for piece in (b"GET /api/v1/set", b"tings HTTP/1.1\r\nHo", b"st: localhost\r\nConnection: cl", b"ose\r\n\r\n"):
            connection.sendall(piece)
            time.sleep(0.2)  # the slowness is what is tried
        (answer,) = answers(read_all(connection))
    assert answer.status == 200
