"""Answers counts as Elasticsearch does: port 9200, ``POST /STREAM/_count``, for one user only.

``python -m tests.support.count_answers USER PASSWORD``; how many a stream has is the number at the end of its name.
The forms of the answers are those of Elasticsearch's reference (count API; a missing index; security).
"""

import base64
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override


class _Handler(BaseHTTPRequestHandler):
    allowed = ""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, number = self.path.removesuffix("/_count").strip("/").rpartition("-")
        if self.headers["Authorization"] != self.allowed:
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": {"type": "security_exception"}, "status": 401})
        elif not number.isdecimal():
            self._answer(HTTPStatus.NOT_FOUND, {"error": {"type": "index_not_found_exception"}, "status": 404})
        elif "@timestamp" not in query["query"]["range"]:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": {"type": "parsing_exception"}, "status": 400})
        else:
            shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
            self._answer(HTTPStatus.OK, {"count": int(number), "_shards": shards})

    def _answer(self, status: HTTPStatus, body: dict[str, object]) -> None:
        content = json.dumps(body, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    _Handler.allowed = "Basic " + base64.b64encode(":".join(sys.argv[1:3]).encode()).decode()
    ThreadingHTTPServer(("0.0.0.0", 9200), _Handler).serve_forever()
