"""A visitor with a cookie and a connection, who asks for stories."""

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid4

from tests.load.http_connection import Connection, get, post

PROMPT = "A fox who is afraid of the dark and finds a friend in the night sky, for Yuki, six years old."
OPTIONS = {"language": "en", "protagonist": "Yuki", "age": 6, "length": "short", "tone": "gentle"}
_PROMPTS_PATH = "/api/v1/prompts"
_PROMPTS_A_VISITOR = 20


@dataclass(frozen=True, slots=True)
class Accepted:
    """A story that the API took. Times in nanoseconds since the epoch."""

    story_id: str
    cookie: str
    sent_ns: int
    answered_ns: int


class Visitor:
    """Sends prompts like the page does: with a cookie from the first answer on, and an Idempotency-Key each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turns = itertools.count()
        self.cookie = ""

    @classmethod
    async def arrive(cls, port: int, cookie: str = "") -> Self:
        """Connect to the API; with the cookie of somebody who was here before, or as somebody new."""
        visitor = cls(await Connection.open(port))
        visitor.cookie = cookie
        return visitor

    async def submit(self, content: str = PROMPT) -> Accepted:
        """Ask for a story; HttpError unless the answer is 201."""
        request = post(
            _PROMPTS_PATH,
            {"content": content, "options": OPTIONS},
            {"Idempotency-Key": str(uuid4())} | ({"Cookie": self.cookie} if self.cookie else {}),
        )
        sent = time.time_ns()
        response = await self._connection.send(request, expect=201)
        answered = time.time_ns()
        if b"set-cookie" in response.headers:
            self.cookie = response.headers[b"set-cookie"].partition(b";")[0].decode()
        return Accepted(json.loads(response.body)["stories"][0]["id"], self.cookie, sent, answered)

    async def submit_in_turn(self, content: str = PROMPT) -> Accepted:
        """Ask for a story, and after some stories come back as somebody new: nobody has a thousand at once."""
        if next(self._turns) % _PROMPTS_A_VISITOR == 0:
            self.cookie = ""
        return await self.submit(content)

    async def read(self, path: str) -> dict[str, Any]:
        """The JSON at a path below /api/v1."""
        response = await self._connection.send(get(f"/api/v1{path}", {"Cookie": self.cookie}), expect=200)
        answer: dict[str, Any] = json.loads(response.body)
        return answer

    def leave(self) -> None:
        """Hang up."""
        self._connection.close()


def scripted(story: UUID | str, **script: float) -> str:
    """A prompt that tells the fake LLM how to answer, and under which name to record the call."""
    wishes = " ".join(f"{name}={value:g}" for name, value in script.items())
    return f"{PROMPT} [[fake: id={story} {wishes}]]"
