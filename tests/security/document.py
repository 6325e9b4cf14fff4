"""The operations of the OpenAPI document, as tables of tests use them: a new one is in them by itself."""

import re
from dataclasses import dataclass
from typing import Any

PREFIX = "/api/v1"
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """A method and a path, such as GET and /api/v1/prompts/{prompt_id}."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return _PARAMETER.findall(self.path)

    def at(self, **ids: str) -> str:
        """The path below the prefix, with ids in it. Raises KeyError for a parameter that is not given."""
        return self.path.removeprefix(PREFIX).format_map(ids)


def operations(document: dict[str, Any]) -> list[Operation]:
    """Those below the prefix; the others do not pass the gateway."""
    return [
        Operation(method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith(PREFIX)
    ]
