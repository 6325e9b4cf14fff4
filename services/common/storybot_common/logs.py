"""Structured logs: JSON in the Elastic Common Schema, to standard output and whatever ``log_outputs`` adds.

An event has a constant name and its data as fields: ``log.info("story_claimed", story_id=story_id)``. The fields
are listed in ``log_fields``. Prompts, stories and names of people are never logged. The trace id is
bound once per request or delivery (``bound_trace``) and stands in every line until then.
"""

import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from storybot_common.log_batches import BatchedStreamHandler
from storybot_common.log_fields import place_of

ECS_VERSION = "8.11.0"

_QUIET = ("aiormq", "aio_pika", "alembic.runtime", "httpx", "httpx2", "httpcore", "httpcore2", "openai")
"""Libraries that say more at level INFO than an operator wants."""

_LEVELS = {"exception": "error", "warn": "warning", "fatal": "critical"}
"""Levels by the name of the method that was called, where that is another word."""


def configure(service: str, level: str, outputs: Iterable[logging.Handler] = ()) -> None:
    """Send every log line of this process, those of libraries too, as ECS JSON to standard output and ``outputs``."""
    context: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        _error_fields,
    ]
    structlog.configure(
        processors=[*context, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=context,
        processors=[_ecs_document(service), structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    root = logging.getLogger()
    root.handlers[:] = [BatchedStreamHandler(sys.stdout), *outputs]
    for handler in root.handlers:
        handler.setFormatter(formatter)
    root.setLevel(level)
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))


def close() -> None:
    """Hand on what waits: the last thing that a process does. Takes a few seconds when Logstash is away."""
    for handler in logging.getLogger().handlers:
        handler.flush()
        if not isinstance(handler, logging.StreamHandler):  # standard output goes on; files are flushed line by line
            handler.close()


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@contextmanager
def bound_trace(trace_id: str, **fields: object) -> Iterator[None]:
    """Put the trace id and ``fields`` on every log line written inside the block, by this task and its children."""
    with structlog.contextvars.bound_contextvars(trace_id=trace_id, **fields):
        yield


def _error_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn ``exc_info`` (an exception, a triple, or true for the current one) into fields.

    The stack trace names files and lines; the exception's own message is left out, as it may quote a story.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["error_type"] = type(error).__qualname__
        event["error_stack_trace"] = "".join(traceback.format_tb(error.__traceback__))
    return event


def _ecs_document(service: str) -> Processor:
    """Make the whole document at once: a line is written for every request, so its cost counts."""

    def document(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        message = event.pop("event")
        written_at = datetime.fromtimestamp(event.pop("_record").created, UTC)
        ecs: EventDict = {
            "@timestamp": written_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "log.level": _LEVELS.get(method, method),
            "message": message,
            "ecs": {"version": ECS_VERSION},
            "service": {"name": service},
        }
        if event.pop("_from_structlog"):  # our own lines carry an event name; those of libraries are sentences
            ecs["event"] = {"action": message}
        for name, value in event.items():
            _put(ecs, place_of(name), value)
        return ecs

    return document


def _put(document: EventDict, place: tuple[str, ...], value: object) -> None:
    *parents, name = place
    for parent in parents:
        document = document.setdefault(parent, {})
    document[name] = value if isinstance(value, int | float | bool) else str(value)
