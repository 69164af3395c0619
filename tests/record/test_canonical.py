"""One spelling of a payload, and nothing that two readers could read differently."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.record.canonical import LARGEST, dumps, loads, stored

plain: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_is_read_again(value: Any) -> None:
    text = dumps(value)
    assert stored(text) == value
    assert loads(text) == value
    assert json.loads(text) == value
    assert dumps(stored(text)) == text, "one spelling"


def test_keys_are_sorted_and_nothing_is_padded() -> None:
    assert (
        dumps({"b": [1, 2.5, None], "a": {"z": True, "y": "حمص"}})
        == '{"a":{"y":"حمص","z":true},"b":[1,2.5,null]}'
    )
    assert dumps({"one": 1, "two": 2}) == dumps({"two": 2, "one": 1})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        {"deep": [1, {"er": (None, -float("inf"))}]},
        2**53,
        -(2**53),
        2**80,
        {1: "a"},
        {"when": datetime(2024, 12, 7, tzinfo=UTC)},
        {"set": {1}},
        "half a pair \ud800",
        b"bytes",
    ],
    ids=repr,
)
def test_what_cannot_be_recorded(value: object) -> None:
    with pytest.raises(BadInput, match="cannot be recorded"):
        dumps(value)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        '{"a":Infinity}',
        '{"a":-Infinity}',
        "9007199254740992",
        "-9007199254740992",
        "1" * 400_000,
        "1e999",
        '{"a":1,"a":2}',
        '[{"b":{"a":1,"a":1}}]',
        '{"a":1',
        "",
        "[" * 200_000,
        b"\xff\xfe",
        b'"\xff"',
    ],
    ids=lambda text: repr(text[:20]),
)
def test_json_of_others_that_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadInput, match="cannot be recorded"):
        loads(text)


def test_the_largest_integers_are_kept() -> None:
    assert loads(dumps([LARGEST, -LARGEST])) == [LARGEST, -LARGEST]
