"""The fake LLM's record: when it was asked and when it sent which token."""

import asyncio
from collections.abc import Sequence

from tests.support.fake_llm.calls import Call
from tests.support.fake_llm.control import FakeLlmControl


class LlmRecord:
    """The calls by the name that a prompt gave them. Times are on the clock that the load tool reads, too."""

    def __init__(self, port: int) -> None:
        self._control = FakeLlmControl(f"http://127.0.0.1:{port}")

    async def calls(self, stories: Sequence[str]) -> dict[str, Call]:
        """The call of each story; ValueError when one was not written in exactly one call, to its end."""
        calls: dict[str, list[Call]] = {story: [] for story in stories}
        for call in await asyncio.to_thread(self._control.calls):
            if call.story in calls:
                calls[call.story].append(call)
        for story, of_story in calls.items():
            if [call.outcome for call in of_story] != ["finished"]:
                raise ValueError(f"story {story}: {[call.outcome for call in of_story]}")
        return {story: call for story, (call,) in calls.items()}

    async def forget(self) -> None:
        """Start a new record."""
        await asyncio.to_thread(self._control.reset)
