"""Log lines are ECS documents; what libraries and exceptions say fits in without leaking."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from storybot_common import logs
from storybot_common.log_outputs import log_outputs
from storybot_common.settings import ServiceSettings
from tests.support.poll import eventually


@pytest.fixture(autouse=True)
def _own_configuration() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_event_has_a_name_fields_and_the_bound_trace_id(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompt-api", "INFO")
    with logs.bound_trace("a" * 32, story_id="1"):
        logs.get_logger("prompt_api.demo").info("story_queued", method="POST", count=3)

    (line,) = lines(capsys)

    assert line["message"] == "story_queued"
    assert line["event"] == {"action": "story_queued"}
    assert line["log.level"] == "info"
    assert line["log"] == {"logger": "prompt_api.demo"}
    assert line["service"] == {"name": "prompt-api"}
    assert line["trace"] == {"id": "a" * 32}
    assert line["http"] == {"request": {"method": "POST"}}
    assert line["storybot"] == {"story_id": "1", "count": 3}
    assert "@timestamp" in line


def test_a_librarys_line_goes_through_the_same_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompt-api", "INFO")
    with logs.bound_trace("b" * 32):
        logging.getLogger("uvicorn.error").warning("Invalid %s received", "request")

    (line,) = lines(capsys)

    assert line["message"] == "Invalid request received"
    assert line["trace"] == {"id": "b" * 32}
    assert "event" not in line


def test_what_a_library_hangs_on_its_line_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody declared these fields, and nobody knows what is in them."""
    logs.configure("prompt-api", "INFO")
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "Started %d", "body": "a fox"})

    (line,) = lines(capsys)

    assert "storybot" not in line


@pytest.mark.parametrize("setting", ["log_file", "logstash_buffer"])
def test_a_folder_that_cannot_be_written_to_stops_the_start(
    setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    settings = ServiceSettings(logstash_host="nowhere").model_copy(update={setting: tmp_path / "file" / "x"})
    with pytest.raises(SystemExit) as ending:
        log_outputs(settings, "service")
    assert ending.value.code == 78
    assert setting.upper() in capsys.readouterr().err


def test_an_exception_gives_type_and_stack_but_not_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("story-worker", "INFO")
    text = " ".join(["Once", "upon", "a", "time"])
    try:
        raise ValueError(text)
    except ValueError:
        logs.get_logger("x").exception("story_broke")
        logging.getLogger("library").exception("it broke")

    ours, theirs = lines(capsys)

    for line in (ours, theirs):
        error = line["error"]
        assert isinstance(error, dict)
        assert error["type"] == "ValueError"
        assert "test_logs.py" in error["stack_trace"]
        assert text not in json.dumps(line)


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("story-worker", "WARNING")
    logs.get_logger("x").info("quiet")
    logging.getLogger("y").info("quiet")

    assert lines(capsys) == []


async def test_lines_of_a_moment_are_written_together_and_a_warning_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompt-api", "INFO")
    log = logs.get_logger("x")
    log.info("first")
    log.info("second")
    assert capsys.readouterr().out == ""
    log.warning("third")
    assert [line["message"] for line in lines(capsys)] == ["first", "second", "third"]

    log.info("fourth")
    written = ""

    async def is_written() -> bool:
        nonlocal written
        written += capsys.readouterr().out
        return "fourth" in written

    await eventually(is_written, "what waits is written soon")


async def test_what_waits_is_written_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompt-api", "INFO")
    logs.get_logger("x").info("last words")
    logging.getLogger().handlers[0].flush()  # as logging.shutdown does
    assert [line["message"] for line in lines(capsys)] == ["last words"]
