"""The OpenAPI document: what FastAPI makes of the routes, and the schemas that it does not see there."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from prompt_api.devices.schemas import JoinLibrary
from prompt_api.http.problems import Problem
from prompt_api.prompts.schemas import NewPrompt
from prompt_api.stories.schemas import DeltaEvent, RestartEvent

_REF = "#/components/schemas/{model}"


def install(api: FastAPI) -> None:
    """Let ``/api/openapi.json`` hold them."""
    generate = api.openapi

    def complete() -> dict[str, Any]:
        document = generate()
        _modes, extra = models_json_schema(
            [
                *((model, "validation") for model in (NewPrompt, JoinLibrary)),
                *((model, "serialization") for model in (Problem, DeltaEvent, RestartEvent)),
            ],
            ref_template=_REF,
        )
        document["components"]["schemas"] |= _without_nulls(extra["$defs"])
        return document

    api.openapi = complete  # type: ignore[method-assign]


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 — any JSON
    """As FastAPI does it: a default of null says nothing, and client generators take it for a promise."""
    match value:
        case dict():
            return {name: _without_nulls(part) for name, part in value.items() if part is not None}
        case list():
            return [_without_nulls(part) for part in value]
    return value
