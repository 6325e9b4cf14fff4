"""What a person sees: plain lines, coloured on a terminal, one line that moves while something takes long."""

from __future__ import annotations

import os
import sys
import time


class Problem(Exception):
    """A failure with what to do about it; ``str()`` is the message, ``advice`` the next lines."""

    def __init__(self, message: str, *advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class Console:
    """Writes to standard output."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._colours = self.is_terminal and "NO_COLOR" not in os.environ
        self._started = time.monotonic()
        self._moving = False

    def say(self, text: str = "") -> None:
        """One line, or several."""
        self._clear()
        print(text, flush=True)

    def banner(self, text: str) -> None:
        """A heading that is easy to find in a long log."""
        self.say(self._paint("1", f"\n===== {text} " + "=" * max(3, 70 - len(text))))

    def done(self, text: str) -> None:
        """Something that succeeded."""
        self.say(f"{self._paint('32', 'ok')}  {text}")

    def warn(self, text: str) -> None:
        """Something to know that stops nothing."""
        self.say(f"{self._paint('33', '!')}   {text}")

    def problem(self, problem: Problem) -> None:
        """A failure and its advice."""
        self.say(f"\n{self._paint('31', 'Failed')}: {problem}")
        for line in problem.advice:
            self.say(f"  {line}")

    def moving(self, text: str) -> None:
        """A line that the next one replaces; nothing when this is no terminal."""
        if not self.is_terminal:
            return
        width = os.get_terminal_size().columns - 1
        print("\r\x1b[K" + text[:width], end="", flush=True)
        self._moving = True

    def elapsed(self) -> float:
        """Seconds since the start of the command."""
        return time.monotonic() - self._started

    def _clear(self) -> None:
        if self._moving:
            print("\r\x1b[K", end="")
            self._moving = False

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text
