"""RabbitMQ through its management API: what lies in the queues, what is dead, and messages put there by hand."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import httpx

from storybot_common.broker.topology import DEAD, JOBS

VIRTUAL_HOST = "storybot"


@dataclass(frozen=True, slots=True)
class QueueTotals:
    """Messages in one queue. RabbitMQ refreshes these numbers of a quorum queue at its ``quorum_tick_interval``."""

    name: str
    ready: int
    unacknowledged: int

    @property
    def is_busy(self) -> bool:
        """Whether work is left in it; dead letters are none."""
        return bool(self.unacknowledged or (self.ready and self.name != DEAD))


class BrokerPages:
    """An operator in the RabbitMQ UI."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def open(cls, base_url: str, user: str, password: str) -> AsyncIterator[Self]:
        """``base_url`` is the address of the UI."""
        fresh = httpx.Limits(max_keepalive_connections=0)  # the broker may have been restarted since the last request
        async with httpx.AsyncClient(
            base_url=f"{base_url}/api", auth=(user, password), timeout=20, limits=fresh
        ) as http:
            yield cls(http)

    async def totals(self) -> list[QueueTotals]:
        """Every queue of Storybot."""
        parameters = {"disable_stats": "true", "enable_queue_totals": "true"}
        answer = await self._http.get(f"/queues/{VIRTUAL_HOST}", params=parameters)
        answer.raise_for_status()
        return [
            QueueTotals(row["name"], row.get("messages_ready", 0), row.get("messages_unacknowledged", 0))
            for row in answer.json()
        ]

    async def consumers(self) -> int:
        """How many workers wait for tickets."""
        answer = await self._http.get(f"/queues/{VIRTUAL_HOST}/{JOBS}")
        answer.raise_for_status()
        return int(answer.json().get("consumers", 0))

    async def publish(self, body: bytes, queue: str = JOBS) -> None:
        """Put a message straight into a queue, past the outbox."""
        answer = await self._http.post(
            f"/exchanges/{VIRTUAL_HOST}/amq.default/publish",
            json={
                "routing_key": queue,
                "payload": base64.b64encode(body).decode(),
                "payload_encoding": "base64",
                "properties": {"delivery_mode": 2},
            },
        )
        answer.raise_for_status()
        if not answer.json()["routed"]:
            raise LookupError(f"there is no queue {queue}")

    async def dead_letters(self) -> list[bytes]:
        """The bodies of the dead letters; they stay where they are."""
        answer = await self._http.post(
            f"/queues/{VIRTUAL_HOST}/{DEAD}/get",
            json={"count": 1000, "ackmode": "ack_requeue_true", "encoding": "base64"},
        )
        answer.raise_for_status()
        return [base64.b64decode(message["payload"]) for message in answer.json()]

    async def purge_dead_letters(self) -> None:
        """Throw the dead letters away."""
        (await self._http.delete(f"/queues/{VIRTUAL_HOST}/{DEAD}/contents")).raise_for_status()
