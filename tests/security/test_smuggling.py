"""Requests that two servers could read differently: refused, or read by both as the gateway reads them."""

import pytest

from .wire import Address, Answer, exchange

SECRET = b"/api/v1/trash"
HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
SMUGGLED = b"GET /api/v1/trash HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def post(head: bytes, body: bytes) -> bytes:
    return b"POST /api/v1/prompts HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n" + head + b"\r\n" + body


def as_length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


CHUNKED = b"Transfer-Encoding: chunked\r\n"

AMBIGUOUS = {
    "length and chunks": (b"Content-Length: 6\r\n" + CHUNKED, b"0\r\n\r\n" + SMUGGLED),
    "chunks and length": (CHUNKED + b"Content-Length: 6\r\n", b"0\r\n\r\n" + SMUGGLED),
    "two lengths": (b"Content-Length: 2\r\nContent-Length: 100\r\n", b"{}" + SMUGGLED),
    "the same length twice": (b"Content-Length: 2\r\nContent-Length: 2\r\n", b"{}" + SMUGGLED),
    "a list of lengths": (b"Content-Length: 2, 100\r\n", b"{}" + SMUGGLED),
    "a signed length": (b"Content-Length: +2\r\n", b"{}" + SMUGGLED),
    "a negative length": (b"Content-Length: -1\r\n", SMUGGLED),
    "a hexadecimal length": (b"Content-Length: 0x2\r\n", b"{}" + SMUGGLED),
    "a length beyond all numbers": (b"Content-Length: 18446744073709551618\r\n", b"{}" + SMUGGLED),
    "an unknown coding": (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a coding before chunked": (b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a coding after chunked": (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + SMUGGLED),
    "chunked twice": (CHUNKED + CHUNKED, b"0\r\n\r\n" + SMUGGLED),
    "chunked and something else": (CHUNKED + b"Transfer-Encoding: cow\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a vertical tab before chunked": (b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a space before the colon": (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a folded line": (b"X-Folded: a\r\n Transfer-Encoding: chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
    "a NUL in a value": (b"X-Odd: a\x00b\r\n" + as_length(b"{}"), b"{}" + SMUGGLED),
    "a bare carriage return": (b"X-Odd: a\rTransfer-Encoding: chunked\r\n" + as_length(b"{}"), b"{}" + SMUGGLED),
    "a chunk beyond all numbers": (CHUNKED, b"ffffffffffffffff1\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
    "a chunk of a negative size": (CHUNKED, b"-2\r\n{}\r\n0\r\n\r\n" + SMUGGLED),
    "a chunk without its end": (CHUNKED, b"2\r\n{}XX0\r\n\r\n" + SMUGGLED),
}
"""Head and body; what follows the body is the request that would be smuggled."""


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_an_ambiguous_body_is_refused_and_ends_the_connection(plain: Address, name: str) -> None:
    answers = exchange(plain, post(*AMBIGUOUS[name]))
    assert [answer.status for answer in answers] in ([400], [501]), answers
    assert "connection: close" in answers[0].head.lower()


def test_what_looks_like_a_request_in_a_body_is_a_body(plain: Address) -> None:
    answers = exchange(plain, post(as_length(SMUGGLED) + CLOSE, SMUGGLED))
    assert [answer.status for answer in answers] == [400]  # of the API: that is not JSON
    assert b"not JSON" in answers[0].body


def test_chunks_reach_the_api_as_one_body(plain: Address) -> None:
    answers = exchange(
        plain, post(CHUNKED + CLOSE, b'6\r\n{"cont\r\n6;x=y\r\nent":7\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n')
    )
    assert [answer.status for answer in answers] == [422]
    assert b'"content"' in answers[0].body


def test_requests_in_a_row_are_each_held_to_the_rules(plain: Address) -> None:
    """Pipelining is no smuggling: the second one is seen by the gateway as the first was."""
    first = b"GET /api/readyz HTTP/1.1\r\n" + HOST + b"\r\n"
    answers = exchange(plain, first + b"GET /api/metrics HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    assert [answer.status for answer in answers] == [204, 404]


def refused(plain: Address, sent: bytes) -> Answer:
    (answer,) = exchange(plain, sent)
    return answer


@pytest.mark.parametrize(
    "start",
    [
        *(b"GET /api/v1/prompts HTTP/1.1 extra", b"GET  /api/v1/prompts\x00 HTTP/1.1", b"GET /api/v1/prompts HTTP/9.9"),
        *(b"GET api/v1/prompts HTTP/1.1", b"GET /api/v1/%zz HTTP/1.1", b"GET /api/v1/%00 HTTP/1.1", b"\x16\x03\x01"),
        *(b"CONNECT localhost:5432 HTTP/1.1", b"TRACE /api/v1/prompts HTTP/1.1", b"GET /../../etc/passwd HTTP/1.1"),
        b"get /api/v1/prompts HTTP/1.1",
    ],
)
def test_a_request_that_is_none_is_refused(plain: Address, start: bytes) -> None:
    answer = refused(plain, start + b"\r\n" + HOST + CLOSE + b"\r\n")
    assert answer.status in {400, 405, 505}
    assert b"nginx" not in answer.body


@pytest.mark.parametrize(
    "host",
    [b"", b"Host: a\r\nHost: b\r\n", b"Host: a b\r\n", b"Host: a/../b\r\n", b"Host: a\x00\r\n"],
)
def test_a_host_that_is_none_is_refused(plain: Address, host: bytes) -> None:
    answer = refused(plain, b"GET /api/v1/prompts HTTP/1.1\r\n" + host + CLOSE + b"\r\n")
    assert answer.status == 400
    assert b'"type":"urn:problem-type:storybot:bad-request"' in answer.body


@pytest.mark.parametrize("name", [b"X_Real_IP", b"X-Forwarded-For", b"X-Original-URL", b"X-Rewrite-URL"])
def test_a_header_that_other_servers_obey_changes_nothing(plain: Address, name: bytes) -> None:
    answer = refused(plain, b"GET /api/readyz HTTP/1.1\r\n" + HOST + CLOSE + name + b": /api/metrics\r\n\r\n")
    assert answer.status == 204
