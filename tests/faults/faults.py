"""What happens to the containers, one function a fault.

Each strikes, lets the fault last, heals it, and returns when visitors are served again.
"""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

from storybot_common.ids import new_id
from tests.faults.scene import Scene, Strike
from tests.support.poll import eventually


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and whether visitors can notice it when they ask for a story."""

    name: str
    strike: Strike
    closes_the_door: bool = False
    """The API or what it needs is away: first tries may be refused, patient visitors are served in the end."""


async def worker_killed(scene: Scene) -> None:
    """A worker dies and comes back under its name."""
    victim = await scene.one_of("story-worker")
    async with scene.ending_worker(victim):
        await scene.stack.kill(victim)
    await scene.hold(scene.form.down)
    await scene.stack.start(victim)
    await scene.serving()


async def worker_replaced(scene: Scene) -> None:
    """A worker dies for good; the one that takes its place has another name."""
    victim = await scene.one_of("story-worker")
    async with scene.ending_worker(victim):
        await scene.stack.remove(victim)
    await scene.stack.compose(
        "up", "--detach", "--no-deps", "--no-recreate", "--scale", f"story-worker={scene.form.workers}", "story-worker"
    )
    await scene.hold(scene.form.down)


async def worker_frozen(scene: Scene) -> None:
    """A worker stops until others write its stories, and then goes on as if nothing had happened."""
    victim = await scene.one_of("story-worker")
    async with AsyncExitStack() as until_thawed:
        async with scene.ending_worker(victim) as writing:
            await until_thawed.enter_async_context(scene.stack.frozen(victim))
        await eventually(
            lambda: scene.others_write(writing, victim), "others write what it wrote", scene.form.settle, interval=0.2
        )


async def api_killed(scene: Scene) -> None:
    """One of the API's replicas dies, and with it its relay and the streams that it served."""
    victim = await scene.one_of("prompt-api")
    await scene.stack.kill(victim)
    await scene.hold(scene.form.down)
    await scene.stack.start(victim)
    await scene.serving(victim)


async def all_apis_killed(scene: Scene) -> None:
    """All replicas of the API die: nobody relays."""
    victims = await scene.stack.containers("prompt-api")
    await scene.stack.kill(*victims)
    await scene.hold(scene.form.down)
    await scene.stack.start(*victims)
    await scene.serving()


async def broker_killed(scene: Scene) -> None:
    """RabbitMQ dies and comes back with its data."""
    await _kill_and_start(scene, "rabbitmq")


async def database_killed(scene: Scene) -> None:
    """Postgres dies and recovers."""
    await _kill_and_start(scene, "postgres")


async def broker_frozen(scene: Scene) -> None:
    """RabbitMQ takes connections and answers nothing."""
    await _freeze(scene, "rabbitmq")


async def database_frozen(scene: Scene) -> None:
    """Postgres takes connections and answers nothing."""
    await _freeze(scene, "postgres")


async def database_muted(scene: Scene) -> None:
    """Postgres hears, stores and commits, but its answers are lost."""
    async with scene.stack.muted(await scene.stack.container("postgres")):
        await scene.hold(scene.form.cut)
    await scene.serving()


async def broker_cut_off(scene: Scene) -> None:
    """RabbitMQ's network is gone: packets vanish, nobody is told."""
    await _cut_off(scene, "rabbitmq")


async def database_cut_off(scene: Scene) -> None:
    """Postgres' network is gone."""
    await _cut_off(scene, "postgres")


async def llm_stopped(scene: Scene) -> None:
    """The language model ends in the middle of its stories, and stays away."""
    victim = await scene.stack.container("fake-llm")
    async with scene.ending_llm():
        await scene.stack.kill(victim)
        await scene.hold(scene.form.llm_away)
        await scene.stack.start(victim)
    await scene.serving(victim)


async def everything_restarted(scene: Scene) -> None:
    """``docker compose restart``."""
    workers = await scene.stack.containers("story-worker")
    async with scene.ending_llm(), scene.ending_worker(*workers):
        await scene.stack.compose("restart")
    await scene.serving()


async def broker_data_lost(scene: Scene) -> None:
    """RabbitMQ comes back with an empty disk: every ticket is gone."""
    await scene.stack.remove(await scene.stack.container("rabbitmq"))
    await scene.stack.remove_volume("rabbitmq-data")
    await scene.stack.compose("up", "--detach", "--no-deps", "rabbitmq")
    await scene.serving(await scene.stack.container("rabbitmq"))


async def rolling_restart(scene: Scene) -> None:
    """Every worker and every replica of the API is stopped politely and started, one after the other."""
    for service in ("story-worker", "prompt-api"):
        for container in await scene.stack.containers(service):
            await scene.stack.restart(container)
            await scene.serving(container)


async def poison(scene: Scene) -> None:
    """Messages that no worker can read, and tickets for stories that are not there."""
    unreadable = [
        b"",
        b"\xff\xfe\x00",
        b"not json",
        b"[]",
        json.dumps({"version": 1}).encode(),
        json.dumps({"version": 2, "story_id": str(new_id())}).encode(),
        json.dumps({"version": 1, "story_id": "../../etc/passwd"}).encode(),
        json.dumps({"version": 1, "story_id": str(UUID(int=scene.random.getrandbits(128))), "more": 1}).encode(),
    ]
    for body in unreadable:
        scene.poison.append(body)
        await scene.stage.broker.publish(body)
    for _ in range(20):
        await scene.stage.broker.publish(json.dumps({"version": 1, "story_id": str(new_id())}).encode())
    await scene.hold(scene.form.down)


async def _kill_and_start(scene: Scene, service: str) -> None:
    victim = await scene.stack.container(service)
    await scene.stack.kill(victim)
    await scene.hold(scene.form.down)
    await scene.stack.start(victim)
    await scene.serving(victim)


async def _freeze(scene: Scene, service: str) -> None:
    async with scene.stack.frozen(await scene.stack.container(service)):
        await scene.hold(scene.form.cut)
    await scene.serving()


async def _cut_off(scene: Scene, service: str) -> None:
    async with scene.stack.cut_off(await scene.stack.container(service), "data"):
        await scene.hold(scene.form.cut)
    await scene.serving()


FAULTS: Sequence[Fault] = (
    Fault("worker-killed", worker_killed),
    Fault("worker-replaced", worker_replaced),
    Fault("worker-frozen", worker_frozen),
    Fault("api-killed", api_killed, closes_the_door=True),
    Fault("all-apis-killed", all_apis_killed, closes_the_door=True),
    Fault("broker-killed", broker_killed),
    Fault("broker-frozen", broker_frozen),
    Fault("broker-cut-off", broker_cut_off),
    Fault("broker-data-lost", broker_data_lost),
    Fault("database-killed", database_killed, closes_the_door=True),
    Fault("database-frozen", database_frozen, closes_the_door=True),
    Fault("database-cut-off", database_cut_off, closes_the_door=True),
    Fault("database-muted", database_muted, closes_the_door=True),
    Fault("llm-stopped", llm_stopped),
    Fault("poison", poison),
    Fault("rolling-restart", rolling_restart),
    Fault("everything-restarted", everything_restarted, closes_the_door=True),
)
