"""What is common to everything that the API answers with."""

from pydantic import BaseModel, ConfigDict


class Representation(BaseModel):
    """A part of an answer. Every field is always there, if only as null, and the OpenAPI document says so."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)
