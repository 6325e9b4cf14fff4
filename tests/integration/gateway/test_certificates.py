"""The certificate: self-signed until there is a real one, taken within seconds, renewed without a dropped request."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.containers import docker
from tests.support.poll import until

from .conftest import Gateway, StartGateway, asked_as, shared_folder


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where the gateway looks: certbot's folder, with links to the newest pair."""
    with shared_folder() as folder:
        (folder / "live").mkdir()
        yield folder / "live"


def issue(directory: Path, name: str, *, key_of: str | None = None) -> None:
    """A new pair beside the folder, then the links to it, as certbot does it."""
    archive = directory.parent
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *(
                "-days",
                "9",
                "-subj",
                f"/CN={name}",
                "-keyout",
                f"{archive}/{name}.key",
                "-out",
                f"{archive}/{name}.crt",
            ),
        ],
        check=True,
        capture_output=True,
    )
    (archive / f"{name}.key").chmod(0o644)  # the container's user is another than the test's
    for link, target in (("privkey.pem", f"{key_of or name}.key"), ("fullchain.pem", f"{name}.crt")):
        (directory / link).unlink(missing_ok=True)
        (directory / link).symlink_to(f"../{target}")


def served_name(gateway: Gateway) -> str:
    """The common name of the certificate that is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", gateway.tls_port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
    assert shown is not None
    subject = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "multiline"],
        input=shown,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return subject.rpartition("= ")[2].strip()


def serves(gateway: Gateway, name: str) -> bool:
    return served_name(gateway) == name


@contextmanager
def visitors(gateway: Gateway) -> Iterator[list[str]]:
    """Requests one after the other, half of them on connections that stay open, while the block runs; what failed."""
    failures: list[str] = []
    over = threading.Event()

    def visit(keep: bool) -> None:
        headers = {} if keep else {"Connection": "close"}
        with asked_as(gateway.tls_port, "localhost", scheme="https") as http:
            while not over.is_set():
                try:
                    if http.get("/api/v1/ping", headers=headers).status_code != 200:
                        failures.append("status")
                except httpx.TransportError as error:
                    failures.append(repr(error))

    threads = [threading.Thread(target=visit, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        over.set()
        for thread in threads:
            thread.join()


def mounted(directory: Path) -> tuple[str, str]:
    return "--volume", f"{directory.parent}:/etc/certificates:ro"


def test_a_certificate_that_comes_and_is_renewed_is_served_and_no_request_is_dropped(
    start_gateway: StartGateway, behind: str, directory: Path
) -> None:
    with start_gateway(behind, *mounted(directory), TLS_DIRECTORY="/etc/certificates/live") as gateway:
        assert served_name(gateway) == "localhost"
        until(lambda: gateway.http.get("/api/v1/ping").is_success, "the gateway reaches the stub")
        with visitors(gateway) as failures:
            for name in ("first.example", "renewed.example"):
                issue(directory, name)
                until(partial(serves, gateway, name), f"the certificate of {name} is served")
        assert failures == []


def test_a_pair_that_does_not_fit_is_not_taken_and_that_is_said(
    start_gateway: StartGateway, behind: str, directory: Path
) -> None:
    issue(directory, "good.example")
    with start_gateway(behind, *mounted(directory), TLS_DIRECTORY="/etc/certificates/live") as gateway:
        assert served_name(gateway) == "good.example"
        issue(directory, "half.example", key_of="good.example")
        until(lambda: "privkey.pem does not belong to fullchain.pem" in gateway.container.output(), "it is said")
        assert served_name(gateway) == "good.example"
        (directory.parent / "half.example.crt").write_text("-----BEGIN CERTIF")
        until(lambda: "not a certificate in PEM form" in gateway.container.output(), "that, too")
        (directory / "fullchain.pem").unlink()
        issue(directory, "whole.example")
        until(lambda: served_name(gateway) == "whole.example", "the whole pair is served")


def test_the_self_signed_one_is_kept_and_has_our_names(start_gateway: StartGateway, behind: str) -> None:
    writable = ("--tmpfs", "/var/lib/storybot-gateway/tls:uid=10001")
    with start_gateway(behind, *writable, SITE_NAMES="example.org", API_NAMES="api.example.org") as gateway:
        kept = "/var/lib/storybot-gateway/tls/self-signed/fullchain.pem"
        shown = ("openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", kept)
        names = docker("exec", gateway.container.name, *shown).stdout
        assert {"DNS:localhost", "DNS:example.org", "DNS:api.example.org"} <= set(names.replace(",", " ").split())
        assert "at every start" not in gateway.container.output()
