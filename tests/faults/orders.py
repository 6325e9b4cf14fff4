"""What the visitors of a scene want, and the stories that the fake LLM will tell them."""

from dataclasses import dataclass, field
from random import Random

from tests.faults.form import Form
from tests.support.event_stream import Reading
from tests.support.fake_llm.story_text import Style, story_text
from tests.support.story_client import Submission

_STYLES: tuple[Style, ...] = ("en", "ja", "emoji")
_SHARE_OF_IMPATIENT = 0.4
_SHARE_OF_REPEATING = 0.25
_SHARE_OF_LEAVING = 0.3


@dataclass(slots=True)
class Order:
    """One story that one visitor wants, how the visitor behaves, and what they got."""

    marker: str
    owner: int
    expected: str
    submission: Submission
    patient: bool
    """Whether they try again when they are refused."""
    repeating: bool
    """Whether they send the same request twice at once, and once more when it was accepted (a nervous finger)."""
    leave_after: int | None
    """After how many events they close the stream to come back later."""
    during_fault: bool
    reading: Reading = field(default_factory=Reading)
    second_reading: Reading = field(default_factory=Reading)
    """On another device, from nothing, when the first is over."""


class OrderBook:
    """Draws orders, the same for the same seed."""

    def __init__(self, scene: str, form: Form, random: Random) -> None:
        self._scene = scene
        self._form = form
        self._random = random
        self._count = 0

    def draw(self, *, during_fault: bool) -> Order:
        """The next order."""
        self._count += 1
        random = self._random
        marker = f"{self._scene}-{self._count}"
        style = random.choice(_STYLES)
        tokens = random.randint(*self._form.tokens)
        mark = f"~{self._count}"
        directive = f"[[fake: id={marker} style={style} tokens={tokens} delay={self._form.token_every} mark={mark}]]"
        return Order(
            marker=marker,
            owner=random.randrange(self._form.owners),
            expected=story_text(style, tokens, mark),
            submission=Submission(f"A story about a fox and a lamp. {directive}"),
            patient=not during_fault or random.random() >= _SHARE_OF_IMPATIENT,
            repeating=random.random() < _SHARE_OF_REPEATING,
            leave_after=random.randint(3, 30) if random.random() < _SHARE_OF_LEAVING else None,
            during_fault=during_fault,
        )
