"""Which containers can be reached from inside another one.

A process of ours in the network namespace of each container listens and says whose it is; processes beside it try
every address of every other one. A connection that somebody else takes (a router's proxy, say) counts for nothing.
"""

import json
import secrets
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network

from tests.support.containers import TOOLBOX_IMAGE, docker
from tests.support.poll import until

MACHINE = "the machine"
_PORT = 47123
_SECRET = secrets.token_hex(8)

_WITNESS = f"""
import socket, sys
with socket.create_server(("", {_PORT}), backlog=256) as server:
    print("listening", flush=True)
    while True:
        connection, _ = server.accept()
        connection.sendall(sys.argv[1].encode())
        connection.close()
"""

_PROBE = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def word(address):
    try:
        with socket.create_connection(tuple(address), timeout=2) as connection:
            connection.settimeout(2)
            return connection.recv(200).decode(errors="replace")
    except OSError:
        return ""
with ThreadPoolExecutor(64) as pool:
    print(json.dumps(list(pool.map(word, json.load(sys.stdin)))))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A container: its addresses, one a network, and the first address of each, which is the machine's if any is."""

    service: str
    container: str
    addresses: tuple[str, ...]
    first_addresses: tuple[str, ...]

    @classmethod
    def of(cls, service: str, container: str) -> "Place":
        """As the engine tells it."""
        (found,) = json.loads(docker("inspect", container).stdout)
        networks = [
            (network["IPAddress"], network["IPPrefixLen"]) for network in found["NetworkSettings"]["Networks"].values()
        ]
        firsts = [str(next(ip_network(f"{address}/{bits}", strict=False).hosts())) for address, bits in networks]
        return cls(service, container, tuple(address for address, _ in networks), tuple(firsts))


def who_reaches_whom(places: list[Place]) -> dict[str, set[str]]:
    """For each service the others that it reaches, and the machine itself if it does, at whatever address."""
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        port = stack.enter_context(_witness_of_the_machine())
        list(pool.map(stack.enter_context, [_witness(one) for one in places]))
        return dict(pool.map(lambda one: (one.service, _reached(one, places, port)), places))


def _reached(one: Place, places: list[Place], port: int) -> set[str]:
    others = [(address, _PORT) for other in places if other is not one for address in other.addresses]
    machine = [(address, port) for address in (_own_address(), *one.first_addresses)]
    words = json.loads(_inside(one, "--interactive", "python", "-c", _PROBE, stdin=json.dumps(others + machine)))
    return {word.removeprefix(_SECRET) for word in words if word.startswith(_SECRET)}


def _inside(one: Place, *command: str, stdin: str | None = None) -> str:
    option, *rest = command
    namespace = ["--network", f"container:{one.container}"]
    return docker("run", "--rm", option, *namespace, TOOLBOX_IMAGE, *rest, stdin=stdin).stdout.strip()


@contextmanager
def _witness(one: Place) -> Iterator[None]:
    identity = _inside(one, "--detach", "python", "-c", _WITNESS, _SECRET + one.service)
    try:
        until(lambda: "listening" in docker("logs", identity).stdout, f"a witness beside {one.service}")
        yield
    finally:
        docker("kill", identity, check=False)


@contextmanager
def _witness_of_the_machine() -> Iterator[int]:
    """At all of its addresses; the port."""
    with socket.create_server(("", 0), backlog=256) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.sendall((_SECRET + MACHINE).encode())

        threading.Thread(target=answer, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)


def _own_address() -> str:
    """An address of this machine that is on none of the engine's networks: the way to it is the way out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as some:
        some.connect(("192.0.2.1", 9))  # sends nothing
        return str(some.getsockname()[0])
