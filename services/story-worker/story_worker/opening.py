"""The first words of an answer, held back until it is clear how they join what was written before."""

from collections.abc import Awaitable, Callable

from story_worker.seam import BeganAnew, Continuation, head_length, join


class Opening:
    """Passes an answer on to ``write``, its beginning joined to ``written``.

    Raises Unjoinable, before anything was passed on, when it cannot be joined. When the model tells the story from
    its beginning, ``void`` is called first and the answer is taken as a whole new story.
    """

    def __init__(
        self,
        written: str,
        continuation: Continuation,
        write: Callable[[str], Awaitable[None]],
        void: Callable[[], None],
    ) -> None:
        self._written = written
        self._continuation = continuation
        self._write = write
        self._void = void
        self._enough = head_length(written, continuation)
        self._head = ""
        self._is_over = False

    async def write(self, piece: str) -> None:
        """The next piece of the answer."""
        if self._is_over:
            await self._write(piece)
            return
        self._head += piece
        if len(self._head.lstrip()) >= self._enough:
            await self.end()

    async def end(self) -> None:
        """The answer is over, or long enough to see how it begins."""
        if self._is_over:
            return
        self._is_over = True
        try:
            text = join(self._written, self._head, self._continuation)
        except BeganAnew:
            self._void()
            text = self._head.lstrip()
        await self._write(text)
