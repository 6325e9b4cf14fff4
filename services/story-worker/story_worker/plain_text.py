"""Makes what a language model sends fit for storing and reading: plain text, whatever it sent."""

_HIGH_SURROGATES = range(0xD800, 0xDC00)
_DROPPED = {code: None for code in (*range(0x20), 0x7F) if chr(code) not in "\n\t"}


class PlainText:
    """Cleans a stream of pieces of text.

    Control characters but line break and tab are dropped: Postgres cannot store NUL, and no story needs the others.
    JSON can carry half a character (a lone UTF-16 surrogate): halves in neighbouring pieces are joined, others
    become U+FFFD.
    """

    def __init__(self) -> None:
        self._half = ""

    def clean(self, piece: str) -> str:
        """``piece``, clean; half a character at its end waits for the next piece."""
        text = self._half + piece
        self._half = ""
        if text and ord(text[-1]) in _HIGH_SURROGATES:
            text, self._half = text[:-1], text[-1]
        return _whole_characters(text).translate(_DROPPED)

    def end(self) -> str:
        """What still waits when the stream is over."""
        rest, self._half = _whole_characters(self._half), ""
        return rest


def _whole_characters(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
