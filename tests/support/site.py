"""A site under its own name on a port of this machine, as its visitors see it once the name service knows it."""

from typing import override

import httpx

FRESH_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=0)
"""A connection for each request. When the gateway reloads it closes those that are kept, perhaps while a request is on
its way; browsers send that again (RFC 9112, 9.3.1), httpx does not."""


class LocalSite(httpx.AsyncHTTPTransport):
    """Connects to 127.0.0.1 whatever the URL's host, which is told to the server in the handshake and in Host."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await super().handle_async_request(here)


def local_site() -> LocalSite:
    """Without a look at the certificate: until certbot has been there it is self-signed."""
    return LocalSite(verify=False, limits=httpx.Limits(max_connections=None, max_keepalive_connections=4))
