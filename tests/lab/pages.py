"""The pages that are measured, each as its reader finds it."""

from dataclasses import dataclass, field

import httpx

from tests.e2e.ideas import idea
from tests.support.poll import eventually

_STORIES = 60
"""More than a screen holds, and more than the API hands out at once."""


@dataclass(frozen=True)
class LabPage:
    """An address of the app, and the headers that make its reader known."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)


async def pages(url: str) -> list[LabPage]:
    """A newcomer's first page, a well-filled library, and a story that is read again."""
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30.0) as reader:
        for _ in range(_STORIES):
            await _submit(reader, tokens=20)
        long_one = await _submit(reader, tokens=600)
        await _all_are_finished(reader)
        cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    known = {"Cookie": cookies}
    return [
        LabPage("home", "/"),
        LabPage("library", "/", known),
        LabPage("reading", f"/prompts/{long_one}", known),
    ]


async def _submit(reader: httpx.AsyncClient, tokens: int) -> str:
    answer = await reader.post("/prompts", json={"content": idea(tokens=tokens).content, "options": {"language": "en"}})
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _all_are_finished(reader: httpx.AsyncClient) -> None:
    """The machine has nothing else to do any more, and the library nothing to ask for."""

    async def none_is_left() -> bool:
        answer = await reader.get("/prompts", params={"status": ["queued", "writing"], "limit": 1})
        return bool(answer.json()["items"] == [])

    await eventually(none_is_left, "the stories are written", 120, interval=1)
