"""The cookie by which a browser is known again: the id of its device, signed.

It is named after the owner since, for most, the device is the owner: its library has the same id until the device is
linked to another one. A cookie that is forged, damaged, too old, or signed with a key that is no longer accepted says
nothing, and is never an error.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import cookie_parser

COOKIE = "storybot_owner"
LIFETIME = timedelta(days=365)
_RENEWED_AFTER = timedelta(days=30)
_REMEMBERED = 4096
"""Cookie headers whose signature was checked already."""


@dataclass(frozen=True, slots=True)
class DeviceCookie:
    """What a cookie says."""

    device_id: UUID
    signed_at: float
    """Unix time."""

    @property
    def is_due(self) -> bool:
        """Whether it should be signed anew, so that it does not end while its browser is in use."""
        return time.time() - self.signed_at > _RENEWED_AFTER.total_seconds()


class DeviceCookies:
    """Reads and writes the cookie. The first key signs, all are accepted."""

    def __init__(self, keys: Sequence[str]) -> None:
        # itsdangerous signs with the last key
        self._signer = TimestampSigner(list(reversed(keys)), salt=COOKIE)
        self._unsigned = lru_cache(maxsize=_REMEMBERED)(self._unsign)

    def read(self, cookies: str | None) -> DeviceCookie | None:
        """What the Cookie header says, or None."""
        cookie = self._unsigned(cookies)
        if cookie is None or time.time() - cookie.signed_at > LIFETIME.total_seconds():
            return None
        return cookie

    def made_for(self, device_id: UUID, *, secure: bool) -> bytes:
        """A Set-Cookie header; ``secure``: for HTTPS only."""
        return _set_cookie(self._signer.sign(device_id.hex).decode(), LIFETIME, secure=secure)

    def _unsign(self, cookies: str | None) -> DeviceCookie | None:
        value = cookie_parser(cookies or "").get(COOKIE)
        if value is None:
            return None
        try:
            device_id, signed_at = self._signer.unsign(value, return_timestamp=True)
            return DeviceCookie(UUID(device_id.decode()), signed_at.timestamp())
        except (BadSignature, ValueError):
            return None


def removal(*, secure: bool) -> bytes:
    """A Set-Cookie header by which a browser forgets the cookie."""
    return _set_cookie("", timedelta(), secure=secure)


def _set_cookie(value: str, lifetime: timedelta, *, secure: bool) -> bytes:
    attributes = (
        f"Path=/; Max-Age={int(lifetime.total_seconds())}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
    )
    return f"{COOKIE}={value}; {attributes}".encode()
