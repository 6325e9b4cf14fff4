"""What the worker's parts are tested with in place of Postgres and the language model."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from story_worker.llm import LlmRequest, Write
from story_worker.stories import Claim, Fence, Finished, Outcome, Save, Usage
from storybot_common.brief import Length
from storybot_common.errors import ClaimLost, StoryError
from storybot_common.ids import new_id
from storybot_common.story_settings import StorySettings

SETTINGS = StorySettings(
    story_model=None, system_prompt="Tell.", temperature=Decimal("0.8"), length=Length.SHORT, languages=["en"]
)
USAGE = Usage(prompt_tokens=10, completion_tokens=20)


def claim(
    *, written: str = "", earlier: str = "", deliveries: int = 1, options: dict[str, object] | None = None
) -> Claim:
    """A story that is ours."""
    return Claim(
        fence=Fence(new_id(), attempt=deliveries),
        trace_id="0af7651916cd43dd8448eb211c80319c",
        content="A fox who is afraid of the dark",
        options=options or {},
        written=written,
        earlier=earlier,
        model="fake",
        deliveries=deliveries,
        tried_for=0.0,
        waited=0.0,
        settings=SETTINGS,
    )


class Desk:
    """Takes the saves of one story, as Postgres would: the text, and what became of it."""

    def __init__(self, written: str = "") -> None:
        self.text = written
        self.restarts = 0
        self.saves: list[Save] = []
        self.outcome: Outcome | None = None
        self.is_ours = True
        self.open = asyncio.Event()
        self.open.set()

    async def submit(self, save: Save) -> None:
        self.saves.append(save)
        await self.open.wait()
        if not self.is_ours or self.outcome is not None:
            raise ClaimLost
        if save.void:
            self.text = ""
            self.restarts += 1
        assert save.offset == len(self.text)
        self.text += save.text
        self.outcome = save.outcome

    async def heard(self, condition: Callable[[], object]) -> None:
        """Let the loop turn until the condition holds."""
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 — what is waited for has no event of its own
                await asyncio.sleep(0)


type Answer = str | StoryError | BaseException
"""A piece of text, or how the call ends."""


class ScriptedLlm:
    """Gives its answers in turn, one list for each call; the last one ends well unless it ends with an error."""

    def __init__(self, *calls: list[Answer], finish_reason: str = "stop") -> None:
        self._calls = list(calls)
        self._finish_reason = finish_reason
        self.requests: list[LlmRequest] = []
        self.hung_up = False

    async def complete(self, request: LlmRequest, write: Write) -> Finished:
        self.requests.append(request)
        try:
            for piece in self._calls.pop(0):
                if isinstance(piece, BaseException):
                    raise piece
                await write(piece)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.hung_up = True
            raise
        return Finished(self._finish_reason, USAGE)


class SilentLlm(ScriptedLlm):
    """Says its pieces and then nothing, for ever."""

    async def complete(self, request: LlmRequest, write: Write) -> Finished:
        await super().complete(request, write)
        try:
            await asyncio.Event().wait()
        finally:
            self.hung_up = True
        raise AssertionError
