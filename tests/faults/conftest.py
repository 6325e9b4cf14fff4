"""The stack that the faults happen to: real containers, a fake LLM, two workers and two replicas of the API.

Read from the environment: FORM (short or long), SEED (of an earlier run, to repeat it), COMPOSE_OVERLAYS (more
Compose files, by colons), KEEP_STACK (leave the containers running).
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults import report
from tests.faults.faults import FAULTS
from tests.faults.form import FORMS, Form
from tests.faults.scene import Stage
from tests.support.broker_pages import BrokerPages
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import eventually
from tests.support.stack import REPOSITORY, Stack

_RESULTS = REPOSITORY / "test-results"
_PORTS = {
    "GATEWAY_PORT": "18180",
    "GATEWAY_TLS_PORT": "18543",
    "RABBITMQ_UI_PORT": "18772",
    "TEST_POSTGRES_PORT": "18532",
    "TEST_AMQP_PORT": "18773",
    "FAKE_LLM_PORT": "18190",
}
_BROKER_USER = "storybot"
_BROKER_PASSWORD = "development-only"


@dataclass(slots=True)
class Run:
    """One run of some of the faults."""

    form: Form
    seed: str
    lines: list[report.Line] = field(default_factory=list)

    def note(self, line: report.Line) -> None:
        """Keep the figures of one fault, and write them where they can be read while the run goes on."""
        self.lines.append(line)
        report.write(_RESULTS / f"faults-{self.form.name}.json", self.seed, self.lines)


_RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = Run(FORMS[os.environ.get("FORM", "short")], os.environ.get("SEED") or secrets.token_hex(4))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    form = metafunc.config.stash[_RUN].form
    faults = [fault for fault in FAULTS if fault.name not in form.left_out]
    metafunc.parametrize("fault", faults, ids=[fault.name for fault in faults])


def pytest_report_header(config: pytest.Config) -> str:
    run = config.stash[_RUN]
    return f"faults: {run.form.name} form, SEED={run.seed}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[_RUN]
    if run.lines:
        terminalreporter.section(f"faults, {run.form.name} form, SEED={run.seed}")
        terminalreporter.write_line(report.table(run.lines))


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    return pytestconfig.stash[_RUN]


@pytest.fixture(scope="session")
def stack(run: Run) -> Iterator[Stack]:
    overlays = os.environ.get("COMPOSE_OVERLAYS", "")
    stack = Stack(
        project="storybot-faults",
        files=[
            "docker-compose.yml",
            "compose/test.yml",
            "tests/faults/compose.yml",
            *filter(None, overlays.split(":")),
        ],
        env_file="compose/test.env",
        environment={
            **_PORTS,
            "LLM_BASE_URL": "http://fake-llm:8080/v1",
            "LLM_MODEL": "fake-storyteller",
            "LOCAL_LLM_REPLICAS": "0",
            "WORKER_CONCURRENCY": str(run.form.slots),
            "RABBITMQ_USER": _BROKER_USER,
            "RABBITMQ_PASSWORD": _BROKER_PASSWORD,
        },
    )
    try:
        asyncio.run(stack.up(story_worker=run.form.workers, prompt_api=2))
        yield stack
    finally:
        asyncio.run(_leave(stack))


async def _leave(stack: Stack) -> None:
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / "faults.log").write_text(await stack.logs())
    if not os.environ.get("KEEP_STACK"):
        await stack.down()


@pytest.fixture
async def stage(stack: Stack, run: Run) -> AsyncIterator[Stage]:
    """Everything is up and healthy when a test begins, whatever the one before left behind."""
    await stack.start_all()
    fake = FakeLlmControl(f"http://127.0.0.1:{_PORTS['FAKE_LLM_PORT']}")
    ui = f"http://127.0.0.1:{_PORTS['RABBITMQ_UI_PORT']}"
    try:
        async with BrokerPages.open(ui, _BROKER_USER, _BROKER_PASSWORD) as broker:
            stage = Stage(stack, f"http://127.0.0.1:{_PORTS['GATEWAY_PORT']}", fake, broker)
            await eventually(
                lambda: stage.is_complete(run.form.workers), "the stack is up", run.form.settle, interval=1.0
            )
            yield stage
    finally:
        fake.close()
