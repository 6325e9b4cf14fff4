"""The OpenAPI document: what FastAPI makes of the routes, and the schemas that only problems and streams use."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from prompt_api.http.problems import Problem
from prompt_api.stories.schemas import DeltaEvent, RestartEvent

_REF = "#/components/schemas/{model}"


def install(api: FastAPI) -> None:
    """Let ``/api/openapi.json`` hold them."""
    generate = api.openapi

    def complete() -> dict[str, Any]:
        document = generate()
        _modes, extra = models_json_schema(
            [(model, "serialization") for model in (Problem, DeltaEvent, RestartEvent)], ref_template=_REF
        )
        document["components"]["schemas"] |= extra["$defs"]
        return document

    api.openapi = complete  # type: ignore[method-assign]
