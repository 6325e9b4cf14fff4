"""The built-in model: the OpenAI protocol as the story worker needs it, health, and how it stops."""

import asyncio

import httpx
import openai
from openai.types.chat import ChatCompletionMessageParam

from tests.integration.local_llm.conftest import HARDENED, START_S, answers
from tests.support.containers import Container, container, docker, network
from tests.support.poll import eventually, until

MODEL = "SmolLM2-135M-Instruct"
QUESTION: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Write a story about a fox."}]


async def answer(
    client: openai.AsyncOpenAI, messages: list[ChatCompletionMessageParam], *, tokens: int
) -> tuple[list[str], openai.types.CompletionUsage | None]:
    """The pieces of a streamed answer, the likeliest words, and the usage that came with it."""
    pieces: list[str] = []
    usage = None
    stream = await client.chat.completions.create(
        model="whatever", messages=messages, max_tokens=tokens, temperature=0, stream=True,
        stream_options={"include_usage": True},
    )  # fmt: skip
    async for chunk in stream:
        pieces += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        usage = chunk.usage or usage
    return pieces, usage


async def decode_calls(address: str) -> float:
    async with httpx.AsyncClient() as http:
        lines = (await http.get(f"{address}/metrics")).text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("llamacpp:n_decode_total ")))


async def busy_slots(address: str) -> float:
    async with httpx.AsyncClient() as http:
        lines = (await http.get(f"{address}/metrics")).text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("llamacpp:requests_processing ")))


def is_healthy(server: Container) -> bool:
    return docker("exec", server.name, "python", "-m", "local_llm.healthcheck", check=False).returncode == 0


async def test_the_model_is_named(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [MODEL]


async def test_a_story_is_streamed_with_its_usage_whatever_model_is_asked_for(client: openai.AsyncOpenAI) -> None:
    pieces, usage = await answer(client, QUESTION, tokens=16)
    assert len(pieces) > 3
    assert usage is not None
    assert usage.completion_tokens == 16


async def test_a_final_assistant_message_is_continued(client: openai.AsyncOpenAI) -> None:
    pieces, _ = await answer(client, QUESTION, tokens=24)
    begun = "".join(pieces[:10])
    rest, _ = await answer(client, [*QUESTION, {"role": "assistant", "content": begun}], tokens=14)
    assert "".join(rest).startswith("".join(pieces[10:13]))


async def test_a_closed_stream_frees_its_slot(client: openai.AsyncOpenAI, address: str) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=4000, stream=True, extra_body={"ignore_eos": True}
    )
    async for _ in stream:
        break
    await stream.close()

    async def is_free() -> bool:
        return await busy_slots(address) == 0

    assert await eventually(is_free, "the slot is free", seconds=10)


async def test_it_is_healthy_when_idle(server: Container) -> None:
    assert await asyncio.to_thread(is_healthy, server)


async def test_it_is_healthy_while_every_slot_writes_a_story(
    client: openai.AsyncOpenAI, server: Container, address: str
) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=4000, stream=True, extra_body={"ignore_eos": True}
    )
    before = await decode_calls(address)
    assert await asyncio.to_thread(is_healthy, server)
    assert await decode_calls(address) > before
    await stream.close()


def test_it_stops_at_once_while_it_writes_and_is_not_healthy_without_its_model(image: str) -> None:
    with (
        network() as on,
        container(
            image,
            on=on,
            ports=[8080],
            environment={"LOCAL_LLM_SLOTS": "1", "LOCAL_LLM_CONTEXT": "1024"},
            options=HARDENED,
        ) as starting,
    ):
        assert not is_healthy(starting)
        address = f"http://127.0.0.1:{starting.port(8080)}"
        until(lambda: answers(f"{address}/health"), "the model is loaded", seconds=START_S)
        question = {"messages": QUESTION, "stream": True, "ignore_eos": True}
        with httpx.stream("POST", f"{address}/v1/chat/completions", json=question, timeout=30.0) as response:
            next(response.iter_lines())
            starting.stop()
        assert starting.inspect("{{.State.ExitCode}}") == "0"


def test_a_wrong_setting_stops_the_start_with_its_name(image: str) -> None:
    with network() as on, container(image, on=on, environment={"LOCAL_LLM_SLOTS": "none"}) as refused:
        until(lambda: refused.inspect("{{.State.Status}}") == "exited", "it exits", seconds=START_S)
        assert refused.inspect("{{.State.ExitCode}}") == "78"
        assert "LOCAL_LLM_SLOTS" in refused.output()
