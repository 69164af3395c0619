"""Decides how a workbook (XLSX) is read, row by row, and which one is refused before it is opened.

It is an archive, and what an archive says of itself may be a lie: how much comes out of it is bounded first,
and rows are counted as they are read, whatever the sheet says of its size. Cells are read as they show:
a formula as its last value, a date as one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from tracker.errors import BadInput, NotInstalled
from tracker.importers.rows import LONGEST, Rejected, Row, refuse
from tracker.importers.table import heads_of

MOST_ROWS: Final = 2**20
"""As many as a sheet can have."""
MOST_MEMBERS: Final = 2_000
MOST_BYTES: Final = 2**30
"""Of all members together, as they come out."""
MOST_TEXTS: Final = 2**27
"""Of the texts that the sheets share, which are in memory."""
STEEPEST: Final = 200
"""So many bytes come out of one at most, in what is larger than `SMALL`; of sheets of claims 10 to 40."""
SMALL: Final = 2**20
_ABSENT: Final = "a workbook as a spreadsheet program saves it (.xlsx), or save it as CSV"
_SPLIT: Final = "smaller files, or save it as CSV"
_START: Final = 2**16
CLAIMS: Final = "claims"
"""The sheet that is read where there are several; else the first."""


def read_workbook(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """The rows below the head of a sheet. Raises BadInput and NotInstalled."""
    if encoding is not None:
        raise BadInput(what="a workbook says itself how it is encoded", try_="no --encoding")
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise NotInstalled(what="a workbook (XLSX)", package="openpyxl", extra="xlsx") from error
    _check(file, path)
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _rows(_sheet(book), path)
        finally:
            book.close()
    except BadInput:
        raise
    except Exception as error:  # whatever a broken file makes of a parser that trusts it
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise refuse(path, f"it is no whole workbook ({why})", _ABSENT) from error


def _check(file: BinaryIO, path: str) -> None:
    """Refuse what would be too much, before any of it comes out."""
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise refuse(path, f"there are {len(members):,} files in it", _ABSENT)
            if sum(one.file_size for one in members) > MOST_BYTES:
                raise refuse(path, f"more than {MOST_BYTES // 2**20:,} MB come out of it", _SPLIT)
            for one in members:
                _check_member(archive, one, path)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise refuse(path, f"it is no workbook ({str(error)[:100]})", _ABSENT) from error


def _check_member(archive: ZipFile, one: ZipInfo, path: str) -> None:
    if one.file_size > SMALL and one.file_size > STEEPEST * max(1, one.compress_size):
        raise refuse(path, "far more comes out of it than a sheet holds", _ABSENT)
    if one.filename.endswith("sharedStrings.xml") and one.file_size > MOST_TEXTS:
        raise refuse(path, f"it has more than {MOST_TEXTS // 2**20} MB of text", _SPLIT)
    if one.filename.endswith((".xml", ".rels")):
        with archive.open(one) as member:
            if b"<!" in member.read(_START).replace(b"<!--", b"").replace(b"<![CDATA[", b""):
                raise refuse(path, "it defines entities, which no spreadsheet does", _ABSENT)


def _sheet(book: Any) -> Any:
    sheets = [one for one in book.worksheets if one.sheet_state == "visible"] or book.worksheets
    return next((one for one in sheets if one.title.strip().casefold() == CLAIMS), sheets[0])


def _rows(sheet: Any, path: str) -> Iterator[Row | Rejected]:
    sheet.reset_dimensions()  # what it says of its size is not asked
    heads: list[str] | None = None
    for line, cells in enumerate(sheet.iter_rows(), 1):
        if line > MOST_ROWS:
            raise refuse(path, f"it has more than {MOST_ROWS:,} rows", _SPLIT)
        told = [(cell, _text(cell)) for cell in cells]
        if not any(text for _, text in told):
            continue
        if heads is None:
            heads = heads_of([text or "" for _, text in told], path)
            continue
        yield _row(line, heads, told)
    if heads is None:
        raise refuse(path, "there is nothing in it", "a sheet whose first row names its columns")


def _row(line: int, heads: list[str], told: list[tuple[Any, str | None]]) -> Row | Rejected:
    fields = {name: text for name, (_, text) in zip(heads, told, strict=False) if name and text}
    for name, (cell, text) in zip(heads, told, strict=False):
        if not (name and text):
            continue
        if cell.data_type == "e":
            return Rejected(line, name, f"the sheet shows an error there ({text})", fields)
        if "\0" in text:
            return Rejected(line, name, "there is a NUL character in it", {})
        if len(text) > LONGEST:
            return Rejected(line, name, f"it is longer than {LONGEST:,} characters", {})
    if any(text for _, text in told[len(heads) :]):
        return Rejected(line, "", "it goes on beyond the head", fields)
    return Row(line, fields)


def _text(cell: Any) -> str | None:
    """What a cell shows, as text; None: nothing."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    text = str(value)
    if "_x" in text:
        from openpyxl.utils.escape import unescape

        text = unescape(text)
    return text.strip() or None
