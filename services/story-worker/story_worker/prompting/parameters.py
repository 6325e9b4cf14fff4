"""What else a model is asked, beside the messages."""

from typing import Any

from story_worker.prompting import compact as tiny
from storybot_common.brief import Length

_MAX_TOKENS = {Length.SHORT: 1200, Length.MEDIUM: 3000, Length.LONG: 8000}
"""About twice the length asked for, counting a token and a half for each Japanese character: a bound, not a target."""


def max_tokens(length: Length, *, compact: bool = False) -> int:
    """How many tokens a story of this length may take before it is cut off."""
    return tiny.MAX_TOKENS[length] if compact else _MAX_TOKENS[length]


def sampling(length: Length, temperature: float, *, compact: bool = False) -> dict[str, Any]:
    """Parameters of the request that say how words are drawn.

    ``temperature`` is the operator's. The tiny model keeps its server's own, for it talks nonsense at what suits a
    large one, and is drawn towards an end.
    """
    if compact:
        return {"logit_bias": {tiny.END_OF_STORY: tiny.END_BIAS[length]}}
    return {"temperature": temperature}
