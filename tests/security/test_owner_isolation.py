"""Every operation of the API's document, tried on somebody else's stories with every cookie but theirs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from itsdangerous import TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int, int_to_bytes

from prompt_api.devices.cookie import COOKIE
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
    "DELETE /api/v1/device": "leaves one's own",
    "POST /api/v1/library/links": "opens one's own",
    "POST /api/v1/library/join": "opens what the code in the body says, here a guessed one",
}
"""Operations whose path names nobody's thing, and why they may answer. A new one has to be judged and put here."""


@dataclass(frozen=True)
class Victim:
    """Somebody with a story on the shelf and one in the trash."""

    http: httpx.AsyncClient
    kept: dict[str, str]
    trashed: dict[str, str]
    left: str
    """The cookie of another device that had the same stories until it was left."""

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
        yield Victim(http, kept, trashed, await left_cookie(environment, http, kept["story_id"]))


async def left_cookie(environment: Environment, http: httpx.AsyncClient, story_id: str) -> str:
    """A copy of the cookie of a device that showed this library, and has left."""
    code = (await http.post("/library/links")).json()["code"]
    async with visitor(environment) as tablet:
        copy = str(tablet.cookies[COOKIE])
        assert (await tablet.post("/library/join", json={"code": code})).status_code == 204
        assert (await tablet.get(f"/stories/{story_id}")).status_code == 200
        assert (await tablet.delete("/device")).status_code == 204
    return copy


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
    later = base64_encode(int_to_bytes(bytes_to_int(base64_decode(signed_at)) + 3600)).decode()
    forged = TimestampSigner("a-guess-at-the-secret", salt=COOKIE).sign(owner).decode()
    return {
        "none": None,
        "another owner's": f"{COOKIE}={other}",
        "cut": f"{COOKIE}={genuine[:-1]}",
        "without a signature": f"{COOKIE}={owner}",
        "without a time": f"{COOKIE}={owner}.{signature}",
        "signed with a guess": f"{COOKIE}={forged}",
        "with another's signature": f"{COOKIE}={owner}.{others_time}.{others_signature}",
        "at another time": f"{COOKIE}={owner}.{later}.{signature}",
        "in capital letters": f"{COOKIE}={owner.upper()}.{signed_at}.{signature}",
        "replaced by another's": f"{COOKIE}={genuine}; {COOKIE}={other}",
        "under another name": f"__Host-{COOKIE}={genuine}",
        "endless": f"{COOKIE}={'a' * 4000}",
        "replayed after its device was left": f"{COOKIE}={victim.left}",
    }


async def ask(attacker: httpx.AsyncClient, operation: Operation, path: str, cookie: str | None) -> httpx.Response:
    """As somebody with that cookie header. Streams end by themselves: all stories are finished."""
    headers = {"Cookie": cookie} if cookie else {}
    bodies = {
        "POST /api/v1/prompts": {"content": idea(tokens=1).content},
        "POST /api/v1/library/join": {"code": "guessed"},
    }
    async with httpx.AsyncClient(base_url=attacker.base_url, timeout=30) as stranger:
        return await stranger.request(operation.method, path, headers=headers, json=bodies.get(str(operation)))


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
    leaving_last = sorted(without, key=lambda operation: str(operation) == "DELETE /api/v1/device")
    for operation in leaving_last:  # the attacker's own cookie is worth something until then
        for name, cookie in cookies(victim, attacker).items():
            answer = await ask(attacker, operation, operation.at(), cookie)
            expected = answer.status_code == 404 if operation.path.endswith("/join") else answer.is_success
            assert expected, f"{operation} with the cookie {name}: {answer.status_code}"
            for theirs in (*victim.kept.values(), *victim.trashed.values()):
                assert theirs not in answer.text, f"{operation} with the cookie {name}"
    assert await victim.shelf() == before


async def test_only_their_own_cookie_makes_a_link_to_their_library(
    victim: Victim, attacker: httpx.AsyncClient, environment: Environment
) -> None:
    """The code says nothing of whose it is: one sees that on a device that follows it."""
    making = Operation("POST", "/api/v1/library/links")
    for name, cookie in cookies(victim, attacker).items():
        code = (await ask(attacker, making, making.at(), cookie)).json()["code"]
        async with visitor(environment) as follower:
            assert (await follower.post("/library/join", json={"code": code})).status_code == 204
            for path in ("/prompts", "/trash"):
                assert (await follower.get(path)).json()["items"] == [], f"{path} by a link with the cookie {name}"
            assert (await follower.get(f"/stories/{victim.kept['story_id']}")).status_code == 404


async def test_the_victim_has_their_things_all_the_same(victim: Victim) -> None:
    prompt, story, listed, trash = await victim.shelf()
    assert prompt["favourite"] is True
    assert story["status"] == "finished"
    assert [item["id"] for item in listed] == [victim.kept["prompt_id"]]
    assert trash == [victim.trashed["prompt_id"]]


async def test_a_copy_of_the_cookie_opens_nothing_once_its_owner_has_left(
    environment: Environment, documented: list[Operation]
) -> None:
    async with visitor(environment) as http:
        ids = await told(http)
        copy = f"{COOKIE}={http.cookies[COOKIE]}"
        assert (await http.delete("/device")).status_code == 204
        for operation in documented:
            if operation.parameters:
                answer = await ask(http, operation, operation.at(**ids), copy)
                assert answer.status_code == 404, f"{operation}: {answer.status_code}"
        assert (await http.get("/prompts", headers={"Cookie": copy})).json()["items"] == []


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
