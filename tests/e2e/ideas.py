"""Ideas for stories that tell the fake LLM how to behave."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class Idea:
    """A prompt whose calls are found among the fake's by its name."""

    name: str
    content: str


def idea(about: str = "A fox who is afraid of the dark", **script: object) -> Idea:
    """A prompt with a script for the fake LLM (fields of tests.support.fake_llm.script.Script)."""
    name = f"e2e-{uuid.uuid4().hex[:12]}"
    fields = " ".join(f"{field}={value}" for field, value in {"id": name, **script}.items())
    return Idea(name, f"{about} [[fake: {fields}]]")
