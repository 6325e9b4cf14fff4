"""Run in the container: encrypt with the real programs, decrypt, compare. Needs scripts/ on PYTHONPATH."""

import subprocess
import sys
from pathlib import Path

from storybot_cli import archive
from storybot_cli.console import Console, Problem
from storybot_cli.shell import RealShell

CONTENT = bytes(range(256)) * 1000


def run(*command: str) -> str:
    """What a program printed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def recipients(kind: str, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Variables to encrypt and to decrypt with, of a new key."""
    if kind == "age":
        identity = folder / "identity"
        run("age-keygen", "-o", str(identity))
        return {"BACKUP_AGE_RECIPIENT": run("age-keygen", "-y", str(identity)).strip()}, {
            "BACKUP_AGE_IDENTITY": str(identity)
        }
    run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "operator@story.example", "default", "default")
    return {"BACKUP_GPG_RECIPIENT": "operator@story.example"}, {}


def main(kind: str) -> None:
    """Exit status 0 when what came out is what went in, and a changed file is refused."""
    folder = Path("/tmp/trip")
    (folder / "out").mkdir(parents=True)
    plain = folder / "storybot-1.tar.gz"
    plain.write_bytes(CONTENT)
    shell = RealShell(Console(), folder, folder)
    encrypting, decrypting = recipients(kind, folder)
    encrypted = archive.encrypt(shell, plain, encrypting)
    hidden = encrypted.suffix == f".{kind}" and not plain.exists() and CONTENT[:256] not in encrypted.read_bytes()
    same = archive.decrypt(shell, encrypted, folder / "out", decrypting).read_bytes() == CONTENT
    changed = bytearray(encrypted.read_bytes())
    changed[-20] ^= 1
    encrypted.write_bytes(changed)
    try:
        archive.decrypt(shell, encrypted, folder / "out", decrypting)
        refused = False
    except Problem:
        refused = True
    sys.stdout.write(f"hidden={hidden} same={same} refused={refused}\n")


if __name__ == "__main__":
    main(sys.argv[1])
