"""Requests written by hand onto a socket: what no client library would send."""

import socket
from contextlib import suppress
from dataclasses import dataclass

_READ = 65_536


@dataclass(frozen=True)
class Address:
    """Where to connect to."""

    host: str
    port: int

    def connect(self, timeout: float = 20) -> socket.socket:
        """A connection whose reads and writes take no longer than ``timeout`` seconds."""
        return socket.create_connection((self.host, self.port), timeout=timeout)


@dataclass(frozen=True)
class Answer:
    """One HTTP/1.1 answer."""

    status: int
    head: str
    body: bytes


def exchange(address: Address, sent: bytes) -> list[Answer]:
    """Send these bytes, read until the server closes, and take the answers apart.

    The last request must ask for the connection to be closed; TimeoutError when the server keeps it all the same.
    """
    with address.connect() as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        return answers(read_all(connection))


def read_all(connection: socket.socket) -> bytes:
    """Everything until the end; a reset counts as one."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(_READ):
            received += piece
    return received


def answers(received: bytes) -> list[Answer]:
    """The answers in a row of bytes; a body is as long as its Content-Length says, or reaches to the end."""
    found: list[Answer] = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(fields.get("content-length", 0 if status in {204, 304} else len(rest)))
        found.append(Answer(status, "\n".join(lines), rest[:length]))
        received = rest[length:]
    return found
