"""Every documented operation: the security headers, nothing for other sites, nothing about the server."""

import httpx
import pytest

from storybot_common.ids import new_id
from tests.e2e.environment import Environment

from .document import Operation

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TELLING = {"server", "x-powered-by", "via"}


async def test_each_answer_has_them_whatever_it_is(
    attacker: httpx.AsyncClient, documented: list[Operation], environment: Environment
) -> None:
    nobody = {"prompt_id": str(new_id()), "story_id": str(new_id())}
    asked = [(operation.method, f"{environment.url}{operation.path.format_map(nobody)}") for operation in documented]
    asked += [("GET", f"{environment.url}{path}") for path in ("/", "/trash", "/gone.js", "/metrics", "/api/docs")]
    for method, address in asked:
        answer = await attacker.request(method, address, headers={"Origin": "https://evil.example"})
        assert {name: answer.headers.get_list(name) for name in ALWAYS} == {
            name: [value] for name, value in ALWAYS.items()
        }, f"{method} {address}"
        (policy,) = answer.headers.get_list("content-security-policy")
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert TELLING.isdisjoint(answer.headers)
        assert not any(name.startswith("access-control-") for name in answer.headers)


async def test_each_answer_of_the_api_is_kept_by_no_shared_cache(
    http: httpx.AsyncClient, documented: list[Operation]
) -> None:
    """What is one visitor's must not be given to the next by a proxy in between."""
    for operation in documented:
        if operation.method == "GET" and not operation.parameters:
            kept = (await http.get(operation.at())).headers.get("cache-control", "")
            assert "public" not in kept, operation
