"""Counting results, and what the checks look at."""

import re
from pathlib import Path

import pytest

from storybot_cli import secrets
from storybot_cli.checks import shell_scripts
from storybot_cli.main import main
from storybot_cli.paths import ROOT
from storybot_cli.tally import Tally, count


def report(path: Path, *suites: str) -> Path:
    path.write_text(f"<testsuites>{''.join(suites)}</testsuites>")
    return path


def test_results_of_all_reports_are_added_up(tmp_path: Path) -> None:
    unit = report(tmp_path / "unit.xml", '<testsuite tests="10" failures="1" errors="1" skipped="2"/>')
    web = report(tmp_path / "web.xml", '<testsuite tests="3"/>', '<testsuite tests="4" failures="1"/>')
    assert count([unit, web]) == Tally(passed=12, failed=3, skipped=2)


def test_the_closing_line() -> None:
    assert str(Tally(12, 0, 0)) == "12 passed, 0 failed"
    assert str(Tally(12, 1, 2)) == "12 passed, 1 failed, 2 skipped"


def test_shell_scripts_are_found_by_their_first_line() -> None:
    scripts = shell_scripts()
    assert {"scripts/toolbox", "compose/debian/base.sh", ".ci/run"} <= {*scripts}
    assert "scripts/storybot.py" not in scripts


@pytest.mark.parametrize("arguments", [[], ["fly"], ["check", "luck"], ["up", "test-unit", "luck"]])
def test_an_unknown_command_is_answered_with_the_known_ones(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "up | dev | down" in capsys.readouterr().out


def test_settings_of_the_compose_file_are_explained_in_the_example() -> None:
    files = ("docker-compose.yml", "compose/metrics.yml", "compose/elk.yml", "compose/production.yml")
    used = {name for file in files for name in re.findall(r"\$\{([A-Z_]+)", (ROOT / file).read_text())}
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    written_by_make_secrets = {file.variable for file in secrets.ALL_FILES}
    assert used - written_by_make_secrets | {"COMPOSE_FILE"} == explained
