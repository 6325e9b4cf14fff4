"""The file that a backup is: what was put in comes out, and a damaged one is noticed."""

import io
import tarfile
from pathlib import Path

import pytest

from storybot_cli import archive
from storybot_cli.console import Problem
from storybot_cli.shell import Result
from tests.support.scripted_shell import ScriptedShell


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "postgres.dump").write_bytes(bytes(range(256)) * 100)
    (parts / "rabbitmq.json").write_text("{}")
    file = tmp_path / "storybot-1.tar.gz"
    archive.pack(parts, file, {"revision": "0002"})
    archive.write_checksum(file)
    return file


def test_it_comes_out_as_it_went_in(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = archive.unpack(packed, out)
    assert manifest["revision"] == "0002"
    assert (out / "postgres.dump").read_bytes() == bytes(range(256)) * 100
    assert archive.compare_checksum(packed)


def test_one_wrong_byte_is_noticed(packed: Path) -> None:
    content = bytearray(packed.read_bytes())
    content[len(content) // 2] ^= 1
    packed.write_bytes(content)
    with pytest.raises(Problem, match="differs from its checksum"):
        archive.compare_checksum(packed)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00rest"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.tar.gz"
    file.write_bytes(content)
    with pytest.raises(Problem, match="damaged, or no backup of ours"):
        archive.unpack(file, tmp_path / "out")


def test_half_a_file_is_refused(packed: Path, tmp_path: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(Problem, match="damaged"):
        archive.unpack(packed, tmp_path / "out")


def test_nothing_is_written_beside_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "x.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        member = tarfile.TarInfo("../loot")
        member.size = 4
        tar.addfile(member, io.BytesIO(b"loot"))
    with pytest.raises(Problem, match="which no backup of ours does"):
        archive.unpack(file, tmp_path / "out")
    assert not (tmp_path / "loot").exists()


def test_a_missing_program_is_named_and_no_plain_file_is_left(packed: Path) -> None:
    with pytest.raises(Problem, match="age is missing"):
        archive.encrypt(ScriptedShell(), packed, {"BACKUP_AGE_RECIPIENT": "age1somebody"})
    assert not packed.exists()


def test_encryption_is_by_one_program(packed: Path) -> None:
    both = {"BACKUP_AGE_RECIPIENT": "age1x", "BACKUP_GPG_RECIPIENT": "me"}
    with pytest.raises(Problem, match="both set"):
        archive.encrypt(ScriptedShell(), packed, both)
    shell = ScriptedShell({"gpg": Result(0, "")})
    assert archive.encrypt(shell, packed, {"BACKUP_GPG_RECIPIENT": "me"}).name == "storybot-1.tar.gz.gpg"
    assert "--recipient me" in shell.ran[0]
    assert archive.encrypt(ScriptedShell(), packed, {}) == packed


def test_an_encrypted_one_asks_for_the_identity(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is encrypted"):
        archive.decrypt(ScriptedShell(), tmp_path / "x.tar.gz.age", tmp_path, {})
