"""What people made in Grafana and Kibana, through their own interfaces.

Grafana: dashboards that are no files of ours, and their folders. Kibana: every saved object of the default space that
can be exported.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from .console import Problem

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT_S = 120


class Site(NamedTuple):
    """A program's address and login."""

    name: str
    url: str
    user: str
    password: str

    def ask(self, path: str, body: bytes | None = None, content_type: str = "application/json") -> bytes:
        """The body of the answer; a Problem with what the program said when it refuses."""
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": content_type, "kbn-xsrf": "storybot"}
        request = Request(f"{self.url}{path}", data=body, headers=headers)  # noqa: S310 — http, to a port of ours
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content
        except HTTPError as error:
            told = error.read().decode(errors="replace")[:500]
            raise Problem(f"{self.name} answered {error.code} to {path}: {told}") from None
        except (URLError, OSError) as error:
            raise Problem(f"{self.name} does not answer at {self.url}: {error}") from None


def save_grafana(grafana: Site, file: Path) -> int:
    """Write folders and dashboards that people made; how many dashboards."""
    found: list[dict[str, Any]] = json.loads(grafana.ask("/api/search?limit=5000"))
    folders = [{"uid": one["uid"], "title": one["title"]} for one in found if one["type"] == "dash-folder"]
    dashboards = []
    for one in found:
        if one["type"] == "dash-db":
            whole = json.loads(grafana.ask(f"/api/dashboards/uid/{one['uid']}"))
            if not whole["meta"].get("provisioned"):
                dashboards.append({"dashboard": whole["dashboard"], "folderUid": whole["meta"].get("folderUid", "")})
    file.write_text(json.dumps({"folders": folders, "dashboards": dashboards}, indent=1))
    return len(dashboards)


def load_grafana(grafana: Site, file: Path) -> int:
    """Put them back, over what has the same id; how many dashboards."""
    content = json.loads(file.read_text())
    there = {one["uid"] for one in json.loads(grafana.ask("/api/search?type=dash-folder&limit=5000"))}
    wanted = {one["folderUid"] for one in content["dashboards"]}
    for folder in content["folders"]:
        if folder["uid"] in wanted - there:
            grafana.ask("/api/folders", json.dumps(folder).encode())
    for one in content["dashboards"]:
        dashboard = {**one["dashboard"], "id": None}
        grafana.ask("/api/dashboards/db", json.dumps({**one, "dashboard": dashboard, "overwrite": True}).encode())
    return len(content["dashboards"])


def save_kibana(kibana: Site, file: Path) -> int:
    """Write every saved object that can be exported; how many."""
    wanted = {"type": ["*"], "includeReferencesDeep": True, "excludeExportDetails": True}
    content = kibana.ask("/api/saved_objects/_export", json.dumps(wanted).encode())
    file.write_bytes(content)
    return len(content.splitlines())


def load_kibana(kibana: Site, file: Path) -> int:
    """Put them back, over what has the same id; how many. Success is in the answer's body, not in its status."""
    if not file.read_bytes().strip():
        return 0
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="objects.ndjson"\r\n\r\n'
    body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    told = kibana.ask("/api/saved_objects/_import?overwrite=true", body, f"multipart/form-data; boundary={boundary}")
    answer = json.loads(told)
    if not answer.get("success"):
        raise Problem(f"Kibana did not take every object: {json.dumps(answer.get('errors'))[:1000]}")
    return int(answer["successCount"])
