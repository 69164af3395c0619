"""Decides what is read of a file, and that whatever is wrong with it is told and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.importers.features import read_features
from tracker.importers.geonames import read_geonames
from tracker.importers.lines import read_lines
from tracker.importers.rows import LONGEST, Rejected, Row
from tracker.importers.table import guarded, read_table, unguarded

Read = Callable[[BinaryIO, str], Iterator[Row | Rejected]]


def table(text: str | bytes, encoding: str | None = None) -> list[Row | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_table(io.BytesIO(data), "file.csv", encoding))


def lines(text: str | bytes) -> list[Row | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_lines(io.BytesIO(data), "file.jsonl"))


def why(one: Row | Rejected) -> str:
    assert isinstance(one, Rejected), one
    return one.why


# -- tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(), lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"), lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"), lambda text: ("\n\n" + text).encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "crlf", "big", "blank"],
)  # fmt: skip
def test_a_table_is_read_however_it_was_saved(delimiter: str, encode: Callable[[str], bytes]) -> None:
    text = f"Place{delimiter}Said By{delimiter}\nحمص{delimiter} SOHR \n\n{delimiter}x\n"
    found = [one.fields for one in table(encode(text)) if isinstance(one, Row)]
    assert found == [{"place": "حمص", "said_by": "SOHR"}, {"said_by": "x"}]


def test_a_row_knows_the_line_where_it_begins() -> None:
    found = table('a,b\n1,"two\nlines"\n3,4\n')
    assert [(one.line, one.fields) for one in found] == [
        (2, {"a": "1", "b": "two\nlines"}), (4, {"a": "3", "b": "4"}),
    ]  # fmt: skip


def test_blank_lines_are_no_rows_but_lines() -> None:
    found = table('a,b\n\n1,"two\n\nlines"\n\n \n\n3,4\n\n5,x\0\n\n')
    assert [(one.line, type(one)) for one in found] == [(3, Row), (9, Row), (11, Rejected)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2,3\n", "has 3 cells, and the head has 2"),
        (b"a,b\n1,caf\xe9\n", "is not UTF-8; name the file's --encoding"),
        ("a,b\n1,x\0y\n", "NUL character"),
        ('a,b\n1,"' + "x\n" * LONGEST, "field larger than field limit"),
        (f"a,b\n1,{'x' * (LONGEST * 2)}\n", "is no row of a table"),
    ],
)
def test_a_bad_row_is_told_and_the_next_is_read(text: str | bytes, told: str) -> None:
    data = text.encode() if isinstance(text, str) else text
    found = table(data + b"5,6\n")
    assert told in why(found[0])
    assert isinstance(found[-1], Row) or '"' in str(text), "an open quotation mark takes the rest with it"


@pytest.mark.parametrize("rest", ['"3', '"3,4\n5,6\n', '"3,4\n5,6', '3,"'])
def test_a_quotation_that_is_not_closed_is_told_with_all_that_it_took(rest: str) -> None:
    good, torn = table(f'a,b\n1,"2\n"\n{rest}')
    assert good == Row(2, {"a": "1", "b": "2"})
    assert torn[:2] == (4, "")
    assert f"all up to line {4 + rest.count(chr(10), 0, -1)}, the last" in why(torn)
    assert [*map(type, table('a,b\n5" gun,"1\n2"'))] == [Row], "a mark within a cell is one of inches"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'a,"b\n1,2\n', "its head opens a quotation mark"),
        (b"", "there is nothing in it"), (b"\n\n \n", "there is nothing in it"),
        (b"a,b,A\n1,2,3\n", "two columns are called 'a'"), (b"\0\1\2\3", "no text in UTF-8"),
        (b"caf\xe9,b\n1,2\n", "its head is not UTF-8"), (("a," * 2000 + "b").encode(), "it has 2001 columns"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_a_line(data: bytes, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        table(data.replace(b"a,a", b"a,b") if b"2000" in data else data)
    assert told in refused.value.message or "columns are called" in refused.value.message


def test_an_encoding_can_be_named() -> None:
    assert table("place\nحمص\n".encode("cp1256"), "cp1256")[0].fields == {"place": "حمص"}
    with pytest.raises(BadInput, match="no encoding 'klingon'"):
        table("a\n1\n", "klingon")
    (row,) = table("a\n+2AA-\n", "utf-7")
    assert "it is not UTF-8" in why(row), "half of a pair"


@pytest.mark.parametrize(
    "named", ["klingon", "hex", "utf\0", "\ud800", "", "punycode", "idna", "unicode_escape"]
)
@pytest.mark.parametrize("read", [read_table, read_lines, read_geonames, read_features])
def test_what_is_no_encoding_of_files_is_refused(named: str, read: Callable[..., Any]) -> None:
    """Of a long text Python's decoder of punycode takes minutes."""
    with pytest.raises(BadInput, match="there is no encoding"):
        list(read(io.BytesIO(b"a\n1\n"), "file", named))


def test_the_length_of_cells_that_is_read_here_is_nobody_elses() -> None:
    """The limit of `csv` is of the whole process; in the midst of a file it is what it was before."""
    before = csv.field_size_limit()
    data = f"a\n{'x' * (LONGEST - 100)}\ny\n".encode()
    one, other = read_table(io.BytesIO(data), "one"), read_table(io.BytesIO(data), "other")
    for _ in range(2):
        assert [isinstance(next(rows), Row) for rows in (one, other)] == [True, True]
        assert csv.field_size_limit() == before
    for rows in (one, other):
        rows.close()
    assert csv.field_size_limit() == before


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(str.strip))
def test_what_is_guarded_for_a_spreadsheet_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r")


# -- lines of JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": NaN}', "NaN is no number"), ('{"a": 1, "a": 2}', "a key stands in it twice"),
        ("[1]", "it is no JSON object"), ("{", "it is no JSON"), (b'{"a": "\xe9"}', "it is not UTF-8"),
        ('{"a": ' + "[" * 200_000, "nested too deep"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "nested too deep"),
        ('{"a": "\\ud800"}', "a lone surrogate"), ('{"\\ud800": 1}', "a lone surrogate"),
        ('{"Place": "A", "place": "B"}', "the same but for case"),
        ('{"a": "\\u0000"}', "NUL"), ('{"a": 1e999}', "too large"),
        ('{"x": "' + "y" * LONGEST + '"}', "longer than 1,048,576 bytes"),
        ("{" + ",".join(f'"{n}": 1' for n in range(1001)) + "}", "it has 1001 keys"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_and_the_next_line_is_read(text: str | bytes, told: str) -> None:
    data = text.encode() if isinstance(text, str) else text
    bad, good = lines(data + b'\n{"b": 1}\n')
    assert told in why(bad)
    assert (good.line, good.fields) == (2, {"b": 1})


def test_what_is_empty_is_left_out() -> None:
    (row,) = lines('\n{"A b": "", "c-d": null, "e": [], "f": 0}\n')
    assert (row.line, row.fields) == (2, {"f": 0})


# -- anything ----------------------------------------------------------------------------------------

_pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xff\xfe", b"{", b"[", b"}", b"=1"]),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(st.none() | st.floats() | st.text(max_size=5), st.lists, max_leaves=8).map(
        lambda value: json.dumps({"a": value}).encode() + b"\n"
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_pieces, max_size=30).map(b"".join), st.sampled_from([read_table, read_lines]))
def test_whatever_a_file_holds_is_read_or_told(data: bytes, read: Read) -> None:
    began = time.monotonic()
    with suppress(BadInput):
        for one in read(io.BytesIO(data), "file"):
            assert one.line > 0
            json.dumps(one.fields, default=str).encode()
            str(one.fields).encode("utf-8", "strict" if isinstance(one, Row) else "replace")
    assert time.monotonic() - began < 2
