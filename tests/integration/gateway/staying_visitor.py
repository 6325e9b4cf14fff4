"""A visitor whose browser asks on and on over HTTP/2, on connections that it keeps, until SIGTERM; then it prints what
came of the requests: a JSON object from status, or error, to how many.

python -m tests.integration.gateway.staying_visitor https://localhost:8443/
"""

import asyncio
import json
import signal
import sys
from collections import Counter

from playwright.async_api import Request

from tests.support.browser import running_browser

BEGUN = "asking"
_ASK_ON_AND_ON = """() => {
  const ask = async () => {
    while (!window.over) await fetch('/api/v1/ping', { cache: 'no-store' }).catch(() => undefined)
  }
  window.asking = Promise.all([ask(), ask()])
}"""
_OVER = "async () => { window.over = true; await window.asking }"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(address: str) -> None:
    """Ask until the signal comes."""
    told_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told_to_stop.set)
    seen: Counter[str] = Counter()

    def failed(request: Request) -> None:
        seen[f"{request.failure} {request.url}"] += 1

    async with running_browser() as browser:
        page = await browser.new_page(ignore_https_errors=True)
        await page.goto(address)
        page.on("response", lambda answer: seen.update([str(answer.status)]))
        page.on("requestfailed", failed)
        await page.evaluate(_ASK_ON_AND_ON)
        _say(BEGUN)
        await told_to_stop.wait()
        await page.evaluate(_OVER)
    _say(json.dumps(seen))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
