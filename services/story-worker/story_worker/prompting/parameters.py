"""What else a model is asked, beside the messages."""

from typing import Any

from story_worker.prompting import compact as tiny
from storybot_common.brief import Length

_MAX_TOKENS = {Length.SHORT: 1200, Length.MEDIUM: 3000, Length.LONG: 8000}
"""About twice the length asked for, counting a token and a half for each Japanese character: a bound, not a target."""


def max_tokens(length: Length, *, compact: bool = False) -> int:
    """How many tokens a story of this length may take before it is cut off."""
    return tiny.MAX_TOKENS[length] if compact else _MAX_TOKENS[length]


def sampling(temperature: float, *, compact: bool = False) -> dict[str, Any]:
    """Parameters of the request that say how words are drawn.

    ``temperature`` is the operator's. The tiny model has its own, for it talks nonsense at what suits a large one.
    """
    return {"logit_bias": tiny.LOGIT_BIAS} if compact else {"temperature": temperature}
