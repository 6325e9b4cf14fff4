"""The outermost middleware: trace id, request log and request metrics.

It stands outside of FastAPI, whose own handler for unexpected errors is outside of every middleware added to it.
"""

from http import HTTPStatus
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prompt_api.http.headers import header
from prompt_api.metrics import Metrics
from storybot_common import trace
from storybot_common.logs import bound_trace, get_logger

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines: counted, and logged only when they fail."""

_TRACE_ID = trace.HEADER.lower().encode()
_TRACEPARENT = trace.TRACEPARENT_HEADER.encode()

log = get_logger(__name__)


class Observation:
    """Gives every request a trace id, returns it, and tells log and metrics how it went.

    Never logs query strings, bodies, cookies or addresses.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = trace.accept(header(scope, _TRACE_ID), header(scope, _TRACEPARENT))
        scope.setdefault("state", {})["trace_id"] = trace_id
        trace_header = (_TRACE_ID, trace_id.encode())
        answer = _Answer()

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.begin(int(message["status"]))
                message["headers"] = [*message["headers"], trace_header]
            await send(message)

        self._metrics.requests_in_flight.inc()
        with bound_trace(trace_id):
            try:
                await self._app(scope, receive, send_observed)
            except Exception:
                log.exception("request_failed")
                if not answer.began:
                    raise
            finally:
                self._metrics.requests_in_flight.dec()
                self._tell(scope, answer)

    def _tell(self, scope: Scope, answer: "_Answer") -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.answered(method, route, answer.status, answer.began_after)
        if route not in _QUIET or answer.status >= HTTPStatus.BAD_REQUEST:
            log.info(
                "http_request",
                method=method,
                route=route,
                status_code=answer.status,
                duration_ms=round((perf_counter() - answer.asked_at) * 1000, 2),
            )


class _Answer:
    """When an answer began, and with which status."""

    def __init__(self) -> None:
        self.asked_at = perf_counter()
        self.began = False
        self.began_after = 0.0
        self.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

    def begin(self, status: int) -> None:
        self.began = True
        self.began_after = perf_counter() - self.asked_at
        self.status = status
