"""Request headers for middleware."""

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name (in small letters), or None."""
    for key, value in scope["headers"]:
        if key == name:
            decoded: str = value.decode("latin-1")
            return decoded
    return None
