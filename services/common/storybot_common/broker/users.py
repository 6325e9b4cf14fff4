"""Makes the broker's users with what each may do, and the queues. For production; development has one user.

    python -m storybot_common.broker.users

Run as an administrator, as often as one likes: a user that is there gets the password that its URL holds. The queues
are declared here, for declaring one that dead-letters asks for the right to read it, and the API is to have none.

| user | configure | write | read |
|---|---|---|---|
| storybot_api | nothing | the default exchange: tickets to the queue of jobs and to those that delay | nothing |
| storybot_worker | nothing | nothing: what it hands back goes through the outbox | jobs and dead letters |
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithPriorAuth, OpenerDirector, Request, build_opener

import aio_pika
from pydantic import SecretStr
from yarl import URL

from storybot_common import logs
from storybot_common.broker import topology
from storybot_common.settings import EXIT_BAD_CONFIGURATION, BrokerSettings, HttpUrl, load
from storybot_common.strength import StrongUrl

API = "storybot_api"
WORKER = "storybot_worker"
_TIMEOUT_S = 15

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Permissions:
    """Regular expressions for names of queues and exchanges."""

    configure: str = "^$"
    write: str = "^$"
    read: str = "^$"


PERMISSIONS = {
    API: Permissions(write=r"^amq\.default$"),
    WORKER: Permissions(read=r"^story\.jobs(\.dead)?$"),
}


class UsersSettings(BrokerSettings):
    """``amqp_url`` is the administrator's; the others are those that the services will use."""

    management_url: HttpUrl
    api_amqp_url: StrongUrl
    worker_amqp_url: StrongUrl


class WrongUser(Exception):
    """A URL that names another user than the one that gets the permissions."""


async def make_users(settings: UsersSettings) -> None:
    """Declare the queues, make or change the users. Raises WrongUser, OSError, or what aio-pika raises."""
    administrator = URL(settings.amqp_url.get_secret_value())
    urls = {
        API: ("API_AMQP_URL", settings.api_amqp_url),
        WORKER: ("WORKER_AMQP_URL", settings.worker_amqp_url),
    }
    passwords = {user: _password(user, *named) for user, named in urls.items()}
    await _declare_queues(administrator)
    management = _Management(str(settings.management_url), administrator)
    for user, password in passwords.items():
        await asyncio.to_thread(management.make, user, password, PERMISSIONS[user])
    log.info("broker_users_made", count=len(passwords))


def _password(user: str, name: str, secret: SecretStr) -> str:
    url = URL(secret.get_secret_value())
    if url.user != user or not url.password:
        raise WrongUser(f"{name} must name the user {user} and a password")
    return url.password


async def _declare_queues(administrator: URL) -> None:
    async with await aio_pika.connect(administrator, timeout=_TIMEOUT_S) as connection, connection.channel() as channel:
        await topology.declare(channel)


class _Management:
    """The two calls of RabbitMQ's management API that are needed."""

    def __init__(self, url: str, administrator: URL) -> None:
        self._url = url.rstrip("/")
        self._vhost = quote(administrator.path.lstrip("/") or "/", safe="")
        known = HTTPPasswordMgrWithPriorAuth()
        known.add_password(
            None, self._url, administrator.user or "", administrator.password or "", is_authenticated=True
        )
        self._opener: OpenerDirector = build_opener(HTTPBasicAuthHandler(known))

    def make(self, user: str, password: str, permissions: Permissions) -> None:
        self._put(f"users/{user}", {"password": password, "tags": ""})
        self._put(
            f"permissions/{self._vhost}/{user}",
            {"configure": permissions.configure, "write": permissions.write, "read": permissions.read},
        )

    def _put(self, path: str, body: dict[str, str]) -> None:
        request = Request(  # noqa: S310 — an http(s) URL by its type
            f"{self._url}/api/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        with self._opener.open(request, timeout=_TIMEOUT_S):
            pass


def main() -> None:
    """The command line; exit status 1 when RabbitMQ refuses, 78 when a setting is wrong."""
    settings = load(UsersSettings)
    logs.configure("broker-users", settings.log_level)
    try:
        asyncio.run(make_users(settings))
    except WrongUser as error:
        sys.stderr.write(f"Configuration: {error}.\n")
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None
    except (HTTPError, URLError, OSError, aio_pika.exceptions.AMQPError) as error:
        sys.stderr.write(
            f"RabbitMQ does not let the administrator in, or is not there: {type(error).__name__}: {error}\n"
            "The password of a broker is the one that it was first started with. To change it, see docs/runbook.md.\n"
        )
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
