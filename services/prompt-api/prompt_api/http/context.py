"""What the middleware found out about a request, for endpoints to ask for.

Plain functions: as FastAPI dependencies they would cost more than everything else that an endpoint does.
"""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks."""

    device_id: UUID
    """The browser, by its cookie."""
    owner_id: UUID
    """Whose library the device shows."""
    is_new: bool
    """It had no cookie that is worth something, and owns nothing yet."""


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    visitor: Visitor = request.scope["state"]["visitor"]
    return visitor


def owner_of(request: Request) -> UUID:
    """Whose things are asked for."""
    return visitor_of(request).owner_id


def trace_id_of(request: Request) -> str:
    """The trace id of the request."""
    trace_id: str = request.scope["state"]["trace_id"]
    return trace_id
