"""Cursors of the prompt list: opaque to clients, the last id of a page to us."""

import base64
import binascii
from uuid import UUID


def encode(last: UUID) -> str:
    """The cursor of the page that ends with ``last``."""
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode(cursor: str) -> UUID:
    """Where the page before ended.

    Raises ValueError when it is no cursor of ours.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    return UUID(bytes=raw)
