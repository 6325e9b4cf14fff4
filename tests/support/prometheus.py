"""A running Prometheus, asked through its HTTP API."""

import math
from typing import Any, Self

import httpx


class Prometheus:
    """Answers of one server."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query that have a number now. Raises ValueError with Prometheus' own words."""
        answer = self._http.post("/query", data={"query": expression}).json()
        if answer["status"] != "success":
            raise ValueError(f"{expression}: {answer['error']}")
        if answer["data"]["resultType"] == "scalar":
            return [{"metric": {}, "value": answer["data"]["result"]}]
        series: list[dict[str, Any]] = answer["data"]["result"]
        return [each for each in series if "value" not in each or not math.isnan(float(each["value"][1]))]

    def value(self, expression: str) -> float:
        """The sum of an instant query's numbers; 0 when there is none."""
        return sum(float(each["value"][1]) for each in self.query(expression))

    def targets(self) -> list[dict[str, Any]]:
        """What is scraped."""
        found: list[dict[str, Any]] = self._http.get("/targets").json()["data"]["activeTargets"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """Every loaded rule."""
        groups = self._http.get("/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def label_values(self) -> set[str]:
        """Every value of every label."""
        names = self._http.get("/labels").json()["data"]
        return {value for name in names for value in self._http.get(f"/label/{name}/values").json()["data"]}
