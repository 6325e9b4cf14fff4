"""Where things are on the host.

/srv/storybot                 root:storybot 750
    releases/0007/            what `git archive` gave, and links to what all releases share
    shared/.env               settings, root 600
    shared/secrets/           one file a secret, each readable by the user of one container
    current -> releases/0007  the path that every container's mounts go through, so that a mount whose content is
                              the same does not make Compose start Postgres or RabbitMQ anew
"""

from __future__ import annotations

ROOT = "/srv/storybot"
RELEASES = f"{ROOT}/releases"
SHARED = f"{ROOT}/shared"
ENV_FILE = f"{SHARED}/.env"
SECRETS = f"{SHARED}/secrets"
CURRENT = f"{ROOT}/current"
LOCK = f"{ROOT}/deploying"

USER = "storybot"
UID = 10001
"""That of the containers, so that what belongs to them has a name on the host."""

PROJECT = "storybot"
KEPT_RELEASES = 5


def folder(release: int) -> str:
    """The folder of a release."""
    return f"{RELEASES}/{release:04d}"
