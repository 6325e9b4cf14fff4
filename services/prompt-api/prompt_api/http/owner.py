"""Who a visitor is: an id in a signed cookie, made at the first visit.

A cookie that is forged, damaged or signed with a key that is no longer accepted makes a new visitor, never an error.
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from uuid import UUID

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storybot_common.ids import new_id

COOKIE = "storybot_owner"
_LIFETIME = timedelta(days=365)
_RENEWED_AFTER = timedelta(days=30)


class OwnerCookies:
    """Middleware: puts ``owner_id`` into the request's state, and a cookie into the answer when it is due."""

    def __init__(self, app: ASGIApp, *, keys: Sequence[str], prefix: str) -> None:
        self._app = app
        # itsdangerous signs with the last key; ours signs with the first
        self._signer = TimestampSigner(list(reversed(keys)), salt=COOKIE)
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request below the prefix."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        known = self._read(headers.get("cookie"))
        owner_id, is_due = known or (new_id(), True)
        scope["state"]["owner_id"] = owner_id
        await self._app(scope, receive, self._with_cookie(send, owner_id, headers) if is_due else send)

    def _with_cookie(self, send: Send, owner_id: UUID, headers: Headers) -> Send:
        cookie = self._cookie(owner_id, secure=headers.get("x-forwarded-proto") == "https")

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"set-cookie", cookie)]
            await send(message)

        return send_with_cookie

    def _read(self, cookies: str | None) -> tuple[UUID, bool] | None:
        """The owner, and whether the cookie should be renewed; None when there is no valid one."""
        if cookies is None or COOKIE not in cookies:
            return None
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
            if morsel is None:
                return None
            value, signed_at = self._signer.unsign(morsel.value, return_timestamp=True)
            return UUID(value.decode()), time.time() - signed_at.timestamp() > _RENEWED_AFTER.total_seconds()
        except (BadSignature, CookieError, ValueError):
            return None

    def _cookie(self, owner_id: UUID, *, secure: bool) -> bytes:
        value = self._signer.sign(owner_id.hex).decode()
        lifetime = int(_LIFETIME.total_seconds())
        attributes = f"Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
        return f"{COOKIE}={value}; {attributes}".encode()
