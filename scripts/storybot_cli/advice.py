"""What a person can do about an error message of the engine, apt, pip or npm."""

from __future__ import annotations

import re

_RULES = (
    (
        r"port is already allocated|address already in use",
        "Another program uses the port. Set GATEWAY_PORT, GATEWAY_TLS_PORT or RABBITMQ_UI_PORT in .env to a free one.",
    ),
    (
        r"no space left on device|not enough free space",
        "The disk is full. `docker system df` shows what the engine holds, `docker system prune` frees what is unused.",
    ),
    (
        r"cannot allocate memory|out of memory|OOMKilled|\bKilled\b|exit code: 137",
        "The machine ran out of memory. Storybot needs about 3 GB; a remote model and LOCAL_LLM_REPLICAS=0 save 1.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|self.signed certificate|unable to get local issuer|certificate signed by unknown",
        "TLS is inspected on the way. Put the proxy's authority into /usr/local/share/ca-certificates/NAME.crt,"
        " run update-ca-certificates, and start again with IMAGES=debian, which takes it along.",
    ),
    (
        r"Temporary failure resolving|no such host|Could not resolve|getaddrinfo|Temporary failure in name resolution",
        "A server's name was not found. Is the network up? With IMAGES=debian only Debian, PyPI and npm are needed.",
    ),
    (
        r"toomanyrequests|pull rate limit",
        "The registry refuses more downloads for now. Wait, `docker login`, or use IMAGES=debian.",
    ),
    (
        r"permission denied.*docker\.sock|docker\.sock.*permission denied",
        "You may not use the engine. Add yourself to its group (`sudo usermod -aG docker $USER`, then log in again).",
    ),
    (
        r"EUSAGE|package\.json and package-lock\.json.*in sync",
        "web/package-lock.json does not fit web/package.json. Run `npm install` in web/ and commit the lock file.",
    ),
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES|require-hashes",
        "A locked Python package is not the one that was offered. Run `make lock`, look at the difference, commit it.",
    ),
)


def advice_for(output: str) -> list[str]:
    """Sentences for every known cause that the output names; empty when none is known."""
    return [sentence for pattern, sentence in _RULES if re.search(pattern, output, re.IGNORECASE)]
