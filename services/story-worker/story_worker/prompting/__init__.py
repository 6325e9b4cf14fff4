"""How a language model is asked for a story: a reader's wish rendered as data, and how much and how to write.

``render`` makes the messages of a StoryBrief, ``max_tokens`` and ``sampling`` the parameters beside them.
"""

from story_worker.prompting.brief import StoryBrief
from story_worker.prompting.messages import Continuation, Message, render
from story_worker.prompting.parameters import max_tokens, sampling

__all__ = ["Continuation", "Message", "StoryBrief", "max_tokens", "render", "sampling"]
