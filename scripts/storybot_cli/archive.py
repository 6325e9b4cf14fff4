"""The file that a backup is: a compressed tar with a manifest, a checksum beside it, encrypted where wanted.

storybot-20261126T003000Z.tar.gz[.age|.gpg]
storybot-20261126T003000Z.tar.gz[.age|.gpg].sha256      as ``sha256sum --check`` reads it
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from typing import TYPE_CHECKING, Any

from .console import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .shell import Shell

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20


def pack(folder: Path, target: Path, facts: Mapping[str, object]) -> None:
    """Put a folder's files into ``target``, with their checksums and ``facts`` in a manifest."""
    parts = {str(file.relative_to(folder)): checksum(file) for file in sorted(folder.rglob("*")) if file.is_file()}
    (folder / MANIFEST).write_text(json.dumps({"format": FORMAT, **facts, "sha256": parts}, indent=2) + "\n")
    with tarfile.open(target, "w:gz") as tar:
        for name in (MANIFEST, *parts):
            tar.add(folder / name, arcname=name)


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Take the parts out again, compare each with its checksum, and give back the manifest.

    Raises a Problem when the file is none of ours, damaged, or of a later form.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar.getmembers():
                source = tar.extractfile(member) if member.isreg() else None
                path = folder / member.name
                if source is None or not path.resolve().is_relative_to(folder.resolve()):
                    raise Problem(f"{archive} holds {member.name}, which no backup of ours does.")
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as target:
                    while chunk := source.read(_CHUNK):
                        target.write(chunk)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, EOFError, tarfile.TarError, ValueError) as error:
        raise Problem(f"{archive} is damaged, or no backup of ours: {error}", "Take another one.") from None
    if manifest.get("format") != FORMAT:
        raise Problem(f"{archive} was made by a later release.", "Restore it with that one.")
    for name, expected in manifest["sha256"].items():
        if checksum(folder / name) != expected:
            raise Problem(f"{archive} is damaged: {name} differs from its checksum.", "Take another backup.")
    return manifest


def write_checksum(file: Path) -> None:
    """The line of sha256sum, in a file beside."""
    checksum_of(file).write_text(f"{checksum(file)}  {file.name}\n")


def compare_checksum(file: Path) -> bool:
    """Whether there was a checksum to compare with; a Problem when it is another one."""
    beside = checksum_of(file)
    if not beside.exists():
        return False
    if beside.read_text().split()[:1] != [checksum(file)]:
        raise Problem(f"{file} differs from its checksum in {beside.name}.", "It was damaged: take another backup.")
    return True


def checksum_of(file: Path) -> Path:
    """Where the checksum of a file stands."""
    return file.with_name(f"{file.name}.sha256")


def checksum(file: Path) -> str:
    """SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def encrypt(shell: Shell, file: Path, environment: Mapping[str, str]) -> Path:
    """Encrypt for BACKUP_AGE_RECIPIENT or BACKUP_GPG_RECIPIENT and remove the plain file; the file to keep."""
    age, gpg = environment.get("BACKUP_AGE_RECIPIENT"), environment.get("BACKUP_GPG_RECIPIENT")
    if age and gpg:
        raise Problem("BACKUP_AGE_RECIPIENT and BACKUP_GPG_RECIPIENT are both set.", "Set one of them.")
    if not age and not gpg:
        return file
    kind = "age" if age else "gpg"
    target = file.with_name(f"{file.name}.{kind}")
    if age:
        command = ["age", "--encrypt", "--recipient", age, "--output", str(target), str(file)]
    else:
        command = ["gpg", "--batch", "--yes", "--trust-model", "always", "--recipient", str(gpg)]
        command += ["--output", str(target), "--encrypt", str(file)]
    try:
        _run(shell, *command)
    finally:
        file.unlink()
    return target


def decrypt(shell: Shell, file: Path, folder: Path, environment: Mapping[str, str]) -> Path:
    """The plain file, in ``folder`` when it was encrypted."""
    target = folder / "backup.tar.gz"
    if file.suffix == ".age":
        identity = environment.get("BACKUP_AGE_IDENTITY")
        if not identity:
            raise Problem(f"{file} is encrypted.", "Name the file with your age identity: BACKUP_AGE_IDENTITY=…")
        _run(shell, "age", "--decrypt", "--identity", identity, "--output", str(target), str(file))
        return target
    if file.suffix == ".gpg":
        _run(shell, "gpg", "--batch", "--yes", "--output", str(target), "--decrypt", str(file))
        return target
    return file


def _run(shell: Shell, program: str, *arguments: str) -> None:
    result = shell.ask(program, *arguments, timeout=3600)
    if result.code == 127:
        raise Problem(f"{program} is missing.", f"Install it (apt-get install {program}).")
    if not result.ok:
        raise Problem(f"{program} refused:\n{result.out.strip()}")
