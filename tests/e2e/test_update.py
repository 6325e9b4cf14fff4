"""A new version of the app, built and served while somebody has the old one open."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import DESKTOP, PHONE
from tests.support.containers import REPOSITORY
from tests.support.poll import eventually, until

from .cut import visit_by_cuttable_network
from .environment import Environment
from .screens import ENGLISH, JAPANESE, PATIENCE_MS, Screens
from .test_offline import has_a_service_worker

pytestmark = pytest.mark.asyncio(loop_scope="session")

_WEB = "/usr/share/storybot-gateway/web"
_NEW = "The next version."


@pytest.fixture(scope="module")
def next_version(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gateway like the stack's own, with the app built once more after a change."""
    built = REPOSITORY / ".cache/next-version"  # a path that the engine knows too
    _build(tmp_path_factory.mktemp("web"), built)
    gateway = environment.compose("ps", "--quiet", "gateway").strip()
    seen = json.loads(_run("docker", "inspect", gateway))[0]
    network = next(name for name in seen["NetworkSettings"]["Networks"] if name.endswith("_edge"))
    container = _run(
        *("docker", "run", "--detach", "--rm", "--network", network),
        *("--volume", f"{built}:{_WEB}:ro", seen["Config"]["Image"]),
    ).strip()
    try:
        address = json.loads(_run("docker", "inspect", container))[0]["NetworkSettings"]["Networks"][network]
        until(lambda: _answers(address["IPAddress"]), "the gateway with the next version answers")
        yield address["IPAddress"]
    finally:
        _run("docker", "kill", container)
        shutil.rmtree(built)


def _build(sources: Path, target: Path) -> None:
    """The app's sources with another description, built as in the image."""
    web = REPOSITORY / "web"
    shutil.copytree(
        web,
        sources,
        dirs_exist_ok=True,
        ignore=lambda folder, _: ["node_modules", "dist"] if Path(folder) == web else [],
    )
    (sources / "node_modules").symlink_to(web / "node_modules")
    page = sources / "index.html"
    old = page.read_text()
    page.write_text(old.replace("A place to make and read stories.", _NEW))
    assert page.read_text() != old
    shutil.rmtree(target, ignore_errors=True)
    _run("npx", "vite", "build", "--outDir", str(target), "--logLevel", "warn", cwd=sources)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}:8080/").is_success
    except httpx.TransportError:
        return False


def _run(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd).stdout


@pytest.mark.parametrize("words", [ENGLISH, JAPANESE], ids=["english", "japanese"])
async def test_an_update_is_offered_and_changes_nothing_until_it_is_wanted(
    browser: Browser, environment: Environment, next_version: str, words: object
) -> None:
    english = words is ENGLISH
    locale, size = ("en-US", DESKTOP) if english else ("ja-JP", PHONE)
    async with visit_by_cuttable_network(browser, environment, locale, size) as (visitor, network):
        page, screens = visitor.page, Screens(visitor.page, ENGLISH if english else JAPANESE)
        description = page.locator("meta[name=description]")
        await screens.open_home()
        await has_a_service_worker(page)
        await screens.is_usable()
        await screens.idea.fill("A fox with an umbrella")

        network.lead_to(next_version, 8080)
        await page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.update()).then(() => undefined)")
        await expect(page.get_by_text(screens.words.update_ready)).to_be_visible(timeout=PATIENCE_MS)
        await expect(description).not_to_have_attribute("content", _NEW)
        await expect(screens.idea).to_have_value("A fox with an umbrella")

        await screens.button(screens.words.update).click()
        await expect(description).to_have_attribute("content", _NEW, timeout=PATIENCE_MS)
        await screens.is_usable()
        await expect(screens.idea).to_have_value("A fox with an umbrella")
        await eventually(
            lambda: page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.waiting === null)"),
            "the old service worker is gone",
        )
        await expect(page.get_by_text(screens.words.update_ready)).to_have_count(0)
