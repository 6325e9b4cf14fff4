"""What the middleware found out about a request, for endpoints to ask for.

Plain functions: as FastAPI dependencies they would cost more than everything else that an endpoint does.
"""

from uuid import UUID

from fastapi import Request


def owner_of(request: Request) -> UUID:
    """The visitor whose things are asked for."""
    owner_id: UUID = request.scope["state"]["owner_id"]
    return owner_id


def trace_id_of(request: Request) -> str:
    """The trace id of the request."""
    trace_id: str = request.scope["state"]["trace_id"]
    return trace_id
