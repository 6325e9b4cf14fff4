"""Typed settings, read once in ``main``.

Each service composes its own settings class from the parts here. Values come from the environment; those of secrets
also from the file that ``NAME_FILE`` names (``secret_files.py``).
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, Self, override
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, UrlConstraints, ValidationError, model_validator
from pydantic.networks import AnyUrl
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from storybot_common.secret_files import SecretFiles, UnreadableSecret

DEVELOPMENT_MARK = "development-only"
EXIT_BAD_CONFIGURATION = 78  # EX_CONFIG of sysexits.h
_LOGSTASH_SIBLING = "logstash"

type HttpUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["http", "https"])]


class ServiceSettings(BaseSettings):
    """What every service has: its environment and how loudly it logs.

    In ``production`` a value that still holds a development default is refused.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    storybot_environment: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_file: Path | None = Field(default=None, description="a rotating file beside standard output")
    logstash_host: str | None = Field(default=None, description="a Logstash with a beats input; none: no shipping")
    logstash_port: int = Field(default=5044, ge=1, le=65535)
    logstash_buffer: Path = Field(default=Path("/tmp/storybot-logs"), description="folder for what waits")  # noqa: S108
    elk_replicas: int = Field(default=0, ge=0, description="Compose: whether the Logstash beside us runs")

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls, os.environ)

    @property
    def logstash(self) -> str | None:
        """The host that log lines are shipped to: the one that is named, or the sibling container when it runs."""
        return self.logstash_host or (_LOGSTASH_SIBLING if self.elk_replicas else None)

    @model_validator(mode="after")
    def _no_development_secret_in_production(self) -> Self:
        if self.storybot_environment == "production":
            for name in type(self).model_fields:
                value = getattr(self, name)
                text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                if DEVELOPMENT_MARK in text:
                    raise ValueError(
                        f"{name.upper()} still holds the {DEVELOPMENT_MARK} default: set a value of your own"
                    )
        return self


class DatabaseSettings(ServiceSettings):
    """Where Postgres is: ``postgresql+psycopg://user:password@host:5432/name``."""

    database_url: SecretStr
    database_pool_size: int = Field(default=10, ge=1, le=200)


class BrokerSettings(ServiceSettings):
    """Where RabbitMQ is: ``amqp://user:password@host:5672/vhost``."""

    amqp_url: SecretStr


class TokenPrice(BaseModel):
    """What a million tokens of a model cost, in the currency of your bill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """The price of so many tokens."""
        return (self.prompt * prompt_tokens + self.completion * completion_tokens) / 1_000_000


class LlmSettings(ServiceSettings):
    """Which model writes, by its OpenAI-compatible base URL and name."""

    llm_base_url: HttpUrl
    llm_model: str = Field(min_length=1, max_length=200)
    llm_builtin: bool | None = None
    llm_prices: dict[str, TokenPrice] = Field(default_factory=dict, description="by model, as JSON")
    llm_currency: str = Field(default="USD", pattern="^[A-Z]{3}$", description="of the prices, by ISO 4217")

    @property
    def builtin(self) -> bool:
        """Whether the small model that comes with Storybot writes."""
        if self.llm_builtin is not None:
            return self.llm_builtin
        return urlsplit(str(self.llm_base_url)).hostname == "local-llm"


def load[S: ServiceSettings](settings: type[S]) -> S:
    """Read ``settings`` from the environment.

    Exits with status 78 and one sentence a setting on standard error when one is missing or wrong.
    """
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{sentence(name, problem['type'], problem['msg'])}\n")
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None
    except UnreadableSecret as error:
        sys.stderr.write("".join(f"Configuration: {told}.\n" for told in error.sentences))
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None


def sentence(name: str, kind: str, message: str) -> str:
    """What is wrong with one setting and what to do, as one line."""
    if kind == "missing":
        return f"Configuration: {name} is missing. Set it in the environment (see .env.example)."
    return f"Configuration: {name + ': ' if name else ''}{message.removeprefix('Value error, ')}."
