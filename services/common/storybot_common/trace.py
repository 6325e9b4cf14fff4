"""The trace id that joins page, gateway, API, queue, worker, LLM request and logs.

A trace id is 32 lower-case hexadecimal digits (W3C Trace Context), so that the same value can be sent on as
``traceparent``. A visitor's ``X-Trace-Id`` may have another form; it is kept when it is harmless and replaced
when it is not.
"""

import re
import secrets

HEADER = "X-Trace-Id"
TRACEPARENT_HEADER = "traceparent"

_HARMLESS = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_W3C = re.compile(r"(?!0{32})[0-9a-f]{32}")


def new_trace_id() -> str:
    """A fresh trace id: 16 random bytes as hexadecimal digits."""
    return secrets.token_hex(16)


def accept(x_trace_id: str | None, traceparent: str | None = None) -> str:
    """The trace id to use for a request that came with these headers.

    ``X-Trace-Id`` wins over ``traceparent``; a value of another length or alphabet is replaced by a fresh id,
    so that nothing hostile reaches a log line.
    """
    if x_trace_id is not None and _HARMLESS.fullmatch(x_trace_id):
        return x_trace_id
    parent = _TRACEPARENT.fullmatch(traceparent) if traceparent is not None else None
    if parent is not None and _W3C.fullmatch(parent["trace"]):
        return parent["trace"]
    return new_trace_id()


def traceparent(trace_id: str) -> str | None:
    """The W3C ``traceparent`` that carries ``trace_id`` on with a new span, or None when it has another form."""
    if not _W3C.fullmatch(trace_id):
        return None
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
