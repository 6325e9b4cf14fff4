"""Which trace id a request gets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storybot_common import trace

W3C_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{W3C_ID}-00f067aa0ba902b7-01"


def test_a_harmless_id_is_kept() -> None:
    assert trace.accept("client-trace_0001") == "client-trace_0001"


def test_x_trace_id_wins_over_traceparent_and_traceparent_over_nothing() -> None:
    assert trace.accept("client-trace_0001", PARENT) == "client-trace_0001"
    assert trace.accept(None, PARENT) == W3C_ID
    assert trace.accept("short", PARENT) == W3C_ID


@pytest.mark.parametrize(
    "hostile",
    ["", "short", "x" * 65, "id with spaces", 'a"},{"level":"x', "line\nbreak-line", "${jndi:ldap://x}", "ﾄﾚｰｽｱｲﾃﾞｨｰ"],
)
def test_a_hostile_id_is_replaced(hostile: str) -> None:
    given_instead = trace.accept(hostile)
    assert given_instead != hostile
    assert re.fullmatch(r"[0-9a-f]{32}", given_instead)


@pytest.mark.parametrize(
    "parent",
    ["", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff" + PARENT[2:], PARENT.upper(), PARENT[:-3], "00-xyz"],
)
def test_a_malformed_traceparent_is_replaced(parent: str) -> None:
    assert trace.accept(None, parent) not in parent


@given(st.text(), st.text())
def test_whatever_comes_the_id_is_safe_to_log(header: str, parent: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", trace.accept(header, parent))


def test_traceparent_carries_the_id_on_with_a_new_span() -> None:
    first, second = trace.traceparent(W3C_ID), trace.traceparent(W3C_ID)
    assert first is not None
    assert first != second
    assert trace.accept(None, first) == W3C_ID
    assert trace.traceparent("client-trace_0001") is None
