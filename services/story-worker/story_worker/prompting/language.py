"""Which language a story is asked for in."""

import re

_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]")
_ENGLISH_NAMES = {"en": "English", "ja": "Japanese"}


def wanted_language(language: str | None, content: str) -> str | None:
    """The BCP 47 tag to write in: the one asked for, or ``ja`` when the wish has kana or kanji.

    None when nothing says which: the story is to be in the language of the wish.
    """
    if language is not None:
        return language
    return "ja" if _JAPANESE.search(content) else None


def is_japanese(language: str | None) -> bool:
    """Whether a BCP 47 tag names Japanese, whatever its region."""
    return primary_subtag(language) == "ja"


def name_in_english(language: str) -> str:
    """How an English prompt names a language: its name where it is one of ours, else its tag, which models know."""
    if name := _ENGLISH_NAMES.get(language.lower()):
        return name
    return f"the language with the BCP 47 tag “{language}”"


def primary_subtag(language: str | None) -> str | None:
    """``ja`` for ``ja-JP``."""
    return language.split("-", 1)[0].lower() if language else None
