"""Runs the server until SIGTERM or SIGINT: ``python -m local_llm``."""

import signal
import sys

from local_llm import server
from local_llm.configuration import LocalLlmSettings
from storybot_common.settings import load

_STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    """Start, wait for the signal, stop."""
    # Blocked before llama.cpp starts its threads, which inherit this: the signals wait for sigwait alone.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    settings = load(LocalLlmSettings)
    try:
        running = server.start(settings)
    except RuntimeError as error:
        sys.exit(f"The model server does not start: {error}")
    signal.sigwait(_STOP)
    del running


if __name__ == "__main__":
    main()
