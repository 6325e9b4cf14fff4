"""What the middleware found out about a request, for endpoints to ask for."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request


async def _owner(request: Request) -> UUID:
    owner_id: UUID = request.state.owner_id
    return owner_id


async def _trace_id(request: Request) -> str:
    trace_id: str = request.state.trace_id
    return trace_id


Owner = Annotated[UUID, Depends(_owner)]
"""The visitor whose things are asked for."""

TraceId = Annotated[str, Depends(_trace_id)]
