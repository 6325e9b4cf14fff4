"""Secrets in the history: every line that any commit ever added, looked at by detect-secrets.

``python -m supply_chain.history`` (``make secret-scan``) says what it found and fails when that is not in the baseline;
``--accept`` writes the baseline, after somebody has looked at each finding: it is public then.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from detect_secrets.core.potential_secret import PotentialSecret

BASELINE = ".secrets.baseline"
# Locked versions are lists of hashes; nothing else is left out.
_HASHES = ("requirements.txt", "package-lock.json", BASELINE)
_LONGEST_LINE = 4_000
_PLUGINS = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector"),
    *("DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "IbmCloudIamDetector"),
    *("IbmCosHmacDetector", "JwtTokenDetector", "KeywordDetector", "MailchimpDetector", "NpmDetector"),
    *("OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector"),
    *("SoftlayerDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector"),
)
_SETTINGS = {
    "plugins_used": [
        *({"name": name} for name in _PLUGINS),
        {"name": "Base64HighEntropyString", "limit": 4.5},
        {"name": "HexHighEntropyString", "limit": 3.0},
    ],
    # nothing is sent to anybody to see whether it is valid
    "filters_used": [
        {"path": f"detect_secrets.filters.heuristic.{name}"}
        for name in (
            *("is_sequential_string", "is_potential_uuid", "is_likely_id_string", "is_templated_secret"),
            *("is_prefixed_with_dollar_sign", "is_indirect_reference", "is_not_alphanumeric_string"),
        )
    ],
}


class Line(NamedTuple):
    """A line as a commit added it."""

    commit: str
    file: str
    text: str


def added_lines(repository: Path) -> Iterator[Line]:
    """Every different line of every file, with the newest commit that added it."""
    # against the first parent: what a merge itself puts in is seen, too
    command = ["git", "-C", str(repository), "log", "--all", "--patch", "--unified=0", "--diff-merges=first-parent"]
    command += ["--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--format=commit %H"]
    seen: set[tuple[str, str]] = set()
    commit = file = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", errors="replace") as git:
        assert git.stdout is not None  # noqa: S101 — of the line above
        for line in git.stdout:
            if line.startswith("commit "):
                commit = line.split()[1]
            elif line.startswith("+++ "):
                file = line[4:].rstrip("\n").removeprefix("b/")
            elif line.startswith("+") and not file.endswith(_HASHES) and (file, line) not in seen:
                seen.add((file, line))
                yield Line(commit, file, line[1:].rstrip("\n")[:_LONGEST_LINE])
    if git.returncode:
        raise SystemExit(f"The history in {repository} cannot be read: git log failed, see above.")


def findings(lines: Iterable[Line]) -> list[tuple[PotentialSecret, str]]:
    """What looks like a secret, each with a sentence that says where it came from."""
    by_file: dict[str, list[Line]] = {}
    for line in lines:
        by_file.setdefault(line.file, []).append(line)
    with TemporaryDirectory() as folder, transient_settings(_SETTINGS):
        scanned = SecretsCollection(root=folder)
        for name, added in by_file.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(f"{line.text}\n" for line in added))
        scanned.scan_files(*by_file)
    found = []
    for name, secret in scanned:
        secret.filename = name  # and not where it was for the scan
        line = by_file[name][secret.line_number - 1]
        found.append((secret, f"{line.commit[:12]} {name}: {secret.type}: {line.text.strip()[:160]}"))
    return found


def accept(found: Iterable[PotentialSecret], file: Path) -> None:
    """Write the baseline."""
    accepted = SecretsCollection()
    for secret in found:
        accepted[secret.filename].add(secret)
    with transient_settings(_SETTINGS):
        baseline.save_to_file(accepted, str(file))


def accepted(file: Path) -> set[PotentialSecret]:
    """What the baseline has; nothing when there is none."""
    if not file.exists():
        return set()
    return {secret for _, secret in SecretsCollection.load_from_baseline(baseline.load_from_file(str(file)))}


def main(arguments: list[str]) -> int:
    """Scan the repository that the current folder is in; 1 when there is something that the baseline has not."""
    file = Path.cwd() / BASELINE
    lines = list(added_lines(Path.cwd()))
    found = findings(lines)
    if "--accept" in arguments:
        accept((secret for secret, _ in found), file)
        print(f"{len(found)} findings in {BASELINE}: each is public, and none may be a secret.")
        return 0
    known = accepted(file)
    new = [sentence for secret, sentence in found if secret not in known]
    print(*new, f"{len(lines)} lines of the history, {len(found)} findings, {len(new)} of them new", sep="\n")
    if new:
        print(
            "A real secret has to be made invalid at once: it is in every clone. What is none is accepted by "
            f"`ACCEPT=1 make secret-scan`, and reviewed as the difference in {BASELINE}."
        )
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
