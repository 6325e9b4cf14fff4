"""Starting the API.

python -m prompt_api                                            the service
uvicorn --factory prompt_api.main:create --reload               for development
"""

import socket
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
    StreamingServer(config, parts.hub).run()


class StreamingServer(uvicorn.Server):
    """Ends open streams when it is told to stop; uvicorn alone would wait for the stories to end."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)
