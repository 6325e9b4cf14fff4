"""What visitors and their stories do, good and bad, every time with secrets that must not be found anywhere else."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from storybot_common.messages import CONTENT_TYPE
from tests.e2e.environment import Environment
from tests.support.broker_pages import VIRTUAL_HOST
from tests.support.fake_llm.control import FakeLlmControl
from tests.support.poll import until

_ENDED = {"finished", "failed", "cancelled"}
_PATIENCE_S = 60


@dataclass(slots=True)
class Activity:
    """What was done, and with which secrets."""

    secrets: dict[str, str] = field(default_factory=dict)
    """What it is → the text that stands for it."""
    traces: dict[str, str] = field(default_factory=dict)
    """How a story ended → its trace id."""
    finished: int = 0

    def secret(self, what: str) -> str:
        """A word that is in no log unless somebody wrote it there."""
        return self.secrets.setdefault(what, f"Zq{secrets.token_hex(6)}")


class Visitor:
    """Somebody at the page."""

    def __init__(self, environment: Environment, activity: Activity) -> None:
        self.http = httpx.Client(base_url=f"{environment.url}/api/v1", timeout=30)
        self._activity = activity

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, ending: str, script: str, **options: object) -> dict[str, Any]:
        """Ask for a story that ends so; the story."""
        activity = self._activity
        content = f"{activity.secret('prompt')} and {activity.secret('child in the prompt')} [[fake: {script}]]"
        answer = self.http.post(
            "/prompts",
            json={"content": content, "options": {"protagonist": activity.secret("protagonist"), **options}},
            headers={"Idempotency-Key": activity.secret(f"key {len(activity.secrets)}")},
        )
        assert answer.status_code == 201, answer.text
        activity.traces[ending] = answer.headers["x-trace-id"]
        story: dict[str, Any] = answer.json()["stories"][0]
        return story

    def wait(self, story: dict[str, Any]) -> dict[str, Any]:
        """The story when it has ended."""

        def ended() -> dict[str, Any]:
            found: dict[str, Any] = self.http.get(f"/stories/{story['id']}").json()
            return found if found["status"] in _ENDED else {}

        return until(ended, "the story ends", _PATIENCE_S)

    def read(self, story: dict[str, Any]) -> str:
        """Watch the story until it ends; all that was sent."""
        with self.http.stream("GET", f"/stories/{story['id']}/events", timeout=_PATIENCE_S) as answer:
            return "".join(answer.iter_text())


def a_busy_day(environment: Environment, fake: FakeLlmControl) -> Activity:
    """Stories that end in every way, requests that are refused in every way."""
    activity = Activity()
    with Visitor(environment, activity) as visitor:
        _stories(visitor, activity, activity.secret("story text"))
        _refusals(visitor, activity)
        code = activity.secrets["code of a link"] = visitor.http.post("/library/links").json()["code"]
        assert httpx.post(f"{visitor.http.base_url}library/join", json={"code": code}).status_code == 204
        activity.secrets["cookie"] = next(iter(visitor.http.cookies.values()))
    _pages(environment, activity)
    _poison(environment)
    fake.reset()
    return activity


def _stories(visitor: Visitor, activity: Activity, mark: str) -> None:
    written = visitor.ask("finished", f"id=f1 tokens=60 delay=0.02 mark={mark}", language="en", length="short")
    assert mark in visitor.read(written)
    assert visitor.wait(written)["status"] == "finished"
    again = visitor.ask("finished after a fault", f"id=f2 tokens=40 fail=503 times=1 mark={mark}")
    broken = visitor.ask("gone on with", f"id=f3 tokens=40 fail=break:17 times=1 mark={mark}")
    assert {visitor.wait(story)["status"] for story in (again, broken)} == {"finished"}
    activity.finished = 3
    for number, fault in enumerate(("fail=401", "fail=400 code=content_policy_violation", "finish=content_filter")):
        refused = visitor.ask("failed", f"id=x{number} {fault} mark={mark}")
        assert visitor.wait(refused)["status"] == "failed"
    stopped = visitor.ask("cancelled", f"id=c1 tokens=2000 delay=0.05 mark={mark}")
    until(lambda: visitor.http.get(f"/stories/{stopped['id']}").json()["text"], "the first words", _PATIENCE_S)
    assert visitor.http.post(f"/stories/{stopped['id']}/cancel").status_code == 202
    assert visitor.wait(stopped)["status"] == "cancelled"
    last = visitor.ask("finished", f"id=f4 tokens=20 mark={mark}")  # the LLM is well again
    visitor.wait(last)


def _refusals(visitor: Visitor, activity: Activity) -> None:
    """Everything that a request may carry, in requests that fail."""
    http, secret = visitor.http, activity.secret
    refused = [
        http.post("/prompts", json={"content": " ", "options": {}}),
        http.post("/prompts", json={"content": 7, secret("unknown field"): 1}),
        http.post("/prompts", content=f'{{"content": "{secret("broken body")}'),
        http.post("/prompts", json={"content": "x", "options": {"age": secret("bad option")}}),
        http.post("/prompts", json={"content": secret("too long") * 9000}),
        http.post("/library/join", json={"code": secret("code of no link")}),
        http.get(f"/stories/{secret('path')}"),
        http.get(f"/{secret('unknown path')}/x"),
    ]
    assert all(answer.is_client_error for answer in refused), refused
    http.post("/prompts", json={"content": f"{secret('no character')}\x00"})
    http.get("/prompts", params={"q": secret("search")})
    http.get("/prompts", params={"cursor": secret("cursor")})
    http.get(
        "/settings", headers={"Authorization": f"Bearer {secret('token')}", "Referer": f"https://x/{secret('referer')}"}
    )
    http.get("/settings", headers={"X-Trace-Id": f"<{secret('trace id')}>", "Last-Event-ID": secret("event id")})
    http.request(secret("method").upper(), "/settings")
    with httpx.Client(base_url=http.base_url, cookies={"storybot_owner": secret("forged cookie")}) as forger:
        forger.get("/prompts")


def _pages(environment: Environment, activity: Activity) -> None:
    for path in ("/", "/favicon.svg", f"/{activity.secret('page')}", f"/x/{activity.secret('file')}.php"):
        httpx.get(f"{environment.url}{path}", headers={"X-Forwarded-For": "203.0.113.77"})


def _poison(environment: Environment) -> None:
    """A message that nobody can read, straight into the queue."""
    pages = environment.compose("port", "rabbitmq", "15672").strip()
    httpx.post(
        f"http://{pages}/api/exchanges/{VIRTUAL_HOST}/amq.default/publish",
        auth=("storybot", "development-only"),
        json={
            "routing_key": "story.jobs",
            "payload": '{"no": "ticket"}',
            "payload_encoding": "string",
            "properties": {"delivery_mode": 2, "content_type": CONTENT_TYPE},
        },
    ).raise_for_status()
