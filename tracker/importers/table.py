"""Decides how a table in text is read, row by row: CSV, TSV and the like, however it was saved.

Commas, semicolons, tabs or bars; UTF-8, UTF-16 with its mark, or another encoding that is named. Heads are
read without regard to case. A row that is no row is answered as `Rejected`, and the next one is read.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Sequence
from threading import Lock
from typing import BinaryIO, Final

from tracker.errors import BadInput
from tracker.importers.rows import LONGEST, MOST_COLUMNS, Rejected, Row, refuse

DELIMITERS: Final = ",;\t|"
ARCHIVE: Final = b"PK\x03\x04"
"""How an archive begins, as a workbook (XLSX) is one."""
_BY_MARK: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NO_FILES: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape",
                             "raw-unicode-escape"})  # fmt: skip
"""Encodings of names and of Python's own; of a long text two of them take for ever."""
_TORN: Final = "a quotation mark is opened and not closed: all up to line"
_GUARDED: Final = "=+-@\t\r'"
"""What a spreadsheet would take for a formula; `exporters` puts an apostrophe before it."""


def read_table(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """The rows below the head. Raises BadInput where there is no head to read."""
    text = io.TextIOWrapper(
        file, encoding=_encoding(file, path, encoding), errors="surrogateescape", newline=""
    )
    try:
        yield from _rows(text, path)
    finally:
        text.detach()


def _encoding(file: BinaryIO, path: str, named: str | None) -> str:
    start = file.read(4096)
    file.seek(0)
    if start.startswith(ARCHIVE):
        raise refuse(path, "it is a workbook or another archive, no text", "its sheet saved as CSV in UTF-8")
    if named is not None:
        return known_encoding(named)
    for mark, encoding in _BY_MARK:
        if start.startswith(mark):
            return encoding
    if start.count(0) > len(start) // 8:
        raise refuse(path, "it is no text in UTF-8", "save it as CSV in UTF-8, or name its --encoding")
    return "utf-8"


def known_encoding(named: str) -> str:
    """An encoding of text that somebody named. Raises BadInput: there is none."""
    try:
        "".encode(named)
        if codecs.lookup(named).name in _NO_FILES:
            raise LookupError
    except (LookupError, ValueError):  # the latter: a NUL in its name, or one that refuses everything
        raise BadInput(
            what=f"there is no encoding {named[:40]!r}", try_="utf-8, utf-16, cp1252, cp1256, …"
        ) from None
    return named


def _rows(text: io.TextIOWrapper, path: str) -> Iterator[Row | Rejected]:
    try:
        first, blank = text.readline(LONGEST), 0
        while first and not first.strip():
            first, blank = text.readline(LONGEST), blank + 1
    except UnicodeError as error:
        raise refuse(path, f"it is no text ({error})", "name its --encoding, such as cp1252") from None
    delimiter = max(DELIMITERS, key=first.count)
    source = _Lines(first, text, blank)
    lines = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    heads: list[str] | None = None
    while True:
        cells: list[str] | None = []
        try:
            with _LONG_CELLS:
                while cells == []:  # a blank line
                    line = source.count + 1
                    cells = next(lines, None)
        except csv.Error as error:
            if heads is None:
                raise refuse(path, f"its head is no row of a table ({error})", "save it as CSV") from None
            yield Rejected(line, "", f"it is no row of a table ({error}); an open quotation mark?")
            continue
        except UnicodeError as error:
            yield Rejected(line, "", f"here the encoding breaks off ({error}); the rest cannot be read")
            return
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if heads is None:
            if source.ended:
                raise refuse(path, "its head opens a quotation mark and closes none", "save it as CSV")
            heads = heads_of(cells, path)
            continue
        row = _row(line, heads, cells)
        if source.ended:  # all else is given out before the end is looked for
            yield Rejected(line, "", f"{_TORN} {source.count:,}, the last, is in this row", row.fields)
        else:
            yield row
    if heads is None:
        raise refuse(path, "there is nothing in it", "a table whose first row names its columns")


class _LongCells:
    """Lets `csv` read cells of `LONGEST` characters: while a row is read here, and no longer.

    Its limit is the whole process's; the last of those who read at the same moment puts it back.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._before = Lock(), 0, 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = csv.field_size_limit(LONGEST)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                csv.field_size_limit(self._before)


_LONG_CELLS: Final = _LongCells()


class _Lines:
    """The lines of a file, the first of which was read before, counted from those that were blank."""

    def __init__(self, first: str, text: io.TextIOWrapper, blank: int) -> None:
        self._first: str | None = first
        self._text = text
        self.count = blank
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._first if self._first is not None else self._text.readline(LONGEST)
        self._first = None
        if not line:
            self.ended = True
            raise StopIteration
        self.count += 1
        if len(line) >= LONGEST and not line.endswith(("\n", "\r")):
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(LONGEST)
            raise csv.Error(f"a line of more than {LONGEST:,} characters")
        return line


def heads_of(cells: Sequence[str], path: str) -> list[str]:
    """The names of columns, from the cells of a head. Raises BadInput."""
    heads = [head(cell) for cell in cells]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise refuse(path, f"it has {len(heads)} columns", f"a table with {MOST_COLUMNS} at most")
    twice = sorted({one for one in heads if one and heads.count(one) > 1})
    if twice:
        raise refuse(path, f"two columns are called {twice[0]!r}", "give each a name of its own")
    if any("\ud800" <= char <= "\udfff" for one in heads for char in one):
        raise refuse(path, "its head is not UTF-8", "name its --encoding, such as cp1252 or cp1256")
    return heads


def head(cell: str) -> str:
    """A column's name without regard to case, blanks and hyphens."""
    return "_".join(cell.strip().strip("\ufeff").casefold().replace("-", " ").split())


def _row(line: int, heads: Sequence[str], cells: Sequence[str]) -> Row | Rejected:
    fields = {
        name: unguarded(cell)
        for name, cell in zip(heads, cells, strict=False)
        if name and cell and not cell.isspace()
    }
    whole = "".join(cells)
    if not whole.isascii() or "\0" in whole:
        for name, value in fields.items():
            if any("\ud800" <= char <= "\udfff" for char in value):
                return Rejected(
                    line, name, "it is not UTF-8; name the file's --encoding, such as cp1252", _shown(fields)
                )
            if "\0" in value:
                return Rejected(line, name, "there is a NUL character in it", _shown(fields))
    if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
        return Rejected(line, "", f"it has {len(cells)} cells, and the head has {len(heads)}", fields)
    return Row(line, fields)


def unguarded(cell: str) -> str:
    """A cell without blanks around, and without the apostrophe that keeps it from being read as a formula."""
    text = cell.strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in _GUARDED else text


def guarded(cell: str) -> str:
    """The opposite: what a spreadsheet would run gets an apostrophe before it."""
    return f"'{cell}" if cell and cell[0] in _GUARDED else cell


def _shown(fields: dict[str, str]) -> dict[str, str]:
    """What can be written to a file again."""
    return {
        name: value.encode("utf-8", "replace").decode().replace("\0", "") for name, value in fields.items()
    }
