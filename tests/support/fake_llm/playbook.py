"""What the tests have ordered, and the calls that came: all of the fake's state."""

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from .script import Script, text_of

if TYPE_CHECKING:
    from .calls import Call

DownMode = Literal["503", "hang"]


class Playbook:
    """Scripts by marker, the default script, whether the fake plays dead, and the calls so far."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget orders and calls; be up."""
        self._scripts: dict[str, Script] = {}
        self._default = Script()
        self._earlier_calls: Counter[str] = Counter()
        self._down_until = 0.0
        self._down_mode: DownMode = "503"
        self.calls: list[Call] = []

    def set_script(self, script: Script, marker: str | None) -> None:
        """Play this for stories whose messages contain the marker; without one, for all that say nothing else."""
        if marker is None:
            self._default = script
        else:
            self._scripts[marker] = script

    def go_down(self, seconds: float, mode: DownMode) -> None:
        """Serve nobody for that long, and cut the streams that run."""
        self._down_until = time.monotonic() + seconds
        self._down_mode = mode

    def down_mode(self) -> DownMode | None:
        """How callers are turned away just now; None when the fake is up."""
        return self._down_mode if time.monotonic() < self._down_until else None

    def script_for(self, messages: list[dict[str, Any]]) -> tuple[str, Script]:
        """The story's name and its script: ordered over the control API, in the prompt, or the default."""
        for marker, script in self._scripts.items():
            if any(marker in text_of(message) for message in messages):
                return marker, script
        if wished := Script.from_messages(messages):
            return wished.id or wished.model_dump_json(exclude_defaults=True), wished
        return "default", self._default

    def count_call(self, story: str) -> int:
        """How many calls of this story came before this one."""
        earlier = self._earlier_calls[story]
        self._earlier_calls[story] += 1
        return earlier
