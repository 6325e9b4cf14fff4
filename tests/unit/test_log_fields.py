"""Every log call names its event with a constant, and has declared fields only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from storybot_common.log_fields import FIELDS, place_of, types

SERVICES = Path(__file__).parents[2] / "services"
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
CALLS_THAT_BIND = {"bound_trace"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(SERVICES.glob("*/*/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and is_log_call(node.func):
                yield f"{file.relative_to(SERVICES)}:{node.lineno}", node


def is_log_call(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id="log"), attr=attribute):
            return attribute in LEVELS
        case ast.Name(id=name):
            return name in CALLS_THAT_BIND
        case _:
            return False


CALLS = dict(log_calls())


def test_the_calls_are_found() -> None:
    assert len(CALLS) > 30


@pytest.mark.parametrize("where", CALLS)
def test_a_log_call_has_declared_fields(where: str) -> None:
    fields = {keyword.arg for keyword in CALLS[where].keywords}
    assert fields <= set(FIELDS), f"{where}: add the field to log_fields.py"


@pytest.mark.parametrize("where", [where for where, call in CALLS.items() if isinstance(call.func, ast.Attribute)])
def test_an_event_has_a_constant_name(where: str) -> None:
    (name,) = CALLS[where].args
    assert isinstance(name, ast.Constant), f"{where}: data belongs into fields"
    assert str(name.value).replace("_", "").isalpha()
    assert str(name.value).islower()


def test_no_field_is_a_branch_of_another() -> None:
    places = types()
    assert [name for name in places if any(other.startswith(f"{name}.") for other in places)] == []


def test_an_unknown_field_stands_below_storybot() -> None:
    assert place_of("something_new") == ("storybot", "something_new")
