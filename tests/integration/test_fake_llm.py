"""The fake LLM as the real `openai` client sees it."""

import time
from collections.abc import AsyncIterator, Iterator

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from tests.support.fake_llm.control import FakeLlmControl
from tests.support.fake_llm.server import serve_in_thread
from tests.support.fake_llm.story_text import Style, story_text
from tests.support.poll import until


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with serve_in_thread() as url:
        yield url


@pytest.fixture
def fake(base_url: str) -> Iterator[FakeLlmControl]:
    control = FakeLlmControl(base_url)
    control.reset()
    yield control
    control.close()


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{base_url}/v1", api_key="sk-test", max_retries=0, timeout=5.0) as opened:
        yield opened


async def stream(client: openai.AsyncOpenAI, prompt: str, begun: str | None = None) -> list[ChatCompletionChunk]:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": prompt}]
    if begun is not None:
        messages.append({"role": "assistant", "content": begun})
    chunks = await client.chat.completions.create(
        model="fake-storyteller",
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
    )
    return [chunk async for chunk in chunks]


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


@pytest.mark.parametrize("style", ["en", "ja", "emoji"])
async def test_stream_tells_the_text_then_the_reason_then_usage(client: openai.AsyncOpenAI, style: Style) -> None:
    chunks = await stream(client, f"[[fake: tokens=50 style={style}]]")
    assert text_of(chunks) == story_text(style, 50)
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 50


async def test_whole_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "[[fake: tokens=3 finish=content_filter]]"}]
    )
    assert answer.choices[0].message.content == "word1 word2 word3"
    assert answer.choices[0].finish_reason == "content_filter"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3


async def test_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["fake-storyteller"]


async def test_prefill_is_continued(client: openai.AsyncOpenAI) -> None:
    chunks = await stream(client, "[[fake: tokens=4]]", begun="word1 word2 wo")
    assert text_of(chunks) == "rd3 word4"


async def test_max_tokens_end_the_text_for_length(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "[[fake: tokens=9]]"}], max_tokens=2
    )
    assert answer.choices[0].message.content == "word1 word2"
    assert answer.choices[0].finish_reason == "length"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
async def test_status_faults_raise_the_clients_own_errors(
    client: openai.AsyncOpenAI, status: int, error: type[openai.APIStatusError]
) -> None:
    with pytest.raises(error) as raised:
        await stream(client, f"[[fake: fail={status} retry_after=1.5]]")
    assert raised.value.response.headers["retry-after"] == "1.5"
    assert raised.value.code


async def test_error_code_can_be_chosen(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as raised:
        await stream(client, "[[fake: fail=429 code=insufficient_quota]]")
    assert raised.value.code == "insufficient_quota"


async def test_faults_end_after_the_times_asked_for(client: openai.AsyncOpenAI) -> None:
    for _ in range(2):
        with pytest.raises(openai.RateLimitError):
            await stream(client, "[[fake: id=twice tokens=2 fail=429 times=2]]")
    assert text_of(await stream(client, "[[fake: id=twice tokens=2 fail=429 times=2]]")) == "word1 word2"


async def collect_until_error(client: openai.AsyncOpenAI, prompt: str) -> tuple[str, Exception | None]:
    """The text received and the error that ended it, if one did."""
    text = ""
    try:
        chunks = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": prompt}], stream=True
        )
        async for chunk in chunks:
            text += chunk.choices[0].delta.content or "" if chunk.choices else ""
    except Exception as error:  # noqa: BLE001 the error is the result
        return text, error
    return text, None


async def test_break_cuts_the_connection_after_the_tokens(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    text, error = await collect_until_error(client, "[[fake: id=cut tokens=9 fail=break:3]]")
    assert text == "word1 word2 word3"
    assert isinstance(error, openai.APIConnectionError)
    assert [call.outcome for call in fake.calls("cut")] == ["break"]


async def test_error_object_inside_the_stream(client: openai.AsyncOpenAI) -> None:
    text, error = await collect_until_error(client, "[[fake: tokens=9 fail=error:2]]")
    assert text == "word1 word2"
    assert isinstance(error, openai.APIError)


async def test_garbage_cannot_be_read(client: openai.AsyncOpenAI) -> None:
    text, error = await collect_until_error(client, "[[fake: tokens=9 fail=garbage:2]]")
    assert text == "word1 word2"
    assert isinstance(error, ValueError)  # of the client's JSON or UTF-8 decoder


@pytest.mark.parametrize("fault", ["empty", "blank", "html"])
async def test_answers_without_text(client: openai.AsyncOpenAI, fault: str) -> None:
    text, error = await collect_until_error(client, f"[[fake: fail={fault}]]")
    assert text == ""
    assert error is None


@pytest.mark.parametrize("fault", ["hang", "stall:2"])
async def test_silence_lasts_until_the_caller_gives_up(
    client: openai.AsyncOpenAI, fake: FakeLlmControl, fault: str
) -> None:
    impatient = client.with_options(timeout=2)
    text, error = await collect_until_error(impatient, f"[[fake: id=silent tokens=9 fail={fault}]]")
    assert text == ("" if fault == "hang" else "word1 word2")
    assert isinstance(error, openai.APITimeoutError)
    until(lambda: ended(fake, "silent"), "the fake notices that the caller left")
    assert fake.calls("silent")[0].outcome == "client_closed"


async def test_call_is_recorded_with_the_time_of_each_token(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    before = time.time_ns()
    await client.with_options(default_headers={"X-Trace-Id": "trace-0001"}).chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "[[fake: id=seen tokens=5 first=0.05 delay=0.02]]"}],
        stream=True,
    )
    until(lambda: ended(fake, "seen"), "the call ends")
    (call,) = fake.calls("seen")
    times = [moment for _, moment in call.sent]
    assert call.headers["x-trace-id"] == "trace-0001"
    assert call.headers["authorization"] == "Bearer sk-test"
    assert [offset for offset, _ in call.sent] == [5, 11, 17, 23, 29]
    assert times[0] - before >= 50_000_000
    assert times[-1] - times[0] >= 4 * 19_000_000
    assert call.ended_ns is not None


async def test_closing_the_stream_early_is_noticed(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    chunks = await client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "[[fake: id=left tokens=1000 delay=0.01]]"}],
        stream=True,
    )
    async for chunk in chunks:
        if chunk.choices[0].delta.content:
            break
    await chunks.close()
    until(lambda: ended(fake, "left"), "the fake notices that the caller left")
    assert fake.calls("left")[0].outcome == "client_closed"
    assert len(fake.calls("left")[0].sent) < 1000


async def test_script_by_marker_default_and_reset(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    fake.script(tokens=1)
    fake.script("fox", text="The fox slept.")
    assert text_of(await stream(client, "about a fox")) == "The fox slept."
    assert text_of(await stream(client, "about a hen")) == "word1"
    fake.reset()
    assert text_of(await stream(client, "about a hen")) == story_text("en", 40)
    assert len(fake.calls()) == 1


async def test_down_turns_away_and_cuts_running_streams(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    chunks = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "[[fake: tokens=1000 delay=0.01]]"}], stream=True
    )
    fake.go_down(60)
    with pytest.raises(openai.APIConnectionError):
        _ = [chunk async for chunk in chunks]
    with pytest.raises(openai.InternalServerError):
        await stream(client, "again")
    fake.go_down(0)
    assert text_of(await stream(client, "[[fake: tokens=1]]")) == "word1"


async def test_a_script_with_a_mistake_is_said_at_once(client: openai.AsyncOpenAI, fake: FakeLlmControl) -> None:
    with pytest.raises(openai.BadRequestError, match="colour"):
        await stream(client, "[[fake: colour=red]]")
    with pytest.raises(ValueError, match="colour"):
        fake.script(colour="red")


def ended(fake: FakeLlmControl, story: str) -> bool:
    calls = fake.calls(story)
    return bool(calls) and all(call.ended_ns is not None for call in calls)
