"""How a language model is asked for a story: a reader's wish rendered as data, and how much and how to write.

``render`` makes the messages of a StoryBrief, ``max_tokens`` and ``sampling`` the parameters beside them; ``room`` and
``fitting`` say how much of earlier parts a model is given to read.
"""

from story_worker.prompting.brief import StoryBrief
from story_worker.prompting.messages import Continuation, Message, render
from story_worker.prompting.parameters import max_tokens, sampling
from story_worker.prompting.so_far import fitting, room

__all__ = ["Continuation", "Message", "StoryBrief", "fitting", "max_tokens", "render", "room", "sampling"]
