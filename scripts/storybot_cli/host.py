"""What machine this is."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import NamedTuple


class Host(NamedTuple):
    """As much as matters for installing and starting an engine.

    ``distributions`` are the ids of /etc/os-release, the machine's own first: ("ubuntu", "debian").
    """

    system: str
    distributions: tuple[str, ...]
    is_root: bool
    has_systemd: bool

    @property
    def has_apt(self) -> bool:
        """Debian, Ubuntu and what is made from them."""
        return "debian" in self.distributions or "ubuntu" in self.distributions

    @property
    def is_debian(self) -> bool:
        """Debian itself."""
        return self.distributions[:1] == ("debian",)


def this_host() -> Host:
    """Look at this machine."""
    release = Path("/etc/os-release")
    return Host(
        system=platform.system(),
        distributions=distributions(release.read_text() if release.exists() else ""),
        is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        has_systemd=Path("/run/systemd/system").is_dir(),
    )


def distributions(os_release: str) -> tuple[str, ...]:
    """The ids in the text of /etc/os-release."""
    values = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    words = f"{values.get('ID', '')} {values.get('ID_LIKE', '')}".replace('"', "").split()
    return tuple(words)
