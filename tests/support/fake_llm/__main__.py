"""Runs the fake on FAKE_LLM_HOST:FAKE_LLM_PORT (0.0.0.0:8080): `python -m fake_llm`."""

import os

import uvicorn

from .app import create_app


def main() -> None:
    """Serve until told to stop; streams that run then are cut, as a real outage would."""
    uvicorn.run(
        create_app(),
        host=os.environ.get("FAKE_LLM_HOST", "0.0.0.0"),
        port=int(os.environ.get("FAKE_LLM_PORT", "8080")),
        access_log=False,
        log_level="critical",  # breaking off is the purpose here, not an error to report
        timeout_graceful_shutdown=0,
    )


if __name__ == "__main__":
    main()
