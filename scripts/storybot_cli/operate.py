"""The everyday commands: up, dev, down, ps, logs, clean."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from . import health, images, preflight, standins
from .console import Problem
from .engine import State, ensure_engine, look, what_to_do
from .paths import CACHE, ROOT
from .stack import Stack, names_production, stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .console import Console
    from .host import Host
    from .images import Images
    from .shell import Shell

_ELASTIC = "docker.elastic.co/"
IMAGES_MEMORY = CACHE / "images"


class Tools(NamedTuple):
    """What every command works with."""

    shell: Shell
    console: Console
    host: Host


def prepare(tools: Tools) -> Images:
    """An engine and the images everything is built on."""
    ensure_engine(tools.shell, tools.console, tools.host)
    family = images.decide(tools.shell, tools.console, os.environ, IMAGES_MEMORY)
    standins.ensure_base_images(tools.shell, tools.host, family)
    return family


def build_environment(family: Images) -> dict[str, str]:
    """Variables for builds. The images are for what the Debian overlay does not know, such as the tests' own."""
    return {"DOCKER_BUILDKIT": "1", **standins.base_images(family)}


def build(tools: Tools, chosen: Stack, family: Images, *services: str) -> None:
    """Build the services' own images; quick when nothing changed."""
    command = chosen.command("--progress", "plain", "build", *services)
    tools.shell.task("Building the services", *command, env=build_environment(family))


def up(tools: Tools) -> None:
    """Everything from nothing to a running Storybot, or quickly nothing when it runs already."""
    _refuse_production()
    family = prepare(tools)
    chosen = stack(family)
    preflight.check(tools.shell, tools.console, chosen)
    pull_observers(tools, chosen)
    build(tools, chosen, family)
    health.start(tools.shell, tools.console, chosen)
    tools.console.done(f"Everything is up ({tools.console.elapsed():.0f} s)\n")
    config = tools.shell.ask(*chosen.command("config", "--format", "json")).out
    tools.console.say(addresses(config))
    for sentence in left_out(config, family):
        tools.console.warn(sentence)


def _refuse_production() -> None:
    """A development start over a production one would take its passwords away."""
    if names_production(ROOT / ".env"):
        raise Problem(
            "COMPOSE_FILE says that this machine runs production, and this starts development.",
            "Use `docker compose up --detach --wait` here (docs/production.md).",
        )


def pull_observers(tools: Tools, chosen: Stack) -> None:
    """Get the images of metrics and logs that are missing; those of the core are there already."""
    services = json.loads(tools.shell.ask(*chosen.command("config", "--format", "json")).out)["services"]
    wanted = {
        service["image"]
        for service in services.values()
        if service.get("pull_policy") != "never" and service.get("deploy", {}).get("replicas") != 0
    }
    for image in sorted(wanted):
        if not tools.shell.ask("docker", "image", "inspect", image).ok:
            try:
                tools.shell.task(f"Pulling {image}", "docker", "pull", image)
            except Problem as problem:
                if _ELASTIC not in image:
                    raise
                raise Problem(str(problem), "ELK_REPLICAS=0 in .env leaves Elasticsearch and Kibana out.") from None


def dev(tools: Tools) -> None:
    """The same, from the working tree: code changes reach the running services by themselves."""
    _refuse_production()
    family = prepare(tools)
    standins.ensure_toolbox(tools.shell, family)
    chosen = stack(family, "dev")
    os.environ["DEV_USER"] = f"{os.getuid()}:{os.getgid()}"
    preflight.check(tools.shell, tools.console, chosen)
    build(tools, chosen, family)
    health.start(tools.shell, tools.console, chosen)
    tools.console.say(addresses(tools.shell.ask(*chosen.command("config", "--format", "json")).out))
    tools.console.say("\nChanges in services/ and web/ are taken up as you save them. `make logs` shows what happens.")


def addresses(config: str) -> str:
    """What runs where, and how to use another model, from the JSON of ``docker compose config``."""
    services = json.loads(config)["services"]
    ports = {port.inside: port.number for port in preflight.published(config)}
    app = f"http://localhost:{ports[8080]}"
    worker, broker = services["story-worker"]["environment"], services["rabbitmq"]["environment"]
    user, password = broker["RABBITMQ_DEFAULT_USER"], broker["RABBITMQ_DEFAULT_PASS"]
    login = f"{user} / {password}" if "development-only" in password else f"{user}, password from .env"
    model = worker["LLM_MODEL"]
    if "//local-llm:" in worker["LLM_BASE_URL"]:
        writer = f"{model}, a small model on this machine. It writes English only."
    else:
        writer = f"{model} at {worker['LLM_BASE_URL']}"
    return f"""Storybot is at {app}

  API documentation   {app}/api/docs
  TLS, for a trial    https://localhost:{ports[8443]} (a certificate of its own: the browser warns)
  RabbitMQ            http://localhost:{ports[15672]} ({login})
{observers(services, ports)}

Stories are written by {writer}
For another model put these lines into .env and run `make up` again:
  OpenAI   LLM_BASE_URL=https://api.openai.com/v1   LLM_API_KEY=sk-…   LLM_MODEL=gpt-5-mini   LOCAL_LLM_REPLICAS=0
  Ollama   LLM_BASE_URL=http://host.docker.internal:11434/v1   LLM_MODEL=gemma3:4b   LOCAL_LLM_REPLICAS=0
           (on Linux start Ollama with OLLAMA_HOST=0.0.0.0, so that containers reach it)

make logs   what happens        make down   stop, keep the stories        make help   everything else"""


def observers(services: Mapping[str, Any], ports: Mapping[int, int]) -> str:
    """Lines with the addresses of what watches."""
    rows = [("Prometheus", 9090, "")]
    if "grafana" in services:
        rows.append(
            ("Grafana", 3000, _login("admin", services["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD"]))
        )
    if services.get("kibana", {}).get("deploy", {}).get("replicas"):
        rows.append(("Kibana", 5601, _login("elastic", services["kibana-setup"]["environment"]["ELASTIC_PASSWORD"])))
    return "\n".join(f"  {name:<19} http://localhost:{ports[port]}{login}" for name, port, login in rows)


def _login(user: str, password: str) -> str:
    return f" ({user} / {password})" if "development" in password else f" ({user}, password from .env)"


def left_out(config: str, family: Images) -> list[str]:
    """What does not run, why, and what to do about it, from the JSON of ``docker compose config``."""
    if family is images.Images.DEBIAN:
        return [
            "Grafana, Elasticsearch, Logstash, Filebeat and Kibana are left out: their images come from container"
            " registries only, and everything here is made from Debian packages. Metrics and alerts are in Prometheus"
            " all the same, log lines in `make logs` and `make trace ID=…`."
        ]
    elasticsearch = json.loads(config)["services"].get("elasticsearch", {})
    if elasticsearch.get("deploy", {}).get("replicas") == 0:
        return ["Elasticsearch, Logstash, Filebeat and Kibana are left out, as ELK_REPLICAS=0 says."]
    return []


def down(tools: Tools) -> None:
    """Stop and remove the containers; the stories stay in their volume."""
    _compose(tools, "down", "--remove-orphans")


def ps(tools: Tools) -> None:
    """The containers and their health."""
    _compose(tools, "ps", "--all")


def logs(tools: Tools) -> None:
    """Follow the logs; of one service with SERVICE=name. Without a terminal: what is there, then end."""
    follow = ["--follow"] if sys.stdout.isatty() else []
    services = os.environ.get("SERVICE", "").split()
    _compose(tools, "logs", "--tail", os.environ.get("LINES_BACK", "200"), *follow, *services)


def clean(tools: Tools) -> None:
    """Remove containers and volumes, so every story, after asking; CLEAN=yes answers for scripts."""
    if os.environ.get("CLEAN") != "yes":
        if not sys.stdin.isatty():
            raise Problem("This removes every story.", "Run `make clean CLEAN=yes` if that is what you want.")
        tools.console.say("This removes the containers, the database with every story, and the queue.")
        if input("Type yes to go on: ").strip().lower() != "yes":
            tools.console.say("Nothing was removed.")
            return
    _compose(tools, "down", "--volumes", "--remove-orphans")
    tools.console.done("Containers, stories and queue are removed; images stay.")


def _compose(tools: Tools, *arguments: str) -> None:
    """Run a compose command on the everyday stack, whichever images it was started with."""
    finding = look(tools.shell)
    if finding.state is not State.READY:
        raise Problem(f"{finding.state.value}.", what_to_do(finding, tools.host))
    if tools.shell.show(*Stack().command(*arguments)):
        raise Problem(f"`docker compose {arguments[0]}` failed; its message is above.")
