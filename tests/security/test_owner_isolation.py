"""Every operation of the API's document, tried on somebody else's stories with every cookie but theirs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from itsdangerous import TimestampSigner

from prompt_api.http.owner import COOKIE
from tests.e2e.environment import Environment
from tests.e2e.ideas import idea
from tests.support.poll import eventually

from .conftest import visitor
from .document import Operation

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITHOUT_AN_ID = {
    "POST /api/v1/prompts": "makes something of one's own",
    "GET /api/v1/prompts": "lists one's own",
    "GET /api/v1/trash": "lists one's own",
    "DELETE /api/v1/trash": "empties one's own",
    "GET /api/v1/settings": "the same for everybody",
}
"""Operations whose path names nobody's thing, and why they may answer. A new one has to be judged and put here."""


@dataclass(frozen=True)
class Victim:
    """Somebody with a story on the shelf and one in the trash."""

    http: httpx.AsyncClient
    kept: dict[str, str]
    trashed: dict[str, str]

    @property
    def cookie(self) -> str:
        return str(self.http.cookies[COOKIE])

    async def shelf(self) -> tuple[Any, ...]:
        """Everything that an attack could change."""
        prompt = (await self.http.get(f"/prompts/{self.kept['prompt_id']}")).json()
        story = (await self.http.get(f"/stories/{self.kept['story_id']}")).json()
        listed = (await self.http.get("/prompts")).json()["items"]
        return prompt, story, listed, [item["id"] for item in (await self.http.get("/trash")).json()["items"]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def victim(environment: Environment) -> AsyncIterator[Victim]:
    async with visitor(environment) as http:
        kept, trashed = [await told(http) for _ in range(2)]
        await http.put(f"/prompts/{kept['prompt_id']}/favourite")
        assert (await http.delete(f"/prompts/{trashed['prompt_id']}")).status_code == 204
        yield Victim(http, kept, trashed)


async def told(http: httpx.AsyncClient) -> dict[str, str]:
    """A finished story."""
    prompt = (await http.post("/prompts", json={"content": idea(tokens=3).content})).json()
    ids = {"prompt_id": prompt["id"], "story_id": prompt["stories"][0]["id"]}

    async def finished() -> bool:
        return bool((await http.get(f"/stories/{ids['story_id']}")).json()["status"] == "finished")

    await eventually(finished, "the story is told")
    return ids


def cookies(victim: Victim, attacker: httpx.AsyncClient) -> dict[str, str | None]:
    """Cookie headers that are not the victim's."""
    genuine, other = victim.cookie, str(attacker.cookies[COOKIE])
    owner, signed_at, signature = genuine.split(".")
    _, others_time, others_signature = other.split(".")
    forged = TimestampSigner("a-guess-at-the-secret", salt=COOKIE).sign(owner).decode()
    return {
        "none": None,
        "another owner's": f"{COOKIE}={other}",
        "cut": f"{COOKIE}={genuine[:-1]}",
        "without a signature": f"{COOKIE}={owner}",
        "without a time": f"{COOKIE}={owner}.{signature}",
        "signed with a guess": f"{COOKIE}={forged}",
        "with another's signature": f"{COOKIE}={owner}.{others_time}.{others_signature}",
        "at another time": f"{COOKIE}={owner}.{others_time[:-1]}A.{signature}",
        "in capital letters": f"{COOKIE}={owner.upper()}.{signed_at}.{signature}",
        "replaced by another's": f"{COOKIE}={genuine}; {COOKIE}={other}",
        "under another name": f"__Host-{COOKIE}={genuine}",
        "endless": f"{COOKIE}={'a' * 4000}",
    }


async def ask(attacker: httpx.AsyncClient, operation: Operation, path: str, cookie: str | None) -> httpx.Response:
    """As somebody with that cookie header. Streams end by themselves: all stories are finished."""
    headers = {"Cookie": cookie} if cookie else {}
    async with httpx.AsyncClient(base_url=attacker.base_url, timeout=30) as stranger:
        body = {"content": idea(tokens=1).content} if str(operation) == "POST /api/v1/prompts" else None
        return await stranger.request(operation.method, path, headers=headers, json=body)


async def test_somebody_elses_things_do_not_exist_for_any_operation(
    victim: Victim, attacker: httpx.AsyncClient, documented: list[Operation]
) -> None:
    before = await victim.shelf()
    tried = [operation for operation in documented if operation.parameters]
    assert len(tried) >= 12
    for operation in tried:
        for name, cookie in cookies(victim, attacker).items():
            for ids in (victim.kept, victim.trashed):
                answer = await ask(attacker, operation, operation.at(**ids), cookie)
                assert answer.status_code == 404, f"{operation} with the cookie {name}: {answer.status_code}"
                assert answer.headers["content-type"] == "application/problem+json"
    assert await victim.shelf() == before


async def test_what_names_nobodys_thing_shows_and_changes_ones_own_only(
    victim: Victim, attacker: httpx.AsyncClient, documented: list[Operation]
) -> None:
    before = await victim.shelf()
    without = [operation for operation in documented if not operation.parameters]
    assert {str(operation) for operation in without} == WITHOUT_AN_ID.keys()
    for operation in without:
        for name, cookie in cookies(victim, attacker).items():
            answer = await ask(attacker, operation, operation.at(), cookie)
            assert answer.is_success, f"{operation} with the cookie {name}: {answer.status_code}"
            for theirs in (*victim.kept.values(), *victim.trashed.values()):
                assert theirs not in answer.text, f"{operation} with the cookie {name}"
    assert await victim.shelf() == before


async def test_the_victim_has_their_things_all_the_same(victim: Victim) -> None:
    prompt, story, listed, trash = await victim.shelf()
    assert prompt["favourite"] is True
    assert story["status"] == "finished"
    assert [item["id"] for item in listed] == [victim.kept["prompt_id"]]
    assert trash == [victim.trashed["prompt_id"]]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_no_other_method_is_a_way_around(
    victim: Victim, attacker: httpx.AsyncClient, documented: list[Operation], method: str
) -> None:
    """Nor is a method in a header, which some servers obey."""
    for path in {operation.path for operation in documented if operation.parameters}:
        operation = Operation(method, path)
        answer = await attacker.request(
            method, operation.at(**victim.kept), headers={"X-HTTP-Method-Override": "GET", "X-Method": "DELETE"}
        )
        assert answer.status_code in {204, 404, 405}
        assert (answer.status_code == 204) == (method == "OPTIONS")
