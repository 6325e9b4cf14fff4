"""What the audits of the locks say: a package that nobody could be asked about is never a clean one."""

from typing import Any

import pytest

from supply_chain.audit import Verdict, of_npm_audit, of_pip_audit, said

CLEAN = {"name": "httpx", "version": "0.28.1", "vulns": []}
HURT = {
    "name": "starlette",
    "version": "0.1",
    "vulns": [{"id": "PYSEC-2023-48", "fix_versions": ["0.27.0"], "aliases": [], "description": "…"}],
}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found on PyPI and could not be audited: ours (1)"}


def npm(vulnerabilities: dict[str, Any]) -> dict[str, Any]:
    return {"vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"total": 600}}}


def test_nothing_known_against_known_packages_is_clean() -> None:
    verdict = of_pip_audit({"dependencies": [CLEAN, CLEAN], "fixes": []})
    assert verdict.clean
    assert said("Python", "PyPI", verdict) == "Python: 2 packages, nothing known against them"
    assert of_npm_audit(npm({})).clean


def test_a_vulnerability_is_named_with_the_version_that_mends_it() -> None:
    verdict = of_pip_audit({"dependencies": [CLEAN, HURT], "fixes": []})
    assert not verdict.clean
    assert said("Python", "PyPI", verdict) == "Python: starlette 0.1: PYSEC-2023-48 (mended in 0.27.0)"


def test_one_of_npms_is_named_with_its_severity() -> None:
    verdict = of_npm_audit(npm({"left-pad": {"range": "<1.3", "severity": "high", "fixAvailable": False}}))
    assert not verdict.clean
    assert said("npm", "npm's registry", verdict) == "npm: left-pad <1.3: high (no release mends it yet)"


def test_packages_that_the_index_does_not_know_are_counted() -> None:
    verdict = of_pip_audit({"dependencies": [CLEAN, UNKNOWN], "fixes": []})
    assert not verdict.clean
    assert said("Python", "PyPI", verdict) == "Python: 1 of 2 packages are NOT known to PyPI."


@pytest.mark.parametrize(
    "verdict",
    [
        of_pip_audit({"dependencies": [UNKNOWN, UNKNOWN], "fixes": []}),
        of_npm_audit({"message": "405 Method Not Allowed", "method": "POST"}),
        of_npm_audit({"error": {"summary": "no such host", "detail": ""}}),
        Verdict(0, 0, [], "ConnectionError"),
    ],
)
def test_an_index_that_does_not_answer_is_no_clean_audit(verdict: Verdict) -> None:
    assert not verdict.clean
    assert "NOT audited" in said("Python", "PyPI", verdict)
    assert verdict.error in said("Python", "PyPI", verdict)
