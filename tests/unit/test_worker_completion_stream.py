import json
from collections.abc import AsyncIterator

import pytest

from story_worker.completion_stream import CompletionStream, data_lines
from story_worker.stories import Usage
from storybot_common.errors import FailureCode, LlmBadAnswer, LlmRefused, LlmUnavailable, StoryError


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def lines(*parts: bytes) -> list[str]:
    return [line async for line in data_lines(pieces(*parts))]


def event(**fields: object) -> str:
    return json.dumps(fields)


def delta(text: str | None, reason: str | None = None) -> str:
    return event(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": reason}])


async def test_data_fields_are_found_wherever_the_network_cuts() -> None:
    stream = 'data: {"a": "きつね\u2028"}\r\n\r\n: comment\n\nevent: x\ndata:[DONE]\n\n'.encode()
    for cut in range(len(stream)):
        assert await lines(stream[:cut], stream[cut:]) == ['{"a": "きつね\u2028"}', "[DONE]"]


async def test_an_endless_line_is_no_answer() -> None:
    with pytest.raises(LlmBadAnswer):
        await lines(*[b"x" * 600_000] * 2)


async def test_bytes_that_are_no_text_are_no_answer() -> None:
    with pytest.raises(LlmBadAnswer):
        await lines(b"data: \xff\xfe\n")


def test_text_reason_and_usage_are_read() -> None:
    stream = CompletionStream()
    texts = [
        stream.read(data)
        for data in (
            event(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}}]),
            delta("Once"),
            delta(" upon"),
            delta(None, "stop"),
            event(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 2}),
            "[DONE]",
        )
    ]
    assert "".join(texts) == "Once upon"
    assert stream == CompletionStream("stop", Usage(7, 2), done=True)


@pytest.mark.parametrize(
    "data",
    [
        "{not json",
        "[]",
        '"text"',
        '{"choices": [7]}',
        '{"choices": {"0": 1}}',
        '{"choices": [{"delta": "text"}]}',
        '{"choices": [{"delta": {"content": ["a"]}}]}',
    ],
)
def test_events_of_another_shape_are_no_answer(data: str) -> None:
    with pytest.raises(LlmBadAnswer):
        CompletionStream().read(data)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        {"prompt_tokens": "many", "completion_tokens": 2},
        {"prompt_tokens": -1, "completion_tokens": 2},
        {"prompt_tokens": 1, "completion_tokens": 10**12},
    ],
)
def test_counts_that_cannot_be_read_are_left_out(usage: object) -> None:
    stream = CompletionStream()
    stream.read(event(choices=[], usage=usage))
    assert stream.usage is None


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        ({"message": "boom", "code": 500}, LlmUnavailable, FailureCode.LLM_UNAVAILABLE),
        ("overloaded", LlmUnavailable, FailureCode.LLM_UNAVAILABLE),
        ({"code": "content_filter"}, LlmRefused, FailureCode.LLM_REFUSED),
        ({"code": 429}, StoryError, FailureCode.LLM_RATE_LIMITED),
    ],
)
def test_an_error_inside_the_stream_is_raised(error: object, kind: type[StoryError], code: FailureCode) -> None:
    with pytest.raises(kind) as raised:
        CompletionStream().read(event(error=error))
    assert raised.value.code is code
