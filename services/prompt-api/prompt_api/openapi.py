"""Prints the OpenAPI document: ``python -m prompt_api.openapi > web/openapi.json``."""

import json
import sys

from pydantic import SecretStr

from prompt_api.app import create_api
from prompt_api.configuration import ApiSettings
from prompt_api.wiring import build


def document() -> str:
    """The document as JSON; the same for the same code, whatever the environment."""
    settings = ApiSettings(
        database_url=SecretStr("postgresql+psycopg://nowhere/none"),
        amqp_url=SecretStr("amqp://nowhere"),
        cookie_secret=SecretStr("unused-by-the-document"),
        llm_base_url="http://nowhere",
        llm_model="none",
        storybot_environment="development",
    )
    return json.dumps(create_api(build(settings)).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
