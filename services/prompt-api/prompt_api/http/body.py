"""Reading a JSON body straight into a model.

FastAPI's own way (decode, then resolve parameters, then validate) costs several times as much; the route for new
prompts is the one where that matters.
"""

from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from prompt_api.http.problems import BodyTooLarge, UnreadableBody

MAX_BYTES = 128 * 1024
"""Room for the longest prompt with every character escaped."""


async def read_json[Model: BaseModel](request: Request, model: type[Model]) -> Model:
    """The body as a ``model``.

    Raises BodyTooLarge, UnreadableBody when it is not JSON in UTF-8, RequestValidationError when a field is wrong.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise BodyTooLarge
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        if problems[0]["type"] == "json_invalid":
            raise UnreadableBody from None
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in problems]) from None


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI description of a body that ``read_json`` reads."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}}
