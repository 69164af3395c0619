"""Decides which files of outcomes are read, whatever wrote them, and what is said of the others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.outcomes import LARGEST, LONGEST, Row, read_outcomes

HOMS = Row(2, "Homs", "2024-12-08", "rebels")


@pytest.mark.parametrize(
    "content",
    [
        b"place,time,controller\nHoms,2024-12-08,rebels\n",
        b"\xef\xbb\xbfPlace, Time ,CONTROLLER\r\nHoms, 2024-12-08 ,rebels\r\n",
        b"note;controller;date;place\n;rebels;2024-12-08;Homs",
        b"place\ttime\tcontroller\nHoms\t2024-12-08\trebels\n\n",
        b'place|since|holder\n"Homs"|2024-12-08|rebels',
        "place,time,controller\nHoms,2024-12-08,rebels\n".encode("utf-16"),
    ],
)
def test_tables_of_many_kinds_are_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert read_outcomes(str(tmp_path / "file")) == ([HOMS], [])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"), (b" \n\n", "it is empty"),
        (b"place,time,controller\n", "no row below its head"),
        (b"place,when\nHoms,1\n", "its head has no time and no controller, but place, when"),
        (b"\x7fELF\x00\x01", "it is no text"), (b"\xff\x00\xfa", "no text in UTF-8"),
        (b"place,time,controller\n" + b"x" * 200_000, "line 2 is no row"),
        (b"place,time,controller\n" + b"\n" * LARGEST, "larger than 32 MB"),
    ],
    ids=["empty", "blank", "head", "columns", "binary", "encoding", "cell", "size"],
)  # fmt: skip
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_outcomes(str(tmp_path / "file"))
    assert why in refused.value.message
    assert refused.value.next_step


@pytest.mark.parametrize("name", ["", "absent", "."])
def test_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot read outcomes"):
        read_outcomes(str(tmp_path / name))


def test_rows_without_what_is_needed_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(
        "place,time,controller\nHoms,2024-12-08\n,2024-12-08,a\nHama,,\nHoms,2024,-\n"
    )
    found = read_outcomes(str(tmp_path / "file"))
    assert found.rows == [Row(5, "Homs", "2024", "-")]
    assert [(one.line, one.field) for one in found.complaints] == [(2, "row"), (3, "place"), (4, "time")]


@given(st.binary(max_size=300), st.booleans())
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bool
) -> None:
    file = tmp_path_factory.getbasetemp() / "anything"
    file.write_bytes((b"place,time,controller\n" if head else b"") + content)
    try:
        found = read_outcomes(str(file))
    except BadInput:
        return
    assert found.rows or found.complaints


def test_how_long_a_cell_may_be_is_not_for_others_to_say(tmp_path: Path) -> None:
    """The limit of `csv` is of the whole process, and somebody may have raised it."""
    (tmp_path / "file").write_text(f"place,time,controller\nHoms,2024-12-08,{'x' * (LONGEST + 1)}\n")
    before = csv.field_size_limit()
    for limit in (before, 2**24):
        csv.field_size_limit(limit)
        try:
            with pytest.raises(BadInput, match=r"line 2 .*(than 131,072 characters|field limit)"):
                read_outcomes(str(tmp_path / "file"))
            assert csv.field_size_limit() == limit
        finally:
            csv.field_size_limit(before)
