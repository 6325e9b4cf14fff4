"""Which device asks: the signed cookie."""

import asyncio
from datetime import timedelta
from typing import Any, override
from uuid import UUID, uuid4

import httpx
import pytest
from itsdangerous import TimestampSigner
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from prompt_api.database import Database, Work
from prompt_api.devices.cookie import COOKIE, DeviceCookies
from prompt_api.devices.libraries import Libraries
from prompt_api.devices.middleware import Devices


class OwnLibraries(Libraries):
    """Nobody has joined another library; with Postgres: tests/integration/test_api_devices.py."""

    def __init__(self) -> None: ...

    @override
    async def shown_on(self, device_id: UUID) -> UUID | None:
        return device_id


async def tell_owner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(str(scope["state"]["visitor"].owner_id))(scope, receive, send)


def visitor(*keys: str) -> httpx.AsyncClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {}
        cookies = DeviceCookies(keys or ("first-key",))
        devices = Devices(tell_owner, cookies=cookies, libraries=OwnLibraries(), prefix="/api/v1")
        await devices(scope, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://storybot/api/v1")


async def test_a_new_visitor_gets_a_cookie_that_scripts_cannot_read() -> None:
    answer = await visitor().post("/")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == COOKIE
    assert rest.split("; ")[1:] == ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]


async def test_the_cookie_makes_the_same_visitor_and_is_not_sent_again() -> None:
    async with visitor() as browser:
        first = await browser.post("/")
        second = await browser.post("/")
    assert second.text == first.text
    assert "set-cookie" not in second.headers


async def test_reading_makes_no_visitor_so_a_late_answer_cannot_replace_the_one_who_wrote() -> None:
    async with visitor() as browser:
        assert "set-cookie" not in (await browser.get("/")).headers
        assert "set-cookie" not in (await browser.head("/")).headers


async def test_a_form_of_another_site_cannot_replace_the_cookie() -> None:
    """Browsers send such a form without our cookie (SameSite), but would take one from the answer."""
    assert "set-cookie" not in (await visitor().post("/", headers={"Sec-Fetch-Mode": "navigate"})).headers
    assert "set-cookie" in (await visitor().post("/", headers={"Sec-Fetch-Mode": "cors"})).headers


async def test_over_https_the_cookie_is_for_https_only() -> None:
    answer = await visitor().post("/", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "garbage",
        "=;;==",
        '"\x01"',
        "0198.9c4e.5a5b",
        TimestampSigner("another-key", salt=COOKIE).sign(UUID(int=7).hex).decode(),
        TimestampSigner("first-key", salt=COOKIE).sign("not-an-id").decode(),
        TimestampSigner("first-key", salt=COOKIE).sign(UUID(int=7).hex).decode()[:-2],
    ],
)
async def test_a_forged_or_damaged_cookie_makes_a_new_visitor(cookie: str) -> None:
    answer = await visitor().post("/", headers={"Cookie": f"{COOKIE}={cookie}; other=1"})
    assert answer.status_code == 200
    assert UUID(answer.text) != UUID(int=7)
    assert "set-cookie" in answer.headers


async def test_a_key_that_no_longer_signs_is_still_accepted() -> None:
    old = TimestampSigner("old-key", salt=COOKIE).sign(UUID(int=7).hex).decode()
    answer = await visitor("new-key", "old-key").get("/", headers={"Cookie": f"{COOKIE}={old}"})
    assert UUID(answer.text) == UUID(int=7)


async def test_new_cookies_are_signed_with_the_first_key() -> None:
    answer = await visitor("new-key", "old-key").post("/")
    value = answer.cookies[COOKIE]
    assert TimestampSigner("new-key", salt=COOKIE).unsign(value).decode() == UUID(answer.text).hex


class EarlierSigner(TimestampSigner):
    """Signs as if it were some days ago."""

    days = 0

    @override
    def get_timestamp(self) -> int:
        return super().get_timestamp() - int(timedelta(days=self.days).total_seconds())


def signed_days_ago(days: int) -> str:
    signer = EarlierSigner("first-key", salt=COOKIE)
    signer.days = days
    return signer.sign(UUID(int=7).hex).decode()


async def test_an_old_cookie_is_renewed_for_the_same_visitor() -> None:
    old = signed_days_ago(31)
    answer = await visitor().get("/", headers={"Cookie": f"{COOKIE}={old}"})
    assert UUID(answer.text) == UUID(int=7)
    assert answer.cookies[COOKIE] != old


async def test_a_cookie_that_a_browser_would_have_forgotten_is_worth_nothing() -> None:
    """Only a copy can be that old: browsers renew it while they are in use."""
    answer = await visitor().get("/", headers={"Cookie": f"{COOKIE}={signed_days_ago(366)}"})
    assert UUID(answer.text) != UUID(int=7)
    assert "set-cookie" not in answer.headers


class SlowDatabase(Database):
    """Answers when it is told to, and with what was true when it was asked."""

    def __init__(self) -> None:
        self.owner_id = uuid4()
        self.answering = asyncio.Event()
        self.asked = asyncio.Event()

    @override
    async def read(self, work: Work[Any]) -> Any:
        owner_id = self.owner_id
        self.asked.set()
        await self.answering.wait()
        return owner_id


async def test_what_was_read_before_a_change_was_heard_is_not_remembered() -> None:
    database, device_id = SlowDatabase(), uuid4()
    libraries = Libraries(database)
    reading = asyncio.create_task(libraries.shown_on(device_id))
    await database.asked.wait()
    database.owner_id = uuid4()
    libraries.heard([device_id])
    database.answering.set()
    assert await reading != database.owner_id
    assert await libraries.shown_on(device_id) == database.owner_id
