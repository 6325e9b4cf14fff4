"""Each service's user in RabbitMQ, tried from inside the services' containers with the secrets that they have."""

import json
from urllib.parse import urlsplit

import httpx
import pytest

from tests.production.installation import RABBITMQ_UI_PORT, Installation
from tests.support.containers import docker
from tests.support.stack import Stack

_ATTEMPTS = """
import asyncio, json, sys
import aio_pika, aiormq
from aio_pika import ExchangeType, Message

JOBS, DEAD, DELAY = "story.jobs", "story.jobs.dead", "story.jobs.delay.5m"
NONSENSE = Message(b"tried", content_type="text/plain")

async def queue(channel, name):
    return await channel.get_queue(name, ensure=False)

async def publish(channel, name):
    await channel.default_exchange.publish(NONSENSE, name, mandatory=True, timeout=5)

async def publish_to(channel, exchange):
    await (await channel.get_exchange(exchange, ensure=False)).publish(NONSENSE, "x", mandatory=False, timeout=5)

async def bind(channel, name):
    await (await queue(channel, name)).bind("amq.fanout", "")

ATTEMPTS = {
    "consume jobs": lambda c: consume(c, JOBS),
    "consume dead letters": lambda c: consume(c, DEAD),
    "consume delayed jobs": lambda c: consume(c, DELAY),
    "publish jobs": lambda c: publish(c, "no.such.queue.but.the.same.exchange"),
    "publish by another exchange": lambda c: publish_to(c, "amq.fanout"),
    "declare a queue": lambda c: c.declare_queue("loot"),
    "declare an exchange": lambda c: c.declare_exchange("loot", ExchangeType.FANOUT),
    "delete jobs": lambda c: delete(c, JOBS),
    "purge jobs": lambda c: purge(c, JOBS),
    "bind jobs elsewhere": lambda c: bind(c, JOBS),
}

async def consume(channel, name):
    await channel.set_qos(prefetch_count=1)
    one = await queue(channel, name)
    tag = await one.consume(lambda message: message.nack(requeue=True))
    await one.cancel(tag)

async def delete(channel, name):
    await (await queue(channel, name)).delete(if_unused=True, if_empty=True)

async def purge(channel, name):
    await (await queue(channel, name)).purge()

async def outcome(url, attempt):
    connection = await aio_pika.connect(url, timeout=5)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        try:
            await asyncio.wait_for(attempt(channel), 5)
        except aio_pika.exceptions.DeliveryError:
            return "allowed"  # the broker took it, and found no queue of that name
        except aiormq.exceptions.ChannelAccessRefused:
            return "refused"
        except aio_pika.exceptions.AMQPError as error:
            return f"{type(error).__name__}: {error}"
        return "allowed"

async def main():
    url = open(sys.argv[1]).read().strip()
    print(json.dumps({name: await outcome(url, attempt) for name, attempt in ATTEMPTS.items()}))

asyncio.run(main())
"""

NOTHING = dict.fromkeys(
    (
        *("consume jobs", "consume dead letters", "consume delayed jobs", "publish jobs"),
        *("publish by another exchange", "declare a queue", "declare an exchange", "delete jobs", "purge jobs"),
        "bind jobs elsewhere",
    ),
    "refused",
)
ALLOWED = {
    "prompt-api": {"publish jobs"},
    # Who may consume may also throw away: for RabbitMQ both is reading.
    "story-worker": {"consume jobs", "consume dead letters", "purge jobs"},
}


@pytest.mark.parametrize(("service", "user"), [("prompt-api", "api"), ("story-worker", "worker")])
async def test_what_a_service_may_do_with_the_queues(stack: Stack, service: str, user: str) -> None:
    container = await stack.container(service)
    secret = f"/run/secrets/{user}_amqp_url"
    told = docker("exec", "--interactive", container.id, "python", "-", secret, stdin=_ATTEMPTS).stdout
    assert json.loads(told) == NOTHING | dict.fromkeys(ALLOWED[service], "allowed")


@pytest.mark.parametrize("user", ["api", "worker"])
def test_neither_sees_the_management_pages(stack: Stack, installation: Installation, user: str) -> None:
    url = urlsplit(installation.secret(f"{user}_amqp_url"))
    login = (url.username or "", url.password or "")
    answer = httpx.get(f"http://127.0.0.1:{RABBITMQ_UI_PORT}/api/overview", auth=login)
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_nobody_else_can_log_in(stack: Stack, installation: Installation) -> None:
    url = urlsplit(installation.secret("admin_amqp_url"))
    pages = httpx.Client(
        base_url=f"http://127.0.0.1:{RABBITMQ_UI_PORT}/api", auth=(url.username or "", url.password or "")
    )
    with pages:
        users = {user["name"]: user["tags"] for user in pages.get("/users").raise_for_status().json()}
        guest = pages.get("/overview", auth=("guest", "guest"))
    assert users == {"storybot": ["administrator"], "storybot_api": [], "storybot_worker": []}
    assert guest.status_code == httpx.codes.UNAUTHORIZED
