"""The language model: any server that speaks OpenAI's chat completions, asked through the openai package."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import httpx2
import openai

from story_worker import llm_errors
from story_worker.completion_stream import CompletionStream, data_lines
from story_worker.plain_text import PlainText
from story_worker.prompting import Message
from story_worker.stories import Finished
from storybot_common import trace
from storybot_common.errors import LlmRefused, LlmTimeout, LlmUnavailable

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

_OPTIONAL = ("temperature", "logit_bias", "stream_options", "max_tokens", "max_completion_tokens")
"""Parameters without which a story can be written too; some models refuse some of them."""


@dataclass(frozen=True, slots=True)
class LlmRequest:
    """One question to the model."""

    model: str
    messages: Sequence[Message]
    max_tokens: int
    sampling: Mapping[str, Any]
    """Parameters that say how words are drawn."""
    trace_id: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (seconds) to wait for a connection, the first token, and each next one."""

    connect: float
    first_token: float
    next_token: float


type Write = Callable[[str], Awaitable[None]]


class Llm(Protocol):
    """Whatever writes."""

    async def complete(self, request: LlmRequest, write: Write) -> Finished:
        """Call ``write`` with each piece of text as it comes; raises StoryError when the answer is none."""


class OpenAiLlm:
    """A server that speaks the OpenAI protocol. One pool of connections, no retries: those are our policy's."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        connections: int,
        patience: Patience,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._patience = patience
        self._token_limit = "max_completion_tokens" if "api.openai.com" in base_url else "max_tokens"
        self._refused: set[tuple[str, str]] = set()
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
                timeout=httpx2.Timeout(None, connect=patience.connect, pool=patience.connect),
                transport=transport,
            ),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def complete(self, request: LlmRequest, write: Write) -> Finished:
        """See Llm. The HTTP stream is closed however this ends, so that tokens stop costing."""
        while True:
            try:
                return await self._stream(request, write)
            except openai.BadRequestError as error:
                if not self._learn(request.model, error):
                    raise llm_errors.from_exception(error) from error
            except (openai.OpenAIError, httpx2.HTTPError, OSError) as error:
                raise llm_errors.from_exception(error) from error

    def _learn(self, model: str, error: openai.BadRequestError) -> bool:
        """Remember a parameter that this model refuses; False when the error was about something else."""
        refused = (model, str(error.param))
        if error.param not in _OPTIONAL or refused in self._refused:
            return False
        self._refused.add(refused)
        return True

    def _parameters(self, request: LlmRequest) -> dict[str, Any]:
        optional: dict[str, Any] = {
            **request.sampling,
            self._token_limit: request.max_tokens,
            "stream_options": {"include_usage": True},
        }
        return {name: value for name, value in optional.items() if (request.model, name) not in self._refused}

    async def _stream(self, request: LlmRequest, write: Write) -> Finished:
        headers = {trace.HEADER: request.trace_id}
        if parent := trace.traceparent(request.trace_id):
            headers[trace.TRACEPARENT_HEADER] = parent
        stream, text = CompletionStream(), PlainText()
        try:
            async with (
                asyncio.timeout(self._patience.first_token) as silence,
                self._client.chat.completions.with_streaming_response.create(
                    model=request.model,
                    messages=cast("Sequence[ChatCompletionMessageParam]", request.messages),
                    stream=True,
                    extra_headers=headers,
                    **self._parameters(request),
                ) as response,
                aclosing(data_lines(response.iter_bytes())) as events,
            ):
                async for data in events:
                    silence.reschedule(asyncio.get_running_loop().time() + self._patience.next_token)
                    await write(text.clean(stream.read(data)))
        except TimeoutError:
            raise LlmTimeout("no token for too long") from None
        except (httpx2.HTTPError, OSError) as error:
            if stream.finish_reason is None:
                raise LlmUnavailable(f"stream broken off: {type(error).__name__}") from error
        await write(text.end())
        return _finished(stream)


def _finished(stream: CompletionStream) -> Finished:
    """The end of a stream, if it was one."""
    match stream:
        case CompletionStream(finish_reason=None, done=False):
            raise LlmUnavailable("stream broken off")
        case CompletionStream(finish_reason="content_filter"):
            raise LlmRefused("content_filter")
        case CompletionStream(finish_reason="length"):
            return Finished("length", stream.usage)
        case _:
            return Finished("stop", stream.usage)
