"""The OpenAPI document against the API, by schemathesis: thousands of requests made from it, good ones and bad ones.

Through the gateway, as a visitor with a cookie. No answer is a 5xx, every one is documented and as documented.
"""

import asyncio
import subprocess
from pathlib import Path

import httpx
import pytest

from prompt_api.devices.cookie import COOKIE
from tests.e2e.environment import Environment

pytestmark = pytest.mark.asyncio(loop_scope="session")


OURS = ("--include-path-regex", "^/api/v1/")
LEAVING = "DELETE /api/v1/device"
"""Ends the visitor's cookie, so it is left out of their requests and asked by somebody without one."""


@pytest.mark.parametrize(
    "examples", [pytest.param(12, id="some"), pytest.param(300, id="many", marks=pytest.mark.long)]
)
async def test_no_request_makes_the_api_fail_or_break_its_word(
    environment: Environment, http: httpx.AsyncClient, examples: int
) -> None:
    cookie = f"Cookie: {COOKIE}={http.cookies[COOKIE]}"
    await run(environment, f"schemathesis-{examples}", examples, *OURS, "--exclude-name", LEAVING, "--header", cookie)
    await run(environment, f"schemathesis-{examples}-leaving", examples, "--include-name", LEAVING)


async def run(environment: Environment, name: str, examples: int, *arguments: str) -> None:
    """Run schemathesis through the gateway; fails with its report."""
    report = Path(environment.results) / f"{name}.txt"
    command = [
        *("schemathesis", "--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
        *("run", f"{environment.url}/api/openapi.json", "--url", environment.url),
        *arguments,
        *("--max-examples", str(examples), "--request-timeout", "30", "--continue-on-failure", "--no-color"),
        *("--generation-database", "none"),
    ]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    report.write_text(done.stdout + done.stderr)
    assert done.returncode == 0, f"{done.stdout[-6000:]}{done.stderr[-2000:]}\nThe whole of it: {report}"
