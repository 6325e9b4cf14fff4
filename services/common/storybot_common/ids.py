"""Identifiers."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorts by creation time, so it also serves as a paging key."""
    return uuid_utils.compat.uuid7()
