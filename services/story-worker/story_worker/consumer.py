"""Takes tickets from the queue. The only file that acknowledges deliveries:

    the outcome of a story is committed, or no story waits    ack
    the message cannot be read (PoisonMessage)                reject: to the dead letters at once
    handling it failed in a way that nobody foresaw           reject with requeue, after a pause
    the worker stops (NotTaken, cancellation)                 nothing: the broker gives it to another consumer

Stories do not run inside aio-pika's callback, which is cancelled when the channel or the connection dies: the story
goes on, and its ticket, delivered once more, finds the story taken or done.
"""

import asyncio
from collections.abc import Awaitable, Callable

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aiormq.exceptions import AMQPError, ChannelInvalidStateError
from pydantic import SecretStr

from story_worker.handler import NotTaken
from story_worker.metrics import WorkerMetrics
from storybot_common import trace
from storybot_common.broker.connection import keep_connected
from storybot_common.broker.topology import JOBS
from storybot_common.errors import PoisonMessage
from storybot_common.logs import bound_trace, get_logger
from storybot_common.messages import WriteStory

_PAUSE_AFTER_A_BUG_S = 5.0

log = get_logger(__name__)


class Consumer:
    """Calls ``handle`` for each ticket, with at most ``prefetch`` deliveries unacknowledged."""

    def __init__(
        self,
        url: SecretStr,
        *,
        name: str,
        prefetch: int,
        handle: Callable[[], Awaitable[None]],
        metrics: WorkerMetrics,
    ) -> None:
        self._url = url
        self._name = name
        self._prefetch = prefetch
        self._handle = handle
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self._tickets: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Consume until ``stop`` was called and every ticket taken is dealt with."""
        async with asyncio.TaskGroup() as tasks:
            connected = tasks.create_task(keep_connected(self._url, name=self._name, session=self._consume))
            try:
                await self._stopping.wait()
                await self.idle()
            finally:
                connected.cancel()
                for ticket in self._tickets:
                    ticket.cancel()

    def stop(self) -> None:
        """Take no more tickets."""
        self._stopping.set()

    async def idle(self) -> None:
        """Wait until no ticket is being dealt with."""
        while self._tickets:
            await asyncio.wait(self._tickets)

    async def _consume(self, connection: AbstractConnection) -> None:
        """One connection's life; ends by an exception (then there is another connection) or by being cancelled."""
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=self._prefetch)
        cancelled_by_broker = asyncio.Event()
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(
            lambda _frame: cancelled_by_broker.set()
        )
        queue = await channel.get_queue(JOBS, ensure=False)
        if self._stopping.is_set():
            return
        tag = await queue.consume(self._take)
        self._metrics.broker_up.set(1)
        try:
            await _first_of(channel.closed(), cancelled_by_broker.wait(), self._stopping.wait())
            if not self._stopping.is_set():
                raise ConnectionError("the broker ended the consumer")
            await queue.cancel(tag, nowait=True)
            await asyncio.Event().wait()  # keep the channel for the acks that are still to come
        finally:
            self._metrics.broker_up.set(0)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        task = asyncio.get_running_loop().create_task(self._deal_with(message))
        self._tickets.add(task)
        task.add_done_callback(self._tickets.discard)

    async def _deal_with(self, message: AbstractIncomingMessage) -> None:
        header = message.headers.get(trace.HEADER.lower())
        with bound_trace(trace.accept(header if isinstance(header, str) else None)):
            try:
                WriteStory.decode(message.body)
                await self._handle()
            except PoisonMessage as error:
                self._metrics.tickets.labels("poison").inc()
                log.error("message_poisonous", error=str(error))
                await _settle(message.reject(requeue=False))
            except NotTaken:
                self._metrics.tickets.labels("returned").inc()
            except Exception:
                self._metrics.tickets.labels("returned").inc()
                log.exception("ticket_crashed")
                await asyncio.sleep(_PAUSE_AFTER_A_BUG_S)
                await _settle(message.reject(requeue=True))
            else:
                await _settle(message.ack())


async def _settle(answer: Awaitable[None]) -> None:
    """Tell the broker; when the channel is gone it delivers again, and that does no harm."""
    try:
        await answer
    except (AMQPError, ChannelInvalidStateError, ConnectionError, RuntimeError) as error:
        log.debug("delivery_not_settled", error=type(error).__name__)


async def _first_of(*events: Awaitable[object]) -> None:
    waiting = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for future in waiting:
            future.cancel()
