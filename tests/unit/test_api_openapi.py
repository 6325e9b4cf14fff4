"""The contract as a document."""

import json
from pathlib import Path
from typing import Any

import pytest

from prompt_api.openapi import document

WRITTEN = Path(__file__).parents[2] / "web" / "openapi.json"


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(document())
    return parsed


def test_the_written_document_is_current() -> None:
    assert WRITTEN.read_text() == document(), "run `make openapi`"


def test_every_reference_leads_somewhere(contract: dict[str, Any]) -> None:
    schemas = contract["components"]["schemas"]
    for part in document().split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in schemas


def test_every_error_is_a_problem_document_with_an_example(contract: dict[str, Any]) -> None:
    for path, operations in contract["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    shown = response["content"]["application/problem+json"]
                    assert shown["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, status)
                    assert shown["example"]["status"] == int(status)


def test_whatever_reads_or_writes_says_that_the_database_may_be_away(contract: dict[str, Any]) -> None:
    for path, operations in contract["paths"].items():
        if path.startswith("/api/"):
            for operation in operations.values():
                assert "Retry-After" in operation["responses"]["503"]["headers"], path


def test_answers_promise_every_field(contract: dict[str, Any]) -> None:
    for name in ("Story", "StorySummary", "Prompt", "PromptPage", "Preferences"):
        schema = contract["components"]["schemas"][name]
        assert set(schema["required"]) == set(schema["properties"]), name
