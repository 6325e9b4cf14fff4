"""Settings of the prompt API."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from storybot_common.settings import BrokerSettings, DatabaseSettings, LlmSettings

_SECRET_MIN_LENGTH = 16


def _strong_enough(secret: SecretStr) -> SecretStr:
    for key in keys_of(secret):
        if len(key) < _SECRET_MIN_LENGTH:
            raise ValueError(f"each key must have {_SECRET_MIN_LENGTH} characters or more")
    return secret


def keys_of(secret: SecretStr) -> list[str]:
    """The keys in a comma-separated list; the first one signs, all are accepted."""
    return [key.strip() for key in secret.get_secret_value().split(",")]


class ApiSettings(DatabaseSettings, BrokerSettings, LlmSettings):
    """Everything that can be set; times in seconds."""

    cookie_secret: Annotated[SecretStr, AfterValidator(_strong_enough)]
    active_stories_per_owner: int = Field(default=100, ge=1)
    submission_patience_s: float = Field(default=10, gt=0, description="before a prompt is refused with 503")
    in_doubt_patience_s: float = Field(default=60, gt=0, description="for a commit whose answer never came")
    read_patience_s: float = Field(default=5, gt=0)
    heartbeat_s: float = Field(default=15, gt=0)
    slow_viewer_s: float = Field(default=10, gt=0, description="after which a viewer who takes nothing is cut off")
    reconcile_every_s: float = Field(default=10, gt=0)
    trash_keep_days: int = Field(default=30, ge=1, le=3650, description="after which the trash is deleted for good")
    purge_every_s: float = Field(default=3600, gt=0)
    drain_s: float = Field(default=5, ge=0, description="longer than the gateway keeps a connection that is not used")
    shutdown_grace_s: int = Field(
        default=15, ge=1, description="with drain_s, must stay below the container's stop grace period"
    )
    listen_host: str = "0.0.0.0"  # noqa: S104 — the container's own network; Compose publishes nothing of it
    listen_port: int = Field(default=8000, ge=1, le=65535)

    @property
    def trash_kept_for(self) -> timedelta:
        """How long what was deleted can be restored."""
        return timedelta(days=self.trash_keep_days)
