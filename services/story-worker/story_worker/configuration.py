"""The settings of the worker."""

import socket
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from storybot_common.broker.topology import CONSUMER_TIMEOUT_S
from storybot_common.settings import BrokerSettings, DatabaseSettings, LlmSettings

_BUILTIN_CONCURRENCY = 4
_REMOTE_CONCURRENCY = 64
_BUILTIN_CONTEXT_TOKENS = 2048
"""Half of what its server has: after more than that the tiny model loses the thread."""
_REMOTE_CONTEXT_TOKENS = 16_384
_NO_KEY_NEEDED = "none"


class WorkerSettings(DatabaseSettings, BrokerSettings, LlmSettings):
    """What the worker reads from the environment; times in seconds but where the name says otherwise."""

    llm_api_key: SecretStr = SecretStr(_NO_KEY_NEEDED)
    llm_continuation: Literal["auto", "prefill", "instruct", "restart"] = "auto"
    llm_context_tokens: int | None = Field(default=None, ge=1024, description="that the model can read and write")
    llm_connect_timeout_seconds: float = Field(default=5, gt=0)
    llm_first_token_timeout_seconds: float = Field(default=120, gt=0)
    llm_token_timeout_seconds: float = Field(default=60, gt=0)
    story_time_limit_seconds: float = Field(default=1200, gt=0)
    retry_for_minutes: float = Field(default=60, gt=0)

    worker_name: str = Field(default_factory=socket.gethostname, min_length=1, max_length=200)
    worker_concurrency: int | None = Field(default=None, ge=1, le=1000)
    claim_lease_seconds: float = Field(default=90, ge=30, description="after which a silent worker counts as dead")
    shutdown_grace_seconds: float = Field(default=20, ge=0)
    health_port: int = Field(default=9101, ge=0, le=65535)

    @field_validator("llm_api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr) -> SecretStr:
        """A key from a file ends in a line break; anything else that is no printable ASCII is a mistake."""
        value = key.get_secret_value().strip()
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("must be printable ASCII without spaces")
        return SecretStr(value or _NO_KEY_NEEDED)

    @model_validator(mode="after")
    def _broker_waits_longer_than_a_story(self) -> Self:
        if self.story_time_limit_seconds > CONSUMER_TIMEOUT_S / 2:
            raise ValueError(f"STORY_TIME_LIMIT_SECONDS must be at most {CONSUMER_TIMEOUT_S // 2}")
        return self

    @property
    def concurrency(self) -> int:
        """How many stories are written at once."""
        return self.worker_concurrency or (_BUILTIN_CONCURRENCY if self.builtin else _REMOTE_CONCURRENCY)

    @property
    def context_tokens(self) -> int:
        """How many tokens the model can read and write together. The built-in one's server has 4096 for a story."""
        return self.llm_context_tokens or (_BUILTIN_CONTEXT_TOKENS if self.builtin else _REMOTE_CONTEXT_TOKENS)

    @property
    def continuation(self) -> Literal["prefill", "instruct", "restart"]:
        """How a model is told to go on with a text: llama.cpp can be given the beginning of its own answer."""
        if self.llm_continuation == "auto":
            return "prefill" if self.builtin else "instruct"
        return self.llm_continuation
