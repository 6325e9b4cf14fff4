"""A TCP proxy in front of a real server, whose network a test can cut or freeze."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self


class TcpProxy:
    """Forwards 127.0.0.1:``port`` to a server; see ``running``."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._accepting = True
        self._streams: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0

    def freeze(self) -> None:
        """Deliver nothing any more, in either direction, and close nothing."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Deliver what was held back, and everything from now on."""
        self._flowing.set()

    def refuse(self) -> None:
        """Cut every connection and refuse new ones."""
        self._accepting = False
        self.cut()

    def accept(self) -> None:
        """Take connections again."""
        self._accepting = True

    def lead_to(self, host: str, port: int) -> None:
        """Take new connections to another server; those that are open are cut."""
        self._target = (host, port)
        self.cut()

    def cut(self) -> None:
        """Break every connection off."""
        for writer in self._streams:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._accepting:
            writer.transport.abort()
            return
        self.connections += 1
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        self._streams |= {writer, server_writer}
        for source, sink in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        sink.close()

    @classmethod
    @asynccontextmanager
    async def running(cls, host: str, port: int) -> AsyncIterator[Self]:
        """A proxy to ``host:port`` on a free port of 127.0.0.1."""
        proxy = cls(host, port)
        server = await asyncio.start_server(proxy._connected, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            proxy.cut()
            for task in proxy._tasks:
                task.cancel()
            await asyncio.gather(*proxy._tasks, return_exceptions=True)
