"""Settings of the built-in model's server."""

import os
from pathlib import Path

from pydantic import Field, FilePath

from local_llm import MODEL_NAME
from storybot_common.settings import ServiceSettings


class LocalLlmSettings(ServiceSettings):
    """What the server reads from the environment."""

    local_llm_model_file: FilePath = Path("/models") / f"{MODEL_NAME}.gguf"

    local_llm_slots: int = Field(default=4, ge=1, le=64)
    """Stories that are written at the same time; further requests wait for a free slot."""

    local_llm_context: int = Field(default=4096, ge=1024, le=8192)
    """Tokens of prompt and story together, for each slot. The model was trained with 8192."""

    local_llm_threads: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1, le=256)
    """Threads that compute; by default as many as the process may use cores."""
