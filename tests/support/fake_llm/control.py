"""The test's side of the fake's control API."""

from typing import Any

import httpx

from .calls import Call
from .playbook import DownMode


class FakeLlmControl:
    """Orders to a running fake and the record of what it was asked.

    >>> fake = FakeLlmControl("http://127.0.0.1:18090")
    >>> fake.script("fox", tokens=200, delay=0.01, fail="break:50", times=1)
    >>> [call.outcome for call in fake.calls("fox")]
    ['break', 'finished']
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = httpx.Client(base_url=base_url, timeout=10.0)

    def script(self, marker: str | None = None, **fields: object) -> None:
        """Set the script (fields of script.Script) of stories whose prompt has the marker, or of all others."""
        self._post("/control/script", {"marker": marker, "script": fields})

    def go_down(self, seconds: float, mode: DownMode = "503") -> None:
        """Turn everybody away for so long; running streams are cut. 0 seconds: come back at once."""
        self._post("/control/down", {"seconds": seconds, "mode": mode})

    def calls(self, story: str | None = None) -> list[Call]:
        """The calls so far, oldest first: all, or those of one story (by marker or script id)."""
        answer = self._http.get("/control/calls", params={"story": story} if story else None)
        answer.raise_for_status()
        return [Call.model_validate(each) for each in answer.json()]

    def reset(self) -> None:
        """Forget scripts, outages and calls."""
        self._post("/control/reset", {})

    def close(self) -> None:
        """Close the connection to the fake."""
        self._http.close()

    def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = self._http.post(path, json=body)
        if answer.is_error:
            raise ValueError(answer.text)
