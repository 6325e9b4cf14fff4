"""Somebody who is told of alerts: prints every body that is posted to port 8080, one a line.

python -m tests.support.webhook_receiver
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sys.stdout.write(" ".join(body.decode().splitlines()) + "\n")
        sys.stdout.flush()
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Only bodies are printed."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 8080), _Handler).serve_forever()
