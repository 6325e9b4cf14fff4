"""Official images, or stand-ins made from Debian packages."""

from pathlib import Path

import pytest

from storybot_cli import images, standins
from storybot_cli.console import Console, Problem
from storybot_cli.images import Images
from storybot_cli.shell import Result
from storybot_cli.stack import Stack, official_images, stack
from storybot_cli.standins import Recipe
from tests.support.scripted_shell import ScriptedShell


def unasked() -> bool:
    raise AssertionError("the registry must not be asked")


@pytest.mark.parametrize(
    ("wanted", "remembered", "chosen"),
    [
        ("debian", "official", Images.DEBIAN),
        ("Official", "debian", Images.OFFICIAL),
        ("", "debian\n", Images.DEBIAN),
        ("", "official", Images.OFFICIAL),
    ],
)
def test_a_wish_goes_before_memory_and_memory_before_the_registry(wanted: str, remembered: str, chosen: Images) -> None:
    assert images.choose({"IMAGES": wanted}, remembered, unasked) is chosen


@pytest.mark.parametrize(("answers", "chosen"), [(True, Images.OFFICIAL), (False, Images.DEBIAN)])
def test_else_the_registry_decides(*, answers: bool, chosen: Images) -> None:
    assert images.choose({}, "", lambda: answers) is chosen


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(Problem, match="neither official nor debian"):
        images.choose({"IMAGES": "alpine"}, "", unasked)


@pytest.mark.parametrize(
    ("pull", "answers"),
    [
        (Result(1, "Error response from daemon: lookup registry: no such host"), False),
        (Result(124, ""), False),
        (Result(124, "17-trixie: Pulling from library/postgres\n"), True),
        (Result(0, "Status: Downloaded newer image"), True),
    ],
)
def test_the_engine_is_asked_whether_a_registry_answers(pull: Result, *, answers: bool) -> None:
    assert images.registry_answers(ScriptedShell({"docker pull": pull})) is answers


def test_images_that_are_here_need_no_registry() -> None:
    shell = ScriptedShell({"docker image inspect": "[]"})
    assert images.registry_answers(shell)
    assert not any("pull" in command for command in shell.ran)


def test_the_choice_is_remembered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    memory = tmp_path / "cache" / "images"
    shell = ScriptedShell()
    assert images.decide(shell, Console(), {}, memory) is Images.DEBIAN
    asked = len(shell.ran)
    assert images.decide(shell, Console(), {}, memory) is Images.DEBIAN
    assert len(shell.ran) == asked
    assert "as before" in capsys.readouterr().out


def test_the_main_file_pins_two_official_images() -> None:
    assert [image.partition(":")[0] for image in official_images()] == ["postgres", "rabbitmq"]


def test_the_test_stack_never_reads_the_developers_settings() -> None:
    command = " ".join(stack(Images.DEBIAN, "test").command("ps"))
    assert "--env-file" in command
    assert command.index("docker-compose.yml") < command.index("debian.yml") < command.index("test.yml")
    assert "--env-file" not in Stack().command("ps")


def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "Dockerfile").write_text("FROM scratch\n")
    return Recipe("an/image", "image", ())


def test_a_changed_file_or_parent_changes_the_fingerprint(tmp_path: Path) -> None:
    image = recipe(tmp_path)
    first = standins.fingerprint_of(tmp_path, image, ["sha256:1"])
    assert standins.fingerprint_of(tmp_path, image, ["sha256:1"]) == first
    assert standins.fingerprint_of(tmp_path, image, ["sha256:2"]) != first
    (tmp_path / "image" / "Dockerfile").write_text("FROM scratch\nUSER 1\n")
    assert standins.fingerprint_of(tmp_path, image, ["sha256:1"]) != first


def test_an_image_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standins, "ROOT", tmp_path)
    image = recipe(tmp_path)
    shell = ScriptedShell({"docker build": "", "docker image inspect": Result(1, "No such image")})
    standins.ensure(shell, image)
    (build,) = (command for command in shell.ran if command.startswith("docker build"))
    assert f"storybot.fingerprint={standins.fingerprint_of(tmp_path, image, [])}" in build
    shell.answers["docker image inspect"] = standins.fingerprint_of(tmp_path, image, [])
    standins.ensure(shell, image)
    assert sum(command.startswith("docker build") for command in shell.ran) == 1
