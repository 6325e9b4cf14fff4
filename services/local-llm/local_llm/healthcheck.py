"""Healthy is a server that generates: ``python -m local_llm.healthcheck``, exit status 0 or 1.

One token is asked for. While every slot writes a story the request has to wait, perhaps for longer than a health
check may take; then it is enough that the server decoded something meanwhile.
"""

import http.client
import json
import sys
from contextlib import closing

from local_llm import PORT

PATIENCE_S = 5.0
_METRICS_PATIENCE_S = 2.0
_DECODE_CALLS = "llamacpp:n_decode_total"


def is_healthy(port: int = PORT, *, patience: float = PATIENCE_S) -> bool:
    """Whether the server on ``port`` of this machine generates, within about ``patience`` seconds."""
    try:
        before = _decode_calls(port)
        return _generates_a_token(port, patience) or _decode_calls(port) > before
    except (OSError, http.client.HTTPException, ValueError, LookupError):
        return False


def _generates_a_token(port: int, patience: float) -> bool:
    """False when it takes too long; OSError, HTTPException, ValueError or LookupError when the answer is none."""
    question = {"prompt": "Once", "max_tokens": 1}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=patience)) as connection:
        try:
            connection.request("POST", "/v1/completions", json.dumps(question), {"Content-Type": "application/json"})
            answer = json.load(connection.getresponse())
        except TimeoutError:
            return False
    return bool(answer["usage"]["completion_tokens"])


def _decode_calls(port: int) -> float:
    """How often the server has computed, from its metrics. Raises as _generates_a_token."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_METRICS_PATIENCE_S)) as connection:
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#") and " " in line)
    return float(samples[_DECODE_CALLS])


if __name__ == "__main__":
    sys.exit(0 if is_healthy() else 1)
