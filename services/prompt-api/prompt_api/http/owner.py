"""Who a visitor is: an id in a signed cookie, made when the visitor first writes something.

A new visitor's reading is answered without a cookie. The page reads several things at once when it opens; were each
answer to make a visitor of its own, one that comes late would replace the cookie of the prompt that was just stored,
and its story would be lost to its reader.

A cookie that is forged, damaged or signed with a key that is no longer accepted makes a new visitor, never an error.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prompt_api.http.headers import header
from storybot_common.ids import new_id

COOKIE = "storybot_owner"
_LIFETIME = timedelta(days=365)
_RENEWED_AFTER = timedelta(days=30)
_READING = frozenset({"GET", "HEAD"})
_REMEMBERED = 4096
"""Cookie headers whose signature was checked already."""


class OwnerCookies:
    """Middleware: puts ``owner_id`` into the request's state, and a cookie into the answer when it is due."""

    def __init__(self, app: ASGIApp, *, keys: Sequence[str], prefix: str) -> None:
        self._app = app
        # itsdangerous signs with the last key; ours signs with the first
        self._signer = TimestampSigner(list(reversed(keys)), salt=COOKIE)
        self._prefix = prefix
        self._read = lru_cache(maxsize=_REMEMBERED)(self._unsign)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request below the prefix."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        known = self._read(header(scope, b"cookie"))
        owner_id, signed_at = known or (new_id(), 0)
        scope["state"]["owner_id"] = owner_id
        is_old = time.time() - signed_at > _RENEWED_AFTER.total_seconds()
        if is_old and (known or scope["method"] not in _READING):
            send = self._with_cookie(send, owner_id, secure=header(scope, b"x-forwarded-proto") == "https")
        await self._app(scope, receive, send)

    def _with_cookie(self, send: Send, owner_id: UUID, *, secure: bool) -> Send:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", self._cookie(owner_id, secure=secure))]
            await send(message)

        return send_with_cookie

    def _unsign(self, cookies: str | None) -> tuple[UUID, float] | None:
        """The owner in a Cookie header, and when (Unix time) the cookie was signed; None when there is no valid one."""
        value = cookie_parser(cookies or "").get(COOKIE)
        if value is None:
            return None
        try:
            owner_id, signed_at = self._signer.unsign(value, return_timestamp=True)
            return UUID(owner_id.decode()), signed_at.timestamp()
        except (BadSignature, ValueError):
            return None

    def _cookie(self, owner_id: UUID, *, secure: bool) -> bytes:
        value = self._signer.sign(owner_id.hex).decode()
        lifetime = int(_LIFETIME.total_seconds())
        attributes = f"Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
        return f"{COOKIE}={value}; {attributes}".encode()
