"""The scan of the history: a secret that a later commit took away is found all the same."""

import subprocess
from pathlib import Path

import pytest

from supply_chain import history

# put together here, so that the history of this repository has none
KEY = "AKIA" + "2Z7QWERTY8XCVB4N"
PRIVATE = "-----BEGIN RSA " + "PRIVATE KEY-----"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch", "main")
    commit("app.py", "import os\n")
    return tmp_path


def git(*arguments: str) -> None:
    author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *arguments], check=True, capture_output=True)


def commit(file: str, text: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text)
    git("add", file)
    git("commit", "--quiet", "--message", f"Write {file}")


def scan(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = history.main([*arguments])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("secret", [f'key = "{KEY}"', PRIVATE, "postgresql://app:hunter22@db/app"])
def test_a_secret_of_a_commit_long_ago_is_found(
    repository: Path, capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    commit("deploy/config.py", f"{secret}\n")
    commit("deploy/config.py", "\n")
    status, said = scan(capsys)
    assert status == 1
    assert "deploy/config.py" in said
    assert "1 of them new" in said
    assert "made invalid at once" in said


def test_one_on_a_branch_that_was_never_merged_is_found(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("switch", "--quiet", "--create", "aside")
    commit("key.py", f'key = "{KEY}"\n')
    git("switch", "--quiet", "main")
    assert scan(capsys)[0] == 1


def test_one_that_a_merge_itself_put_in_is_found(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("switch", "--quiet", "--create", "aside")
    commit("other.py", "x = 1\n")
    git("switch", "--quiet", "main")
    commit("app.py", "import sys\n")
    git("merge", "--quiet", "--no-commit", "--no-ff", "aside")
    commit("key.py", f'key = "{KEY}"\n')
    assert scan(capsys)[0] == 1


def test_what_was_accepted_is_not_told_again_and_the_next_one_is(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit("example.py", f'key = "{KEY}"\n')
    assert scan(capsys, "--accept")[0] == 0
    commit(".secrets.baseline", Path(".secrets.baseline").read_text())
    status, said = scan(capsys)
    assert status == 0, said
    commit("other.py", f'key = "{KEY}"\n')
    status, said = scan(capsys)
    assert status == 1
    assert "other.py" in said
    assert "example.py" not in said


def test_ordinary_code_locks_and_identifiers_are_none(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit("requirements.txt", f"httpx==1.0 \\\n    --hash=sha256:{'0af76519' * 8}\n")
    commit("ids.py", 'STORY = "01989c4e-5a5b-7d6e-8f90-a1b2c3d4e5f6"\npassword = settings.password\n')
    status, said = scan(capsys)
    assert status == 0, said
