"""Renders a brief into the messages of a chat completion."""

from typing import Literal, TypedDict

from story_worker.prompting import compact as tiny
from story_worker.prompting import english, japanese
from story_worker.prompting.brief import StoryBrief
from story_worker.prompting.language import is_japanese, wanted_language
from story_worker.prompting.quoting import harmless

type Continuation = Literal["prefill", "instruct"]


class Message(TypedDict):
    """One message of a chat completion."""

    role: Literal["system", "user", "assistant"]
    content: str


def render(
    brief: StoryBrief,
    *,
    system_prompt: str,
    written: str = "",
    compact: bool = False,
    continuation: Continuation = "prefill",
) -> list[Message]:
    """The messages that ask for the story, or for the rest of it when some was ``written``.

    ``system_prompt`` is the operator's and trusted; whatever is in ``brief`` is a reader's and rendered as data.
    ``compact`` is the form for a tiny English model, which gets no system prompt. ``continuation`` says how a story
    that was begun goes on: ``prefill`` ends with the text as an unfinished assistant message, which the server
    continues with the next token; ``instruct`` adds an instruction for servers that always begin a new message.
    """
    language = wanted_language(brief.language, brief.content)
    if compact:
        messages, carry_on = _in_turns(tiny.request(brief), harmless(brief.earlier)), tiny.CONTINUE
    elif is_japanese(language):
        messages, carry_on = _framed(system_prompt, japanese.RULES, japanese.request(brief)), japanese.CONTINUE
    else:
        messages, carry_on = _framed(system_prompt, english.RULES, english.request(brief, language)), english.CONTINUE
    if not written:
        return messages
    messages.append({"role": "assistant", "content": harmless(written)})
    if continuation == "instruct":
        messages.append({"role": "user", "content": carry_on})
    return messages


def _in_turns(request: str, earlier: str) -> list[Message]:
    messages: list[Message] = [{"role": "user", "content": request}]
    if earlier:
        messages.append({"role": "assistant", "content": earlier})
        messages.append({"role": "user", "content": tiny.NEXT_PART})
    return messages


def _framed(system_prompt: str, rules: str, request: str) -> list[Message]:
    return [
        {"role": "system", "content": f"{system_prompt.strip()}\n\n{rules}"},
        {"role": "user", "content": request},
    ]
