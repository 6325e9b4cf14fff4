"""Certificates from a real authority, Let's Encrypt's own test server: taken up, renewed, and no request is dropped."""

import asyncio
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest

from tests.production.installation import API, HTTP_PORT, HTTPS_PORT, SITE
from tests.support.poll import eventually
from tests.support.site import LocalSite
from tests.support.stack import Stack

CLIENTS = 8
_PATH = "/api/v1/settings"


@dataclass(frozen=True)
class Certificate:
    """What a visitor is shown."""

    serial: str
    issuer: str
    names: frozenset[str]


def served(name: str = SITE) -> Certificate:
    """The certificate that a visitor of the name gets."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", HTTPS_PORT), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        encoded = secured.getpeercert(binary_form=True)
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-serial", "-issuer", "-ext", "subjectAltName"]
    told = subprocess.run(command, input=encoded, capture_output=True, check=True).stdout.decode()
    lines = dict(line.split("=", 1) for line in told.splitlines() if line.startswith(("serial", "issuer")))
    return Certificate(lines["serial"], lines["issuer"], frozenset(re.findall(r"DNS:([^\s,]+)", told)))


async def is_from_the_authority() -> bool:
    return "Pebble" in (await asyncio.to_thread(served)).issuer


@pytest.fixture
async def issued(stack: Stack) -> Certificate:
    await eventually(is_from_the_authority, "the gateway serves what certbot got", 60, interval=0.5)
    return served()


async def certbot(stack: Stack, *arguments: str) -> str:
    return await stack.compose("exec", "--no-TTY", "certbot", "storybot-certbot", "once", *arguments)


async def test_it_is_for_all_names(issued: Certificate) -> None:
    assert issued.names == {SITE, API}
    assert served(API).serial == issued.serial


async def test_the_key_is_the_gateway_s_alone(stack: Stack, issued: Certificate) -> None:
    told = await stack.compose(
        "exec", "--no-TTY", "gateway", "sh", "-c", "stat -L -c '%u %a' $TLS_DIRECTORY/privkey.pem; id -u"
    )
    assert told.split() == ["10001", "600", "10001"]
    with pytest.raises(Exception, match="Read-only file system"):
        await stack.compose("exec", "--no-TTY", "gateway", "sh", "-c", "rm -f $TLS_DIRECTORY/privkey.pem")


async def test_a_good_one_is_left_alone(stack: Stack, issued: Certificate) -> None:
    assert "not yet due for renewal" in await certbot(stack)
    assert served().serial == issued.serial


@dataclass
class Tally:
    """What the visitors got."""

    answers: list[int] = field(default_factory=list)
    repeated: int = 0
    failures: list[str] = field(default_factory=list)


async def _visit(tally: Tally, connections: int) -> None:
    """One visitor, who takes a new connection for each request, or keeps one."""
    limits = httpx.Limits(max_keepalive_connections=connections)
    transport = LocalSite(verify=False, limits=limits)
    async with httpx.AsyncClient(base_url=f"https://{SITE}:{HTTPS_PORT}", transport=transport, timeout=30) as http:
        while True:
            try:
                tally.answers.append(await _look(http, tally, kept=bool(connections)))
            except httpx.TransportError as error:
                tally.failures.append(repr(error))


async def _look(http: httpx.AsyncClient, tally: Tally, *, kept: bool) -> int:
    """As browsers do: what met the end of a kept connection instead of an answer goes again (RFC 9112, 9.3.1).

    nginx closes idle connections of HTTP/1.1 when it reloads, and a request may be under way to it just then.
    """
    try:
        return (await http.get(_PATH)).status_code
    except httpx.RemoteProtocolError:
        if not kept:
            raise
        tally.repeated += 1
        return (await http.get(_PATH)).status_code


@asynccontextmanager
async def visitors(tally: Tally) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_visit(tally, number % 2)) for number in range(CLIENTS)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def test_a_renewal_drops_no_request(stack: Stack, issued: Certificate) -> None:
    tally = Tally()
    async with visitors(tally):
        await certbot(stack, "--force-renewal")

        async def is_new() -> bool:
            return (await asyncio.to_thread(served)).serial != issued.serial

        await eventually(is_new, "the new one is served", 30, interval=0.2)
        so_far = len(tally.answers)

        async def went_on() -> bool:
            return len(tally.answers) > so_far + 100

        await eventually(went_on, "visitors are served by the new one", 30)
    assert tally.failures == []
    assert set(tally.answers) == {200}
    assert len(tally.answers) > 200
    assert tally.repeated <= CLIENTS // 2, "at most one of each kept connection"


async def test_plain_http_leads_to_https_but_for_the_challenge(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=f"http://{SITE}:{HTTP_PORT}", transport=LocalSite()) as http:
        assert (await http.get("/")).status_code in {301, 308}
        assert (await http.get("/.well-known/acme-challenge/none")).status_code == 404


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("SITE_NAMES", "", "SITE_NAMES is missing"),
        ("LETSENCRYPT_EMAIL", "", "LETSENCRYPT_EMAIL is missing"),
        ("LETSENCRYPT_STAGING", "yes", "LETSENCRYPT_STAGING must be true or false, not 'yes'"),
    ],
)
async def test_a_wrong_setting_is_named(stack: Stack, variable: str, value: str, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        await stack.compose("exec", "--no-TTY", "--env", f"{variable}={value}", "certbot", "storybot-certbot", "once")


@pytest.mark.parametrize(("staging", "server"), [("true", "acme-staging-v02"), ("false", "acme-v02")])
async def test_the_staging_switch(stack: Stack, staging: str, server: str) -> None:
    """The name of the server that it turns to, for there is no other way out from here."""
    settings = ("--env", f"LETSENCRYPT_STAGING={staging}", "--env", "ACME_SERVER=")
    told = await stack.compose(
        "exec", "--no-TTY", *settings, "certbot", "sh", "-c", "sh -x $(which storybot-certbot) once --version 2>&1"
    )
    assert f"--server https://{server}.api.letsencrypt.org/directory" in told
