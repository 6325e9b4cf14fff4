"""Starting the API.

python -m prompt_api                                            the service
uvicorn --factory prompt_api.main:create --reload               for development
"""

import asyncio
import socket
from contextlib import suppress
from typing import override

import uvicorn
from starlette.types import ASGIApp

from prompt_api.app import create_app
from prompt_api.configuration import ApiSettings
from prompt_api.stream.hub import Hub
from prompt_api.wiring import SERVICE, build
from storybot_common import logs
from storybot_common.log_outputs import log_outputs
from storybot_common.settings import load

_LOOK_EVERY_S = 0.1


def create() -> ASGIApp:
    """The application, from the environment."""
    settings = load(ApiSettings)
    logs.configure(SERVICE, settings.log_level, log_outputs(settings, SERVICE))
    return create_app(build(settings))


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = load(ApiSettings)
    logs.configure(SERVICE, settings.log_level, log_outputs(settings, SERVICE))
    parts = build(settings)
    config = uvicorn.Config(
        create_app(parts),
        host=settings.listen_host,
        port=settings.listen_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=settings.shutdown_grace_s,
    )
    StreamingServer(config, parts.hub, drain_s=settings.drain_s).run()


class StreamingServer(uvicorn.Server):
    """Ends without losing a request, and ends open streams; uvicorn alone would wait for the stories to end."""

    def __init__(self, config: uvicorn.Config, hub: Hub, *, drain_s: float) -> None:
        super().__init__(config)
        self._hub = hub
        self._drain_s = drain_s

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._drain()
        self._hub.close()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        """Serve on for a while, and end each connection with its next answer.

        A request that is sent on a connection while it is being closed is lost, and nobody knows whether it was done.
        When this returns, no gateway keeps a connection that it could send another one on.
        """
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_s):
                while self.server_state.connections and not self.force_exit:  # noqa: ASYNC110 — uvicorn tells nobody
                    await asyncio.sleep(_LOOK_EVERY_S)
