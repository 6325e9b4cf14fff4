"""Cloudflare's ranges: read from where they are published, refused when they are not what they should be."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from storybot_cli import cloudflare
from storybot_cli.console import Problem

LISTS = {"/ips-v4": "173.245.48.0/20\n103.21.244.0/22\n", "/ips-v6": "2400:cb00::/32\n2606:4700::/32"}


class Lists(HTTPServer):
    """Publishes what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.published = dict(LISTS)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Lists

    def do_GET(self) -> None:
        text = self.server.published.get(self.path)
        self.send_response(200 if text is not None else 404)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def lists() -> Iterator[Lists]:
    with Lists() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_both_lists_become_one_dated_file(lists: Lists, tmp_path: Path) -> None:
    file = tmp_path / "ranges.conf"
    assert cloudflare.write(lists.address, file) == 4
    comment, dated, *ranges = file.read_text().splitlines()
    assert "cloudflare.com/ips-v4" in comment
    assert "on 2" in dated
    assert ranges[0] == "set_real_ip_from 173.245.48.0/20;"
    assert ranges[-1] == "set_real_ip_from 2606:4700::/32;"


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ("", "is empty"),
        ("<html>moved</html>", "not a list of ranges"),
        ("173.245.48.0/20\n0.0.0.0/0", "cannot be Cloudflare's alone"),
        ("10.0.0.0/8", "cannot be Cloudflare's alone"),
        ("173.245.48.0/20; include /etc/passwd", "not a list of ranges"),
    ],
)
def test_an_odd_list_is_refused_and_the_file_stays(lists: Lists, tmp_path: Path, published: str, said: str) -> None:
    file = tmp_path / "ranges.conf"
    file.write_text("as it was")
    lists.published["/ips-v4"] = published
    with pytest.raises(Problem, match=said):
        cloudflare.write(lists.address, file)
    assert file.read_text() == "as it was"


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, lists: Lists) -> None:
    del lists.published["/ips-v6"]
    with pytest.raises(Problem, match="ips-v6 cannot be fetched"):
        cloudflare.write(lists.address, tmp_path / "ranges.conf")


def test_the_file_of_the_gateway_is_such_a_file() -> None:
    lines = cloudflare.FILE.read_text().splitlines()
    ranges = [line.removeprefix("set_real_ip_from ").removesuffix(";") for line in lines if not line.startswith("#")]
    assert len(ranges) >= 20
    assert [cloudflare._checked(each, "the file") for each in ranges] == ranges
