"""Cloudflare's published addresses, as a file of the gateway's configuration (``make cloudflare-ranges``)."""

from __future__ import annotations

import urllib.request
from datetime import datetime, timezone
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.error import URLError

from .console import Problem
from .paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from .operate import Tools

FILE = ROOT / "services/gateway/conf/cloudflare-ranges.conf"
PUBLISHED_AT = "https://www.cloudflare.com"
_LISTS = ("ips-v4", "ips-v6")
_PATIENCE_S = 20
_LARGEST = {4: 8, 6: 24}
"""The shortest prefix that is believed, by IP version: whoever is in a range may say who a visitor is."""


def refresh(tools: Tools) -> None:
    """Write the ranges of today."""
    count = write(PUBLISHED_AT, FILE)
    tools.console.done(f"{count} ranges in {FILE.relative_to(ROOT)}. Look at the difference, then build the gateway.")


def write(published_at: str, file: Path) -> int:
    """Fetch both lists and write the file; how many ranges there are. Leaves the file alone when something is odd."""
    ranges = [network for name in _LISTS for network in _fetch(f"{published_at}/{name}")]
    today = datetime.now(timezone.utc).date()
    lines = [
        f"# Cloudflare's addresses, as published at {PUBLISHED_AT}/ips-v4 and {PUBLISHED_AT}/ips-v6.",
        f"# Written by `make cloudflare-ranges` on {today}.",
        *(f"set_real_ip_from {network};" for network in ranges),
    ]
    file.write_text("\n".join(lines) + "\n")
    return len(ranges)


def _fetch(url: str) -> list[str]:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 — an address of ours
            words = answer.read(100_000).decode("ascii", errors="replace").split()
    except (URLError, OSError) as error:
        raise Problem(f"{url} cannot be fetched: {error}.", "The file is as it was. Try again later.") from None
    if not words:
        raise Problem(f"{url} is empty.", "The file is as it was. Try again later.")
    return [_checked(word, url) for word in words]


def _checked(word: str, url: str) -> str:
    """A range as ``ipaddress`` writes it; a Problem when it is none, or one that no company has."""
    try:
        network = ip_network(word)
    except ValueError:
        raise Problem(f"{url} is not a list of ranges: it has '{word[:50]}'.", "The file is as it was.") from None
    if network.prefixlen < _LARGEST[network.version] or not network.is_global:
        raise Problem(f"{url} has {network}, which cannot be Cloudflare's alone.", "The file is as it was.")
    return str(network)
