"""A stand-in for the shell of the scripts: it answers from a table and remembers what it was told to run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from storybot_cli.console import Problem
from storybot_cli.shell import Result

NOT_FOUND = Result(127, "not found")


class ScriptedShell:
    """Answers a command by the longest table entry that it starts with; an unknown one is not found."""

    def __init__(self, answers: Mapping[str, Result | str] | None = None) -> None:
        self.answers: dict[str, Result | str] = dict(answers or {})
        self.ran: list[str] = []

    def ask(self, *command: str, timeout: float = 30) -> Result:
        return self._run(command)

    def show(self, *command: str, env: Mapping[str, str] | None = None) -> int:
        return self._run(command).code

    def task(self, title: str, *command: str, env: Mapping[str, str] | None = None) -> None:
        if not (result := self._run(command)).ok:
            raise Problem(f"{title}\n{result.out}")

    @contextmanager
    def background(
        self, title: str, *command: str, env: Mapping[str, str] | None = None
    ) -> Iterator["ScriptedBackground"]:
        yield ScriptedBackground(self._run(command))

    def detach(self, log: Path, *command: str) -> None:
        self._run(command)

    def _run(self, command: tuple[str, ...]) -> Result:
        line = " ".join(command)
        self.ran.append(line)
        matching = [start for start in self.answers if line.startswith(start)]
        if not matching:
            return NOT_FOUND
        answer = self.answers[max(matching, key=len)]
        return Result(0, answer) if isinstance(answer, str) else answer


class ScriptedBackground:
    """A program that has ended at once."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def result(self) -> Result | None:
        return self._result
