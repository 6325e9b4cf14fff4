"""What reaches the API, what does not, and what is said when the API cannot be reached."""

import json
import ssl
import subprocess
from http.client import HTTPConnection

import httpx
import pytest

from tests.support.containers import Container, container, docker, network
from tests.support.poll import until

from .conftest import HARDENED, Gateway, StartGateway, start_stub


def raw_get(gateway: Gateway, target: str) -> tuple[int, str, bytes]:
    """GET with the target exactly as given: other clients tidy it up."""
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("GET", target)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type", ""), body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_method_target_and_body_arrive_unchanged(http: httpx.Client, method: str) -> None:
    asked = http.request(method, "/api/v1/prompts/%E7%8B%90?q=a%20b&q=%22", content=b"x" * 65_536).json()
    assert asked["method"] == method
    assert asked["target"] == "/api/v1/prompts/%E7%8B%90?q=a%20b&q=%22"
    assert asked["length"] == 65_536


def test_the_api_learns_who_asks_and_cannot_be_told_lies(gateway: Gateway) -> None:
    lies = {
        "X-Real-IP": "1.1.1.1",
        "X-Forwarded-For": "2.2.2.2",
        "X-Forwarded-Proto": "ftp",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=3.3.3.3",
    }
    headers = gateway.http.get("/api/v1/ping", headers=lies).json()["headers"]
    visitor = headers["x-real-ip"]
    assert visitor not in {"1.1.1.1", "2.2.2.2", "3.3.3.3"}
    assert headers["x-forwarded-for"] == visitor
    assert headers["x-forwarded-proto"] == "http"
    assert headers["host"] == f"127.0.0.1:{gateway.port}"
    assert "x-forwarded-host" not in headers
    assert "forwarded" not in headers


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/assets/x.css", "/api/openapi.json", "/api/v1/settings"])
def test_paths_of_the_contract_lead_to_the_api(http: httpx.Client, path: str) -> None:
    assert http.get(path).is_success


def test_readiness_is_asked_under_the_apis_own_name(http: httpx.Client) -> None:
    assert http.get("/api/readyz").json()["target"] == "/readyz"


@pytest.mark.parametrize(
    "target",
    [
        *("/api", "/api/", "/api/metrics", "/api/healthz", "/api/v1", "/api/v2/prompts", "/api/docsx", "/api/readyz/"),
        *("/api/page.html", "/api/script.js"),
        *(
            "/api/v1/../metrics",
            "/api/v1/%2e%2e/metrics",
            "/api/v1/..%2fmetrics",
        ),
        *("/api/openapi.json/../metrics", "/api/docs/../metrics"),
    ],
)
def test_no_other_path_below_api_does(gateway: Gateway, target: str) -> None:
    status, content_type, body = raw_get(gateway, target)
    assert status == 404
    assert content_type == "application/problem+json"
    problem = json.loads(body)
    assert problem["status"] == 404
    assert problem["type"] == "urn:problem-type:storybot:not-found"
    assert problem["trace_id"]


@pytest.mark.parametrize(
    "target",
    [
        *("/api/v1/../../metrics", "/api/v1/..%2f..%2fmetrics", "//metrics", "/./metrics", "/api/..;/metrics"),
        *("/api/v1/%2e%2e/%2e%2e/metrics", "/x/..//metrics", "/api/v1/..%5c..%5cmetrics"),
    ],
)
def test_no_trick_reaches_the_apis_metrics(gateway: Gateway, target: str) -> None:
    status, _, body = raw_get(gateway, target)
    seen_by_api = json.loads(body)["target"] if status == 200 and body.startswith(b"{") else None
    # what still begins with the versioned prefix is one of the API's own 404s: it resolves no dots
    assert status == 404 or (seen_by_api or "").startswith("/api/v1/")


def test_a_body_over_the_limit_is_refused_with_a_problem(http: httpx.Client) -> None:
    answer = http.post("/api/v1/prompts", content=b"x" * 65_537, headers={"X-Trace-Id": "too-large-1"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 413
    assert answer.json()["trace_id"] == "too-large-1"


@pytest.mark.parametrize("method", ["BREW", "TRACE", "PROPFIND"])
def test_a_method_that_is_none_of_ours_is_a_problem_with_those_that_are(http: httpx.Client, method: str) -> None:
    answer = http.request(method, "/api/v1/prompts")
    assert answer.status_code == answer.json()["status"] == 405
    assert answer.headers["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_long_json_is_compressed(http: httpx.Client, encoding: str) -> None:
    request = http.build_request("GET", "/api/v1/long", headers={"Accept-Encoding": encoding})
    answer = http.send(request, stream=True)
    answer.close()
    assert answer.headers["content-encoding"] == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_events_arrive_when_they_happen(start_gateway: StartGateway, scheme: str) -> None:
    """The second event is not sent before the first has been received: a buffer anywhere would end in a timeout."""
    with network() as name, start_stub(name), start_gateway(name) as gateway:
        port = gateway.tls_port if scheme == "https" else gateway.port
        command = ["curl", "--no-buffer", "--silent", "--insecure", "--http2", "--compressed", "--include"]
        url = f"{scheme}://127.0.0.1:{port}/api/v1/stories/0199/events"
        with subprocess.Popen([*command, "--max-time", "20", url], stdout=subprocess.PIPE, text=True) as curl:
            assert curl.stdout is not None
            head = "".join(iter(curl.stdout.readline, "\n"))
            assert "text/event-stream" in head
            assert "content-encoding" not in head.lower()
            assert [curl.stdout.readline() for _ in range(3)][2] == "data: first\n"
            gateway.http.post("/api/v1/release")
            assert "data: second" in curl.stdout.read()
            assert curl.wait() == 0


def test_an_api_that_is_away_is_an_honest_503(start_gateway: StartGateway) -> None:
    with network() as name, start_gateway(name) as gateway:
        answer = gateway.http.post("/api/v1/prompts", headers={"X-Trace-Id": "away-one-1"})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"
        assert answer.headers["x-trace-id"] == answer.json()["trace_id"] == "away-one-1"
        assert answer.json()["type"] == "urn:problem-type:storybot:unavailable"
        with start_stub(name):
            until(lambda: gateway.http.post("/api/v1/prompts").is_success, "the gateway finds the API")


def test_a_gateway_that_waits_for_an_api_does_not_listen_before_one_answers(gateway_image: str) -> None:
    """Visitors go to another gateway meanwhile; the first request that this one takes is served."""
    waiting = {"API_WAIT_SECONDS": "9999"}
    with network() as name, container(
        gateway_image, on=name, ports=[8080], environment=waiting, options=HARDENED
    ) as gateway, httpx.Client(base_url=f"http://127.0.0.1:{gateway.port(8080)}") as http:  # fmt: skip

        def first_answer() -> httpx.Response | None:
            try:
                return http.get("/api/v1/ping")
            except httpx.TransportError:
                return None

        until(lambda: "waiting until an API answers" in gateway.output(), "the gateway waits")
        assert first_answer() is None
        assert gateway.inspect("{{.State.Health.Status}}") == "starting"
        with start_stub(name):
            answer = until(first_answer, "the gateway listens")
            assert answer is not None
            assert answer.status_code == 200


def test_a_gateway_that_waited_in_vain_serves_the_site(start_gateway: StartGateway) -> None:
    with network() as name, start_gateway(name, API_WAIT_SECONDS="1") as gateway:
        assert gateway.http.get("/").status_code == 200
        assert gateway.http.get("/api/v1/ping").status_code == 503
        assert "no API answered at prompt-api:8000 within 1 s" in gateway.container.output()


@pytest.mark.parametrize(("method", "status"), [("POST", 504), ("GET", 503)])
def test_an_api_that_dies_during_a_request_leaves_open_whether_it_was_done(
    start_gateway: StartGateway, method: str, status: int
) -> None:
    with network() as name, start_stub(name), start_gateway(name) as gateway:
        until(lambda: gateway.http.get("/api/v1/ping").is_success, "the gateway reaches the stub")
        answer = gateway.http.request(method, "/api/v1/die")
        assert answer.status_code == status
        kind = "outcome-unknown" if status == 504 else "unavailable"
        assert answer.json()["type"] == f"urn:problem-type:storybot:{kind}"
        assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("own_key", [{"Idempotency-Key": "of-the-visitor"}, {}], ids=["with key", "without key"])
def test_a_prompt_is_taken_by_another_replica_when_one_dies_of_it(
    start_gateway: StartGateway, own_key: dict[str, str]
) -> None:
    """Both see the same key, so that one which stored the prompt and died before it said so does no harm."""
    with network() as name, start_stub(name) as first, start_stub(name), start_gateway(name) as gateway:
        until(lambda: len(hosts_of(gateway)) == 2, "both replicas are used")
        victim = first.inspect("{{.Config.Hostname}}")
        until(lambda: answered_by(gateway, victim, own_key) and not is_running(first), "the first one is asked")
        seen = [answered_by(gateway, victim, {**own_key, "X-Request-Id": "a-claim"}) for _ in range(3)]
        assert {headers.get("idempotency-key") for headers in seen} == {own_key.get("Idempotency-Key")}
        assert len({headers["x-request-id"] for headers in seen} - {"a-claim"}) == 3


def hosts_of(gateway: Gateway) -> set[str]:
    return {gateway.http.get("/api/v1/ping").json()["host"] for _ in range(4)}


def is_running(stub: Container) -> bool:
    return stub.inspect("{{.State.Running}}") == "true"


def answered_by(gateway: Gateway, victim: str, headers: dict[str, str]) -> dict[str, str]:
    """The headers that the replica saw which answered a prompt that the victim dies of."""
    answer = gateway.http.post("/api/v1/prompts", content=victim, headers=headers)
    assert answer.status_code == 200
    asked = answer.json()
    assert asked["host"] != victim
    seen: dict[str, str] = asked["headers"]
    return seen


def test_replicas_come_and_go_without_a_failed_request(start_gateway: StartGateway) -> None:
    with network() as name, start_stub(name) as first, start_gateway(name) as gateway:
        until(lambda: gateway.http.get("/api/v1/ping").is_success, "the gateway reaches the first")
        first_host = gateway.http.get("/api/v1/ping").json()["host"]
        answered: set[str] = set()

        def ask() -> set[str]:
            answer = gateway.http.get("/api/v1/ping")
            assert answer.status_code == 200
            answered.add(answer.json()["host"])
            return answered

        with start_stub(name):
            until(lambda: len(ask()) == 2, "both replicas are used")
            first.stop()
            answered.clear()
            for _ in range(20):
                ask()
            assert answered
            assert first_host not in answered


def test_a_replica_that_is_back_is_used_before_its_name_is_looked_up_again(start_gateway: StartGateway) -> None:
    """A rolling restart: the second one stops as soon as the first one is back."""
    with network() as name, start_stub(name) as first, start_gateway(name) as gateway, start_stub(name) as second:
        known: set[str] = set()

        def both_are_known() -> bool:
            known.add(gateway.http.get("/api/v1/ping").json()["host"])
            return len(known) == 2

        until(both_are_known, "both replicas are used")
        first.stop()
        until(lambda: "backup" in replicas_of(gateway), "the first one is a backup only")
        first.start()
        until(lambda: first.output().count("running on") == 2, "the first one is back")
        second.stop()
        for _ in range(20):
            assert gateway.http.get("/api/v1/ping").status_code == 200


def replicas_of(gateway: Gateway) -> str:
    return docker("exec", gateway.container.name, "cat", "/tmp/gateway/api-replicas").stdout


@pytest.mark.parametrize(
    ("version", "accepted"),
    [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_is_modern(gateway: Gateway, version: ssl.TLSVersion, accepted: bool) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the trial's certificate is self-signed
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    client = httpx.Client(base_url=f"https://127.0.0.1:{gateway.tls_port}", verify=context)
    with client:
        if accepted:
            assert client.get("/api/v1/ping").json()["headers"]["x-forwarded-proto"] == "https"
        else:
            with pytest.raises(httpx.ConnectError):
                client.get("/")
