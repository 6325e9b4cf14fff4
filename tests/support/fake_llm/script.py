"""What a test wishes of one call: how much text, how fast, and what goes wrong."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from .story_text import Style, split_words, story_tokens

# The worker turns the square brackets of a prompt into round ones.
_DIRECTIVE = re.compile(r"(\[\[|\(\()fake:(?P<fields>[^\])]*)(\]\]|\)\))")

FaultKind = Literal["status", "break", "garbage", "error", "empty", "blank", "html", "stall", "hang"]


class Fault(BaseModel):
    """One way for a call to go wrong, written `KIND`, `KIND:TOKENS` or a bare HTTP status.

    `429` any HTTP status, as OpenAI words it · `break:N` the connection is cut after N tokens ·
    `garbage:N` bytes that are neither event nor JSON · `error:N` an error object inside the stream ·
    `empty` a stream without text · `blank` a 200 without a single byte · `html` a web page instead of an API ·
    `stall:N` nothing more after N tokens, connection open · `hang` no answer at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    status: int = Field(default=200, ge=200, le=599)
    after: int = Field(default=0, ge=0)

    @classmethod
    def parse(cls, written: object) -> object:
        """`"break:20"` → the fields; anything that is no string passes unchanged."""
        if not isinstance(written, str):
            return written
        kind, _, after = written.partition(":")
        if kind.isdecimal():
            return {"kind": "status", "status": int(kind)}
        return {"kind": kind, "after": int(after or 0)}


def _parse_faults(written: object) -> object:
    if isinstance(written, str):
        written = written.split(",")
    return [Fault.parse(each) for each in written] if isinstance(written, list | tuple) else written


class Script(BaseModel):
    """The behaviour of the calls of one story (or of all). Times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""  # tells stories with otherwise equal scripts apart: failures are counted for each
    tokens: int = Field(default=40, ge=0, le=100_000)
    style: Style = "en"
    mark: str = ""  # stands in every word, and tells the texts of two stories apart
    text: str | None = None  # exactly this instead of numbered words
    first: float = Field(default=0.0, ge=0)  # time to the first token
    delay: float = Field(default=0.0, ge=0)  # from one token to the next
    finish: Literal["stop", "length", "content_filter"] = "stop"
    fail: Annotated[tuple[Fault, ...], BeforeValidator(_parse_faults)] = ()
    times: int | None = Field(default=None, ge=0)  # calls that fail; all of them when not given
    retry_after: float | None = Field(default=None, ge=0)
    code: str | None = None  # the error object's code in place of the usual one for the status
    continuation: Literal["exact", "overlap", "restart"] = "exact"  # what is done with a text already begun
    usage: bool = True

    @classmethod
    def from_messages(cls, messages: list[dict[str, Any]]) -> Self | None:
        """The script written into the newest message that has one. Raises ValidationError on unknown fields."""
        for message in reversed(messages):
            if found := _DIRECTIVE.search(text_of(message)):
                pairs = (field.partition("=") for field in found["fields"].split())
                return cls.model_validate({name: value for name, _, value in pairs})
        return None

    def fault_of_call(self, earlier_calls: int) -> Fault | None:
        """What goes wrong in the call that comes after `earlier_calls`; the last fault listed repeats."""
        if not self.fail or (self.times is not None and earlier_calls >= self.times):
            return None
        return self.fail[min(earlier_calls, len(self.fail) - 1)]

    def words(self) -> list[str]:
        """The tokens of the whole story."""
        return split_words(self.text) if self.text is not None else story_tokens(self.style, self.tokens, self.mark)


def text_of(message: dict[str, Any]) -> str:
    """A message's text, whether its content is a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
