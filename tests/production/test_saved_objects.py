"""What people made in Grafana and Kibana goes out and in through their interfaces, spoken here by a small server.

The real ones need images from a registry; `make test-elk` runs where those can be had.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from storybot_cli import saved_objects
from storybot_cli.console import Problem


class _Answers(BaseHTTPRequestHandler):
    answers: dict[str, object]
    asked: list[tuple[str, bytes]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.path, body))
        found = self.answers.get(self.path)
        allowed = self.headers["Authorization"] == "Basic b3BlcmF0b3I6c2VjcmV0"
        content = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(401 if not allowed else 404 if found is None else 200)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815 — the names are http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def site(
    answers: dict[str, object], password: str = "secret"
) -> Iterator[tuple[saved_objects.Site, list[tuple[str, bytes]]]]:
    asked: list[tuple[str, bytes]] = []
    handler = type("Answers", (_Answers,), {"answers": answers, "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield saved_objects.Site("It", f"http://127.0.0.1:{server.server_port}", "operator", password), asked
        server.shutdown()


def test_grafana(tmp_path: Path) -> None:
    ours = {"dashboard": {"uid": "ours", "id": 1}, "meta": {"provisioned": True}}
    theirs = {"dashboard": {"uid": "theirs", "id": 2, "title": "Mine"}, "meta": {"folderUid": "f"}}
    answers: dict[str, object] = {
        "/api/search?limit=5000": [
            {"type": "dash-folder", "uid": "f", "title": "Folder"},
            {"type": "dash-db", "uid": "ours"},
            {"type": "dash-db", "uid": "theirs"},
        ],
        "/api/dashboards/uid/ours": ours,
        "/api/dashboards/uid/theirs": theirs,
        "/api/search?type=dash-folder&limit=5000": [],
        "/api/folders": {},
        "/api/dashboards/db": {},
    }
    file = tmp_path / "grafana.json"
    with site(answers) as (grafana, asked):
        assert saved_objects.save_grafana(grafana, file) == 1
        asked.clear()
        assert saved_objects.load_grafana(grafana, file) == 1
    (_, folder, dashboard) = asked
    assert folder == ("/api/folders", b'{"uid": "f", "title": "Folder"}')
    sent = json.loads(dashboard[1])
    assert sent["dashboard"] == {"uid": "theirs", "id": None, "title": "Mine"}
    assert (sent["folderUid"], sent["overwrite"]) == ("f", True)


def test_kibana(tmp_path: Path) -> None:
    objects = b'{"type":"dashboard","id":"1"}\n{"type":"search","id":"2"}\n'
    importing = "/api/saved_objects/_import?overwrite=true"
    file = tmp_path / "kibana.ndjson"
    with site({"/api/saved_objects/_export": objects, importing: {"success": True, "successCount": 2}}) as (
        kibana,
        asked,
    ):
        assert saved_objects.save_kibana(kibana, file) == 2
        assert saved_objects.load_kibana(kibana, file) == 2
    assert objects in asked[-1][1]
    assert b'filename="objects.ndjson"' in asked[-1][1]


def test_a_refusal_is_told(tmp_path: Path) -> None:
    file = tmp_path / "kibana.ndjson"
    file.write_text("{}")
    importing = "/api/saved_objects/_import?overwrite=true"
    with site({importing: {"success": False, "errors": ["no"]}}) as (kibana, _), pytest.raises(Problem, match="every"):
        saved_objects.load_kibana(kibana, file)
    with site({}, "guessed") as (kibana, _), pytest.raises(Problem, match="It answered 401"):
        saved_objects.save_kibana(kibana, file)
