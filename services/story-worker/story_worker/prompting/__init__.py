"""The messages that a language model is asked with: a reader's wish, rendered as data.

brief = StoryBrief(content="A fox who is afraid of the dark", language="en")
messages = render(brief, system_prompt=settings.system_prompt)
limit = max_tokens(brief.length)
"""

from story_worker.prompting.brief import StoryBrief
from story_worker.prompting.messages import Continuation, Message, max_tokens, render

__all__ = ["Continuation", "Message", "StoryBrief", "max_tokens", "render"]
