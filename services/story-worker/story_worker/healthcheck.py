"""``python -m story_worker.healthcheck``: status 0 when the worker's event loop answers, for Docker."""

import os
import sys
from http.client import HTTPConnection, HTTPException

_TIMEOUT_S = 3


def is_healthy(port: int) -> bool:
    """Whether /healthz on this machine answers 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(int(os.environ.get("HEALTH_PORT", "9101"))) else 1)
