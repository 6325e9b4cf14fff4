"""Where log lines go beside standard output: a rotating file, and Logstash."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from tempfile import TemporaryFile

from storybot_common.settings import EXIT_BAD_CONFIGURATION, ServiceSettings, sentence

_FILE_BYTES = 10 * 1024 * 1024
_FILES_KEPT = 5


def log_outputs(settings: ServiceSettings, service: str) -> list[logging.Handler]:
    """The handlers that the settings ask for.

    Exits with status 78 and a sentence on standard error when a folder cannot be written to.
    """
    outputs: list[logging.Handler] = []
    if settings.log_file:
        _make_writable(settings.log_file.parent, "LOG_FILE")
        outputs.append(
            RotatingFileHandler(
                settings.log_file, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", delay=True
            )
        )
    if settings.logstash:
        # only here: what it stands on takes 6 MB of memory
        from storybot_common.log_shipping import LogstashHandler

        _make_writable(settings.logstash_buffer, "LOGSTASH_BUFFER")
        outputs.append(
            LogstashHandler(
                host=settings.logstash, port=settings.logstash_port, folder=settings.logstash_buffer, name=service
            )
        )
    return outputs


def _make_writable(folder: Path, setting: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        sys.stderr.write(f"{sentence(setting, '', f'{folder} cannot be written to ({error.strerror})')}\n")
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None
