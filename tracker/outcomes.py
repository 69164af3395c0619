"""Decides how a file of outcomes is read: rows that say who held a place from a time on.

A table with a head, in CSV or any like it: commas, semicolons, tabs or bars; UTF-8, or UTF-16 with its mark.
Here are only rows of text; what a name or a time means is found out elsewhere (`views.truth`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, NoReturn

from tracker.errors import BadInput, typed

LARGEST: Final = 32 * 2**20
LONGEST: Final = 131_072
"""So many characters has a cell at most."""
DELIMITERS: Final = ",;\t|"
COLUMNS: Final = {
    "place": ("place", "place_id", "location"),
    "time": ("time", "date", "from", "since"),
    "controller": ("controller", "actor", "holder", "side"),
    "until": ("until", "to"),
}
"""The columns, and the heads by which each is known, whatever their case."""
NEEDED: Final = ("place", "time", "controller")
NOBODY: Final = frozenset({"", "-", "?", "unknown", "contested", "nobody", "none", "n/a", "na", "null"})
"""Controllers, in small letters, that say that nobody can say who held it."""
_BY_MARK: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_EXAMPLE: Final = "a table with the columns place, time and controller (docs/evaluate.md)"


class Row(NamedTuple):
    """One row of the file as text; `line` is where it ends, counted from 1."""

    line: int
    place: str
    time: str
    controller: str
    until: str = ""


class Complaint(NamedTuple):
    """Why a row, or a part of it, cannot be used."""

    line: int
    field: str
    value: str
    why: str

    @property
    def text(self) -> str:
        """In one line: where, what was typed there, and why not."""
        value = f" {self.value!r}" if self.value else ""
        return f"line {self.line}, {self.field}{value}: {self.why}"


class Table(NamedTuple):
    """What was read of a file: its rows, and what is wrong with others."""

    rows: list[Row]
    complaints: list[Complaint]


def read_outcomes(path: str) -> Table:
    """The rows of a file; `BadInput` where it is no such file."""
    text = _text(path)
    head, _, _ = text.lstrip("\r\n").partition("\n")
    delimiter = max(DELIMITERS, key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    table = Table([], [])
    try:
        where = _columns(path, next((cells for cells in lines if any(cells)), []))
        for cells in lines:
            if any(len(cell) > LONGEST for cell in cells):  # the limit of `csv` is the whole process's
                _refuse(path, f"line {lines.line_num} has a cell of more than {LONGEST:,} characters")
            if any(cell.strip() for cell in cells):
                _take(table, lines.line_num, cells, where)
    except csv.Error as error:
        _refuse(path, f"line {lines.line_num} is no row of a table ({error})")
    if not table.rows and not table.complaints:
        _refuse(path, "there is no row below its head")
    return table


def _take(table: Table, line: int, cells: Sequence[str], where: dict[str, int]) -> None:
    told = {name: cells[i].strip() if i < len(cells) else "" for name, i in where.items()}
    short = max(where[name] for name in NEEDED) >= len(cells)
    wrong = [("row", "", f"it has {_cells(len(cells))}, too few")] if short else list(_empty(told))
    if wrong:
        table.complaints.extend(Complaint(line, *one) for one in wrong)
    else:
        table.rows.append(Row(line, **told))


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


def _empty(told: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in ("place", "time"):
        if not told[name]:
            yield name, "", "it is empty"


def _columns(path: str, head: Sequence[str]) -> dict[str, int]:
    """Where each column stands."""
    names = [cell.strip().lower() for cell in head]
    found = {
        column: names.index(name)
        for column, heads in COLUMNS.items()
        for name in [next((one for one in heads if one in names), None)]
        if name is not None
    }
    missing = [name for name in NEEDED if name not in found]
    if missing:
        told = ", ".join(cell for cell in names if cell)[:80] or "nothing"
        _refuse(path, f"its head has no {' and no '.join(missing)}, but {told}")
    return found


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        why = getattr(error, "strerror", None) or str(error)
        step = f"ls -l {typed(path)} shows what is there"
        _refuse(path, why, step if path != "-" else "/dev/stdin reads what another command writes")
    if len(content) > LARGEST:
        _refuse(path, f"it is larger than {LARGEST // 2**20} MB", "a row for each change of control only")
    coding = next((coding for mark, coding in _BY_MARK if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        _refuse(path, "it is no text in UTF-8")
    if "\0" in text:
        _refuse(path, "it is no text")
    if not text.strip():
        _refuse(path, "it is empty")
    return text


def _refuse(path: str, why: str, step: str = _EXAMPLE) -> NoReturn:
    raise BadInput(what=f"cannot read outcomes from {path}: {why}", try_=step)
