"""Makes a reader's text harmless inside a prompt: it stays readable and can be nothing but data.

Two things must never come out of a wish: the tag that closes its own frame, and what a chat template or a tokenizer
reads as structure (``<|im_start|>``, ``</s>``, ``<start_of_turn>``, ``<<SYS>>``, ``[INST]``, ``[TOOL_CALLS]``). Every
one of them needs an angle or a square bracket, so these characters never pass, whatever stands between them: angle
brackets become ‹ ›, square brackets become round ones. A list of known tokens would be out of date with the next model.
"""

import unicodedata

_BRACKETS = {"<": "‹", ">": "›", "[": "(", "]": ")"}
_KEPT_FORMAT_CHARACTERS = {"\u200c", "\u200d"}
"""Joiners: scripts such as Persian and Hindi need them, and emoji of several parts."""
_LINE_BREAKS = {"\r", "\v", "\f", "\x85", "\u2028", "\u2029"}


def harmless(text: str) -> str:
    """``text`` without brackets that a prompt could take for its own, and without invisible characters.

    Control characters but tab and line break, direction overrides, invisible tag characters and lone surrogates are
    dropped. Applying it twice changes nothing more.
    """
    return "".join(map(_harmless, text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """``text``, harmless, with every run of white space as one space."""
    return " ".join(harmless(text).split())


def _harmless(character: str) -> str:
    if character in "\n\t":
        return character
    if character in _LINE_BREAKS:
        return "\n"
    # Some tokenizers normalise: the full-width ＜ and the small ﹤ are < to them.
    normalised = unicodedata.normalize("NFKD", character)
    if any(bracket in normalised for bracket in _BRACKETS):
        return "".join(_BRACKETS.get(part, part) for part in normalised)
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in _KEPT_FORMAT_CHARACTERS:
        return ""
    return character
