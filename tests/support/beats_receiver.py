"""A Logstash for tests: takes log lines over the beats protocol (Lumberjack 2), acknowledges, and keeps them.

python -m tests.support.beats_receiver      prints every line that arrives on port 5044
"""

import json
import socket
import socketserver
import struct
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, override

type Document = dict[str, Any]


class _Reader:
    """Frames from a connection, or from the inside of a compressed frame."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read

    def exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._read(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def number(self) -> int:
        found: int = struct.unpack(">I", self.exactly(4))[0]
        return found


class BeatsReceiver:
    """What arrived; ``frozen`` takes data and acknowledges nothing."""

    def __init__(self, arrived: Callable[[Document], None] | None = None) -> None:
        self.documents: list[Document] = []
        self.frozen = False
        self._arrived = arrived or self.documents.append

    @contextmanager
    def listening(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
        """Listen while the block runs; yields the port. Connections end with the block."""
        receiver = self
        connections: set[socket.socket] = set()

        class Handler(socketserver.BaseRequestHandler):
            @override
            def handle(self) -> None:
                connections.add(self.request)
                with suppress(OSError, EOFError):
                    receiver._serve(self.request)
                connections.discard(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        with Server((host, port), Handler) as server:
            serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            serving.start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()
                serving.join()
                for connection in list(connections):
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket) -> None:
        reader = _Reader(connection.recv)
        window = 0
        unacknowledged: list[Document] = []
        while True:
            version, kind = reader.exactly(2)
            if chr(version) != "2":
                raise ValueError(f"version {version}")
            if chr(kind) == "W":
                window = reader.number()
                continue
            for sequence, document in self._documents(reader, chr(kind)):
                unacknowledged.append(document)
                if len(unacknowledged) == window and not self.frozen:
                    for each in unacknowledged:
                        self._arrived(each)
                    unacknowledged.clear()
                    connection.sendall(b"2A" + struct.pack(">I", sequence))

    def _documents(self, reader: _Reader, kind: str) -> Iterator[tuple[int, Document]]:
        if kind == "C":
            inside = zlib.decompress(reader.exactly(reader.number()))
            position = 0

            def read(count: int) -> bytes:
                nonlocal position
                piece = inside[position : position + count]
                position += len(piece)
                return piece

            nested = _Reader(read)
            while position < len(inside):
                _version, nested_kind = nested.exactly(2)
                yield from self._documents(nested, chr(nested_kind))
        elif kind == "J":
            sequence = reader.number()
            yield sequence, json.loads(reader.exactly(reader.number()))
        else:
            raise ValueError(f"frame {kind}")


def _print(document: Document) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with BeatsReceiver(_print).listening("0.0.0.0", 5044):
        threading.Event().wait()
