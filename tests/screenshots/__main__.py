"""``python -m tests.screenshots`` on a running test stack; the pictures go to ``test-results/screenshots``."""

import asyncio
import shutil
import sys
import traceback

from tests.e2e.cut import cuttable
from tests.e2e.environment import Environment
from tests.support.browser import running_browser
from tests.support.fake_llm.control import FakeLlmControl

from .camera import Language, Theme, camera
from .tales import ENGLISH, JAPANESE
from .walk import Walk

_WALKS: tuple[tuple[bool, Theme, bool], ...] = (
    # on a phone, theme, in Japanese
    (True, "light", True),
    (False, "light", False),
    (True, "dark", False),
    (False, "dark", True),
)


async def main() -> int:
    """Take all the pictures; the number of walks that broke off."""
    environment = Environment.read()
    folder = environment.results / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    fake = FakeLlmControl(environment.fake_llm_url)
    broken = 0
    async with running_browser() as browser:
        for phone, theme, japanese in _WALKS:
            language: Language = "ja" if japanese else "en"
            async with (
                cuttable(environment) as (url, network),
                camera(browser, url, folder, language=language, phone=phone, theme=theme) as one,
            ):
                tale = JAPANESE if japanese else ENGLISH
                try:
                    await Walk(one, tale, fake, network, environment.database_url).everything()
                except Exception:  # noqa: BLE001 — the other walks are of use without this one
                    traceback.print_exc()
                    await one.take("broken-off")
                    broken += 1
    fake.close()
    sys.stdout.write(f"Pictures: {folder}\n")
    return broken


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
