"""The client of the language model against a server that is a function."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from story_worker.llm import LlmRequest, OpenAiLlm, Patience
from story_worker.stories import Finished, Usage
from storybot_common.errors import FailureCode, LlmMisconfigured, LlmRefused, LlmTimeout, LlmUnavailable, StoryError

type Server = Callable[[httpx2.Request], httpx2.Response]

REQUEST = LlmRequest(
    model="small",
    messages=[{"role": "user", "content": "A fox"}],
    max_tokens=100,
    sampling={"temperature": 0.8},
    trace_id="0af7651916cd43dd8448eb211c80319c",
)


def events(*parts: object) -> bytes:
    return b"".join(f"data: {part if isinstance(part, str) else json.dumps(part)}\n\n".encode() for part in parts)


def delta(text: str, reason: str | None = None) -> dict[str, object]:
    return {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}


STORY = events(
    delta("Once"),
    delta(" upon", "stop"),
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    "[DONE]",
)


def answer(content: bytes | AsyncIterator[bytes] = STORY) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=content)


async def ask(
    server: Server, *, base_url: str = "http://llm/v1", requests: int = 1, silence: float = 5
) -> tuple[list[str], Finished]:
    """The pieces and the end of the last of so many requests."""
    llm = OpenAiLlm(
        base_url=base_url,
        api_key="sk-test",
        connections=2,
        patience=Patience(connect=1, first_token=silence, next_token=silence),
        transport=httpx2.MockTransport(server),
    )
    pieces: list[str] = []

    async def write(piece: str) -> None:
        pieces.append(piece)

    try:
        for _request in range(requests):
            pieces.clear()
            finished = await llm.complete(REQUEST, write)
    finally:
        await llm.close()
    return [piece for piece in pieces if piece], finished


async def test_the_pieces_come_as_they_are_sent_and_then_the_counts() -> None:
    assert await ask(lambda _request: answer()) == (["Once", " upon"], Finished("stop", Usage(3, 2)))


async def test_the_request_carries_the_key_the_trace_and_the_wishes() -> None:
    seen: list[httpx2.Request] = []

    def server(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer()

    await ask(server)
    headers, body = seen[0].headers, json.loads(seen[0].content)
    assert headers["authorization"] == "Bearer sk-test"
    assert headers["x-trace-id"] == REQUEST.trace_id
    assert headers["traceparent"].startswith(f"00-{REQUEST.trace_id}-")
    assert (body["model"], body["max_tokens"], body["temperature"], body["stream"]) == ("small", 100, 0.8, True)
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == REQUEST.messages


async def test_openai_itself_is_given_the_newer_name_of_the_limit() -> None:
    def server(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        assert body["max_completion_tokens"] == 100
        assert "max_tokens" not in body
        return answer()

    await ask(server, base_url="https://api.openai.com/v1")


async def test_a_parameter_that_a_model_refuses_is_left_out_from_then_on() -> None:
    asked: list[dict[str, object]] = []

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content))
        if "temperature" in asked[-1]:
            return httpx2.Response(400, json={"error": {"code": "unsupported_value", "param": "temperature"}})
        return answer()

    assert (await ask(server, requests=2))[0] == ["Once", " upon"]
    assert ["temperature" in body for body in asked] == [True, False, False]


@pytest.mark.parametrize("param", ["messages", None])
async def test_other_bad_requests_are_not_repeated(param: str | None) -> None:
    calls = 0

    def server(_request: httpx2.Request) -> httpx2.Response:
        nonlocal calls
        calls += 1
        return httpx2.Response(400, json={"error": {"message": "no", "param": param}})

    with pytest.raises(LlmMisconfigured):
        await ask(server)
    assert calls == 1


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        (events(delta("Once")), LlmUnavailable),
        (b"", LlmUnavailable),
        (b"<html>Sign in</html>", LlmUnavailable),
        (events(delta("Once", "content_filter")), LlmRefused),
    ],
)
async def test_a_stream_that_is_no_whole_story_is_an_error(stream: bytes, error: type[StoryError]) -> None:
    with pytest.raises(error):
        await ask(lambda _request: answer(stream))


@pytest.mark.parametrize("stream", [events(delta("Once", "stop")), events(delta("Once"), "[DONE]")])
async def test_either_mark_of_the_end_is_enough(stream: bytes) -> None:
    assert await ask(lambda _request: answer(stream)) == (["Once"], Finished("stop", None))


async def test_a_connection_that_breaks_after_the_end_of_the_story_does_not_matter() -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield events(delta("Once", "stop"))
        raise httpx2.ReadError("reset")

    assert (await ask(lambda _request: answer(breaking())))[0] == ["Once"]


async def test_a_connection_that_breaks_before_is_worth_another_try() -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield events(delta("Once"))
        raise httpx2.ReadError("reset")

    with pytest.raises(LlmUnavailable):
        await ask(lambda _request: answer(breaking()))


async def test_a_model_that_falls_silent_is_not_waited_for() -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield events(delta("Once"))
        await asyncio.Event().wait()

    with pytest.raises(LlmTimeout):
        await ask(lambda _request: answer(silent()), silence=0.05)


async def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    def server(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(LlmUnavailable) as raised:
        await ask(server)
    assert raised.value.code is FailureCode.LLM_UNAVAILABLE
