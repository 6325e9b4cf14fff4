"""Known vulnerabilities of what is locked, by pip-audit and npm audit (``make audit``).

Fails when there is one, and when an index could not be asked: not knowing is not the same as there being none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    """What an index knows: how many packages it was asked about and did answer for, and what is wrong with them."""

    asked: int
    answered: int
    vulnerabilities: list[str]
    error: str = ""

    @property
    def clean(self) -> bool:
        """Every package is known, and nothing is known against it."""
        return not self.vulnerabilities and not self.error and 0 < self.answered == self.asked


def of_pip_audit(report: dict[str, Any]) -> Verdict:
    """From pip-audit's JSON; a package that the index did not know is ``skipped`` there, and no failure."""
    dependencies = report["dependencies"]
    known = [each for each in dependencies if "skip_reason" not in each]
    found = [
        f"{each['name']} {each['version']}: {vulnerability['id']}"
        f" (mended in {', '.join(vulnerability['fix_versions']) or 'no release yet'})"
        for each in known
        for vulnerability in each["vulns"]
    ]
    return Verdict(len(dependencies), len(known), found)


def of_npm_audit(report: dict[str, Any]) -> Verdict:
    """From npm's JSON."""
    if "vulnerabilities" not in report:
        said = report.get("message") or report.get("error", {}).get("summary") or "it says nothing"
        return Verdict(0, 0, [], str(said).strip())
    found = [
        f"{name} {each['range']}: {each['severity']}" + ("" if each["fixAvailable"] else " (no release mends it yet)")
        for name, each in report["vulnerabilities"].items()
    ]
    total = int(report["metadata"]["dependencies"]["total"])
    return Verdict(total, total, found)


def said(what: str, index: str, verdict: Verdict) -> str:
    """The verdict in words."""
    lines = [f"{what}: {line}" for line in verdict.vulnerabilities]
    if verdict.error or not verdict.answered:
        lines.append(
            f"{what}: NOT audited: {index} does not answer that question here"
            f"{f' ({verdict.error})' if verdict.error else ''}. Run it where it does; nothing is known until then."
        )
    elif verdict.answered < verdict.asked:
        lines.append(
            f"{what}: {verdict.asked - verdict.answered} of {verdict.asked} packages are NOT known to {index}."
        )
    elif verdict.clean:
        lines.append(f"{what}: {verdict.answered} packages, nothing known against them")
    return "\n".join(lines)


def ask(*command: str, folder: Path) -> dict[str, Any]:
    """The JSON that a program prints; both exit with 1 when they found something."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"dependencies": [], "message": (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]}
    return report


def main() -> int:
    """Ask about every lock; 0 only when all packages are known and clean."""
    root = Path.cwd()
    locks = sorted(str(file.relative_to(root)) for file in root.glob("services/*/requirements.txt"))
    files = [word for lock in [*locks, "tests/requirements.txt"] for word in ("--requirement", lock)]
    options = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")
    python_report = ask("pip-audit", *options, *files, folder=root)
    python = of_pip_audit(python_report)._replace(error=python_report.get("message", ""))
    npm = of_npm_audit(ask("npm", "audit", "--json", folder=root / "web"))
    print(said("Python", "PyPI", python), said("npm", "the npm registry", npm), sep="\n")
    return 0 if python.clean and npm.clean else 1


if __name__ == "__main__":
    sys.exit(main())
