"""Everything that ``make check`` runs, in the toolbox and against a stack of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import bench, operate, standins
from .console import Problem
from .images import Images
from .paths import CACHE, ROOT, TEST_RESULTS
from .running import Running
from .stack import COMBINATIONS, SWARM_STACKS, TEST_ENV, Stack, stack
from .tally import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .operate import Tools

# The app's packages are installed again only when their lock file changed.
_NPM_CI = (
    "cmp -s package-lock.json node_modules/.installed-lock || "
    "{ npm ci --no-audit --no-fund && cp package-lock.json node_modules/.installed-lock; }"
)
_PRINT_API_DOCUMENT = "PYTHONPATH=services/common:services/prompt-api python -m prompt_api.openapi"
_FAKE_LLM = {"LLM_BASE_URL": "http://fake-llm:8080/v1", "LLM_MODEL": "fake-storyteller"}
GENERATOR_PATH = "observability:services/common:services/prompt-api:services/story-worker"
_QUIETLY = ("sh", "-c", '"$@" >/dev/null', "sh")
_SWARM_SETTINGS = {"STORYBOT_RELEASE": "1", "SITE_NAMES": "example.org"}
_ALERTMANAGER = ("alertmanager", "shown-only")
_OBSERVED = {
    **_FAKE_LLM,
    "LLM_API_KEY": "sk-test-not-to-be-logged",
    "LLM_PRICES": '{"fake-storyteller": {"prompt": 1, "completion": 4}}',
    "LOGSTASH_HOST": "log-receiver",
    "ALERT_WEBHOOK_URL": "http://webhook-receiver:8080/",
}
_DATABASE = "postgresql+psycopg://storybot:development-only@127.0.0.1:{TEST_POSTGRES_PORT}/storybot"
_AMQP = "amqp://storybot:development-only@127.0.0.1:{TEST_AMQP_PORT}/storybot"


class Checks:
    """The steps. Each raises a Problem when it fails."""

    def __init__(self, tools: Tools, family: Images) -> None:
        self._tools = tools
        self._family = family
        self._stack = stack(family, "test")

    def config(self) -> None:
        """Every combination of compose files is valid, with no .env."""
        for overlays in COMBINATIONS:
            env_file = TEST_ENV if "compose/test.yml" in overlays else os.devnull
            self._run(*Stack(overlays, env_file).command("config", "--quiet"))
            self._tools.console.done(" + ".join(("docker-compose.yml", *overlays)))
        for files in SWARM_STACKS:
            options = (word for file in files for word in ("--compose-file", str(ROOT / file)))
            checked = self._tools.shell.show(*_QUIETLY, "docker", "stack", "config", *options, env=_SWARM_SETTINGS)
            if checked:
                raise Problem(f"{' + '.join(files)} is no stack for Docker Swarm; its fault is named above.")
            self._tools.console.done(" + ".join(files))

    def fmt(self) -> None:
        """Formatting: ruff and prettier."""
        self._toolbox("ruff", "format", "--check")
        self._web("npm run --silent format:check")

    def lint(self) -> None:
        """ruff, shellcheck, eslint."""
        self._toolbox("ruff", "check")
        self._toolbox("shellcheck", *shell_scripts())
        self._web("npm run --silent lint")

    def types(self) -> None:
        """mypy and tsc."""
        self._toolbox("mypy")
        self._web("npm run --silent typecheck")

    def secret_scan(self) -> None:
        """detect-secrets on every line of the history."""
        accept = ("--accept",) if os.environ.get("ACCEPT") else ()
        self._toolbox("env", "PYTHONPATH=scripts", "python", "-m", "supply_chain.history", *accept)

    def test_unit(self) -> None:
        """pytest, no network."""
        self._pytest("unit", "tests/unit")

    def api_document(self) -> None:
        """The OpenAPI document against the API's code, and the app's client against the document."""
        self._toolbox("sh", "-c", f"{_PRINT_API_DOCUMENT} | diff --unified - web/openapi.json")
        self._web("npm run --silent api:check")

    def test_web(self) -> None:
        """vitest, the production build, and how much of it a page needs first."""
        report = TEST_RESULTS / "web.xml"
        self._web(f"npm test -- --reporter=default --reporter=junit --outputFile.junit={shlex.quote(str(report))}")
        self._web("npm run --silent build && npm run --silent first-load")

    def test_integration(self) -> None:
        """pytest on real Postgres and RabbitMQ, and the fake LLM."""
        operate.build(self._tools, self._stack, self._family, "fake-llm")
        with Running(self._tools, self._stack, "integration", {}, "postgres", "rabbitmq", "fake-llm"):
            self._pytest("integration", "tests/integration", env=self._addresses())

    def test_e2e(self) -> None:
        """pytest and a browser on the whole stack: with the built-in model, then with the fake LLM."""
        operate.build(self._tools, self._stack, self._family)
        self._web("true")  # axe is one of the app's packages
        addresses = self._addresses()
        with Running(self._tools, self._stack, "e2e", {}) as running:
            self._pytest("e2e-builtin", "tests/e2e", "-m", "builtin_llm", env=addresses)
            running.start(_FAKE_LLM)
            self._pytest("e2e", "tests/e2e", "-m", "not builtin_llm", env=addresses)

    def test_security_short(self) -> None:
        """pytest that attacks the whole stack through the gateway: what takes minutes is left out."""
        self._security("security-short", "-m", "not long")

    def test_security(self) -> None:
        """All of it: ten thousand connections and thousands of generated requests, too."""
        self._security("security")

    def _security(self, name: str, *chosen: str) -> None:
        operate.build(self._tools, self._stack, self._family)
        with Running(self._tools, self._stack, name, _FAKE_LLM):
            self._pytest(name, "tests/security", *chosen, env=self._addresses())

    def screenshots(self) -> None:
        """Pictures of every screen and state, in test-results/screenshots."""
        operate.build(self._tools, self._stack, self._family)
        with Running(self._tools, self._stack, "screenshots", _FAKE_LLM):
            self._toolbox("python", "-m", "tests.screenshots", env=self._addresses())

    def lab(self) -> None:
        """Lighthouse on the built app behind the gateway; reports in test-results/lab."""
        operate.build(self._tools, self._stack, self._family)
        self._toolbox("sh", "-c", f"cd tests/lab && {{ {_NPM_CI}; }}")
        with Running(self._tools, self._stack, "lab", _FAKE_LLM):
            passed_on = {name: os.environ[name] for name in ("LAB_RUNS", "LAB_PAGES") if name in os.environ}
            self._toolbox("python", "-m", "tests.lab", env={**self._addresses(), **passed_on})

    def observability_files(self) -> None:
        """What code writes is as written; Prometheus' configuration, rules, and tests of the rules."""
        self._toolbox("env", f"PYTHONPATH={GENERATOR_PATH}", "python", "-m", "observability_as_code", "--check")
        prometheus = "observability/prometheus"
        self._toolbox(
            "sh", "-c", f"cd {prometheus} && promtool check rules rules/*.yml && promtool test rules tests/*.yml"
        )
        self._toolbox(
            *("promtool", "check", "config", "--lint=none", "--syntax-only", f"{prometheus}/prometheus.yml"),
        )
        self._toolbox("amtool", "check-config", *(f"observability/alertmanager/{name}.yml" for name in _ALERTMANAGER))

    def test_observability(self) -> None:
        """pytest on the whole stack with Prometheus, after stories were finished, failed and cancelled."""
        with _variables_set({"COMPOSE_PROFILES": "metrics"}):
            _write_quick_prometheus()
            operate.build(self._tools, self._stack, self._family)
            with Running(self._tools, self._stack, "observability", _OBSERVED):
                self._pytest("observability", "tests/observability", env=self._addresses())

    def test_elk(self) -> None:
        """pytest on the whole stack with the real ELK; needs its images, so it is not part of check."""
        if self._family is Images.DEBIAN:
            raise Problem(
                "test-elk needs Elastic's and Grafana's images, which come from container registries only.",
                "Run `IMAGES=official make test-elk` on a machine that reaches them.",
            )
        with _variables_set({"COMPOSE_PROFILES": "metrics,elk", "TEST_ELK_REPLICAS": "1"}):
            _write_quick_prometheus()
            operate.build(self._tools, self._stack, self._family)
            with Running(
                self._tools, self._stack, "elk", {name: _OBSERVED[name] for name in ("LLM_BASE_URL", "LLM_MODEL")}
            ):
                self._pytest("elk", "tests/elk", env=self._addresses())

    def bench_quick(self) -> None:
        """pytest that runs the bench with small counts: it works, nothing is timed."""
        with bench.namespace(self._tools, self._family) as environment:
            self._pytest("bench", "tests/load", env=environment)

    def test_faults_short(self) -> None:
        """pytest that kills, freezes and cuts off real containers under load (SEED repeats a run)."""
        self._faults("short")

    def test_faults(self) -> None:
        """The same with 200 stories in flight, more faults and longer ones."""
        self._faults("long")

    def test_deploy(self) -> None:
        """pytest that rehearses prepare, deploy, a broken release and rollback on a machine with sshd."""
        self._rehearse("fabric")

    def test_swarm(self) -> None:
        """pytest on a Swarm of two engines: a node is drained, releases follow, one of them is broken."""
        self._rehearse("swarm")

    def _rehearse(self, name: str) -> None:
        env = {**standins.base_images(self._family), "TEST_RESULTS": str(TEST_RESULTS)}
        self._pytest(name, f"tests/deploy/test_{name}.py", env=env)

    def _faults(self, form: str) -> None:
        operate.build(self._tools, self._stack, self._family)
        env = {**self._overlays("SEED", "KEEP_STACK"), "FORM": form}
        self._pytest(f"faults-{form}", "tests/faults", env=env)

    def test_production(self) -> None:
        """pytest on the production overlay: secrets, rights, networks, certificates, backup and restore."""
        operate.build(self._tools, self._stack, self._family)
        with _variables_set({"COMPOSE_PROFILES": "metrics"}):
            self._pytest("production", "tests/production", env=self._overlays("COMPOSE_PROFILES", "KEEP_STACK"))

    def test_upgrade(self) -> None:
        """pytest that replaces the release before by this one under load (UPGRADE_FROM names another)."""
        operate.build(self._tools, self._stack, self._family)
        self._pytest("upgrade", "tests/upgrade", env=self._overlays("UPGRADE_FROM"))

    def _overlays(self, *passed_on: str) -> dict[str, str]:
        """What a test needs that starts a stack of its own."""
        overlays = ":".join(file for file in self._stack.overlays if file != "compose/test.yml")
        variables = {name: os.environ[name] for name in passed_on if name in os.environ}
        return {"COMPOSE_OVERLAYS": overlays, **standins.base_images(self._family), **variables}

    def _addresses(self) -> dict[str, str]:
        ports = _variables((ROOT / TEST_ENV).read_text())
        return {
            "DATABASE_URL": _DATABASE.format(**ports),
            "AMQP_URL": _AMQP.format(**ports),
            "FAKE_LLM_URL": f"http://127.0.0.1:{ports['FAKE_LLM_PORT']}",
            "STORYBOT_URL": f"http://127.0.0.1:{ports['GATEWAY_PORT']}",
            "STORYBOT_TLS_URL": f"https://127.0.0.1:{ports['GATEWAY_TLS_PORT']}",
            "PROMETHEUS_URL": f"http://127.0.0.1:{ports['PROMETHEUS_PORT']}",
            "KIBANA_URL": f"http://127.0.0.1:{ports['KIBANA_PORT']}",
            "GRAFANA_URL": f"http://127.0.0.1:{ports['GRAFANA_PORT']}",
            "STORYBOT_COMPOSE": shlex.join(self._stack.command()),
            "TEST_RESULTS": str(TEST_RESULTS),
            **standins.base_images(self._family),
        }

    def _pytest(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._toolbox("pytest", f"--junitxml={TEST_RESULTS / name}.xml", *arguments, env=env)

    def _web(self, script: str) -> None:
        self._toolbox("sh", "-c", f"cd web && {{ {_NPM_CI}; }} && {script}")

    def _toolbox(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        passed_on = {**(env or {}), "TOOLBOX_ENV": " ".join(env or {})}
        self._run(str(ROOT / "scripts/toolbox"), *command, env=passed_on)

    def _run(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        if self._tools.shell.show(*command, env=env):
            raise Problem(f"{command[0].rsplit('/', 1)[-1]} {shlex.join(command[1:4])} … failed; its output is above.")


QUICK = (
    "config",
    "fmt",
    "lint",
    "types",
    "secret-scan",
    "api-document",
    "observability-files",
    "test-unit",
    "test-web",
)
SLOW = (
    "test-integration",
    "test-e2e",
    "test-security-short",
    "test-observability",
    "test-production",
    "test-faults-short",
)
ON_REQUEST = (
    "screenshots",
    "lab",
    "test-security",
    "test-elk",
    "test-upgrade",
    "test-deploy",
    "test-swarm",
    "bench-quick",
    "test-faults",
)


def run(tools: Tools, *names: str) -> None:
    """Run the named steps, or all; the slow ones only when the quick ones are green.

    Prints the number of tests last. Raises a Problem when a step failed.
    """
    family = operate.prepare(tools)
    standins.ensure_toolbox(tools.shell, family)
    checks = Checks(tools, family)
    _forget_earlier_results()
    failed: list[str] = []
    for name in names or QUICK + SLOW:
        if failed and name in SLOW and not names:
            tools.console.warn(f"{name} is left out until {', '.join(failed)} is green")
            continue
        if not _step(tools, name, getattr(checks, name.replace("-", "_"))):
            failed.append(name)
    tools.console.say()
    if failed:
        tools.console.say(f"Failed: {', '.join(failed)}. Again, alone: make {failed[0]}")
    tally = count(sorted(TEST_RESULTS.glob("*.xml")))
    if names and not (tally.passed or tally.failed):
        tools.console.say("all green" if not failed else "not green")
    else:
        tools.console.say(str(tally._replace(failed=max(tally.failed, len(failed)))))
    if failed:
        raise SystemExit(1)


def _forget_earlier_results() -> None:
    """What is counted and shown is of this run; measurements of other commands stay."""
    TEST_RESULTS.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(TEST_RESULTS / "logs", ignore_errors=True)
    for report in TEST_RESULTS.glob("*.xml"):
        report.unlink()


def _step(tools: Tools, name: str, step: Callable[[], None]) -> bool:
    tools.console.banner(f"{name}: {(step.__doc__ or '').strip().splitlines()[0]}")
    started = time.monotonic()
    try:
        step()
    except Problem as problem:
        tools.console.problem(problem)
        return False
    tools.console.done(f"{name} ({time.monotonic() - started:.0f} s)")
    return True


def shell_scripts() -> list[str]:
    """Files of the repository that a shell reads."""
    folders = (ROOT / name for name in ("compose", "services", "observability"))
    candidates = [*(ROOT / "scripts").iterdir(), *(file for folder in folders for file in folder.rglob("*.sh"))]
    candidates.append(ROOT / ".ci/run")
    shebangs = (b"#!/bin/sh", b"#!/usr/bin/env bash")
    found = [file for file in candidates if file.is_file() and file.read_bytes().startswith(shebangs)]
    return sorted(str(file.relative_to(ROOT)) for file in found)


def _write_quick_prometheus() -> None:
    """The same configuration, but nobody waits a quarter of a minute for a number."""
    real = (ROOT / "observability/prometheus/prometheus.yml").read_text()
    quick = re.sub(r"^  (scrape|evaluation)_interval: 15s$", r"  \1_interval: 2s", real, flags=re.MULTILINE)
    quick = re.sub(r"^  scrape_timeout: 10s$", "  scrape_timeout: 2s", quick, flags=re.MULTILINE)
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "prometheus-test.yml").write_text(quick)


@contextmanager
def _variables_set(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for every command while a block runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _variables(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
