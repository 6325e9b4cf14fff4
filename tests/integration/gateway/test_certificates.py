"""The certificate: self-signed until there is a real one, taken within seconds, renewed without a dropped request."""

import json
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.containers import TOOLBOX_IMAGE, container, docker
from tests.support.poll import until

from .conftest import Gateway, StartGateway, asked_as, shared_folder, with_the_repository
from .staying_visitor import BEGUN


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
def visitor_who_stays(gateway: Gateway) -> Iterator[Counter[str]]:
    """A browser that keeps its connections; what came of its requests, once the block has ended.

    It shares the gateway's network. In this machine's, Chromium cuts requests itself whenever an interface of another
    test's container comes or goes.
    """
    seen: Counter[str] = Counter()
    module, address = "tests.integration.gateway.staying_visitor", "https://localhost:8443/"
    options = [*with_the_repository(), "--shm-size", "1g"]
    with container(
        TOOLBOX_IMAGE, "python", "-B", "-m", module, address, on=f"container:{gateway.container.name}", options=options
    ) as visitor:
        until(lambda: BEGUN in visitor.output().splitlines(), "the browser asks")
        yield seen
        visitor.stop()
        seen.update(json.loads(visitor.output().splitlines()[-1]))


@contextmanager
def visitors_who_come(gateway: Gateway) -> Iterator[list[int | str]]:
    """Requests one after the other, each on a connection of its own; what came of them."""
    seen: list[int | str] = []
    over = threading.Event()

    def come_and_go() -> None:
        with asked_as(gateway.tls_port, "localhost", scheme="https") as http:
            while not over.is_set():
                try:
                    seen.append(http.get("/api/v1/ping", headers={"Connection": "close"}).status_code)
                except httpx.TransportError as error:
                    seen.append(repr(error))

    threads = [threading.Thread(target=come_and_go) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def mounted(directory: Path) -> tuple[str, str]:
    return "--volume", f"{directory.parent}:/etc/certificates:ro"


def test_a_certificate_that_comes_and_is_renewed_is_served_and_no_request_is_dropped(
    start_gateway: StartGateway, behind: str, directory: Path
) -> None:
    many = {"LIMIT_REQUESTS": "6000"}  # that of one address is another test's
    with start_gateway(behind, *mounted(directory), TLS_DIRECTORY="/etc/certificates/live", **many) as gateway:
        assert served_name(gateway) == "localhost"
        until(lambda: gateway.http.get("/api/v1/ping").is_success, "the gateway reaches the stub")
        with visitor_who_stays(gateway) as of_the_browser, visitors_who_come(gateway) as of_the_others:
            for name in ("first.example", "renewed.example"):
                issue(directory, name)
                until(partial(serves, gateway, name), f"the one of {name} is served")
        assert set(of_the_browser) == {"200"}
        assert set(of_the_others) == {200}


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
