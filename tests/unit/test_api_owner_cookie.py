"""Who a visitor is: the signed cookie."""

from datetime import timedelta
from typing import override
from uuid import UUID

import httpx
import pytest
from itsdangerous import TimestampSigner
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from prompt_api.http.owner import COOKIE, OwnerCookies


async def tell_owner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(str(scope["state"]["owner_id"]))(scope, receive, send)


def visitor(*keys: str) -> httpx.AsyncClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {}
        await OwnerCookies(tell_owner, keys=keys or ("first-key",), prefix="/api/v1")(scope, receive, send)

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


class SignerOfLastMonth(TimestampSigner):
    @override
    def get_timestamp(self) -> int:
        return super().get_timestamp() - int(timedelta(days=31).total_seconds())


async def test_an_old_cookie_is_renewed_for_the_same_visitor() -> None:
    old = SignerOfLastMonth("first-key", salt=COOKIE).sign(UUID(int=7).hex).decode()
    answer = await visitor().get("/", headers={"Cookie": f"{COOKIE}={old}"})
    assert UUID(answer.text) == UUID(int=7)
    assert answer.cookies[COOKIE] != old
