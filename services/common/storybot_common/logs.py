"""Structured logs: JSON in the Elastic Common Schema, to standard output.

An event has a constant name and its data as fields: ``log.info("story_claimed", story_id=story_id)``. Fields that
ECS does not know stand below ``storybot``. Prompts, stories and names of people are never logged. The trace id is
bound once per request or delivery (``bound_trace``) and stands in every line until then.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import ecs_logging
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_ECS_NAMES = {
    "trace_id": "trace.id",
    "logger": "log.logger",
    "method": "http.request.method",
    "route": "url.path",
    "status_code": "http.response.status_code",
}
_QUIET = ("aiormq", "aio_pika", "alembic.runtime", "httpx", "httpx2", "httpcore", "httpcore2", "openai")
"""Libraries that say more at level INFO than an operator wants."""

_PASSED_ON = {"event", "_record", "_from_structlog"}


def configure(service: str, level: str) -> None:
    """Send every log line of this process, those of libraries too, to standard output as ECS JSON."""
    context: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _error_fields,
    ]
    structlog.configure(
        processors=[
            *context,
            _event_name,
            _ecs_fields(service),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*context, _ecs_fields(service)],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                cast("Processor", ecs_logging.StructlogFormatter()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@contextmanager
def bound_trace(trace_id: str, **fields: object) -> Iterator[None]:
    """Put the trace id and ``fields`` on every log line written inside the block, by this task and its children."""
    with structlog.contextvars.bound_contextvars(trace_id=trace_id, **fields):
        yield


def _event_name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Our own lines carry an event name; those of libraries are sentences."""
    event["event.action"] = event["event"]
    return event


def _error_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn ``exc_info`` (an exception, a triple, or true for the current one) into ECS fields.

    The stack trace names files and lines; the exception's own message is left out, as it may quote a story.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["error.type"] = type(error).__qualname__
        event["error.stack_trace"] = "".join(traceback.format_tb(error.__traceback__))
    return event


def _ecs_fields(service: str) -> Processor:
    def rename(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        renamed: EventDict = {"service.name": service}
        for name, value in event.items():
            if name in _PASSED_ON or "." in name:
                renamed[name] = value
            elif name in _ECS_NAMES:
                renamed[_ECS_NAMES[name]] = value
            else:
                renamed[f"storybot.{name}"] = value if isinstance(value, int | float | bool) else str(value)
        return renamed

    return rename
