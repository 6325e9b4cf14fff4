"""Where log lines go beside standard output: a rotating file, and Logstash."""

import logging
from logging.handlers import RotatingFileHandler

from storybot_common.log_shipping import LogstashHandler
from storybot_common.settings import ServiceSettings

_FILE_BYTES = 10 * 1024 * 1024
_FILES_KEPT = 5


def log_outputs(settings: ServiceSettings, service: str) -> list[logging.Handler]:
    """The handlers that the settings ask for."""
    outputs: list[logging.Handler] = []
    if settings.log_file:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        outputs.append(
            RotatingFileHandler(
                settings.log_file, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", delay=True
            )
        )
    if settings.logstash:
        outputs.append(
            LogstashHandler(
                host=settings.logstash, port=settings.logstash_port, folder=settings.logstash_buffer, name=service
            )
        )
    return outputs
