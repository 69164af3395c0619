"""Decides how a workbook (XLSX) is read, row by row, and which one is refused.

How much comes out of the archive that it is, is bounded (`archive`), and rows are counted as they are read,
whatever the sheet says of its size. Cells are read as they show: a formula as its last value, a date as one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO, Final

from tracker.errors import BadInput, NotInstalled
from tracker.importers.archive import BROKEN, Archive
from tracker.importers.lines import unfit
from tracker.importers.rows import LONGEST, Rejected, Row, refuse
from tracker.importers.table import head, heads_of

MOST_ROWS: Final = 2**20
"""As many as a sheet can have."""
MOST_BLANK: Final = 2**19
"""So many cells more are blank than `BLANKER` times those that are not; a row costs `ROW` of them."""
BLANKER: Final = 128
ROW: Final = 8
_ABSENT: Final = "a workbook as a spreadsheet program saves it (.xlsx), or save it as CSV"
_SPLIT: Final = "smaller files, or save it as CSV"
_BLANK: Final = "delete blank rows and columns, or save it as CSV"
CLAIMS: Final = "claims"
"""The sheet that is read where there are several; else the first."""


def read_workbook(
    file: BinaryIO, path: str, encoding: str | None = None, *, wanted: Callable[[str], bool] | None = None
) -> Generator[Row | Rejected]:
    """The rows below the head of a sheet; with `wanted`, of every sheet that has a column with such a name.

    Raises BadInput and NotInstalled.
    """
    if encoding is not None:
        raise BadInput(what="a workbook says itself how it is encoded", try_="no --encoding")
    try:
        from openpyxl.reader.excel import ExcelReader
    except ImportError as error:
        raise NotInstalled(what="a workbook (XLSX)", package="openpyxl", extra="xlsx") from error
    try:
        archive = Archive(file, lambda why, step: refuse(path, why, step))
    except BROKEN as error:
        raise refuse(path, f"it is no workbook ({str(error)[:100]})", _ABSENT) from error
    with archive:
        file.seek(0)
        try:
            reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
            reader.archive = archive
            reader.read()
            left = [MOST_BLANK]  # for all sheets together
            for sheet in _sheets(reader.wb) if wanted else [_sheet(reader.wb)]:
                yield from _rows(sheet, path, left, wanted)
        except BadInput:
            raise
        except Exception as error:  # whatever a broken file makes of a parser that trusts it
            why = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise refuse(path, f"it is no whole workbook ({why})", _ABSENT) from error


def _sheets(book: Any) -> list[Any]:
    return [one for one in book.worksheets if one.sheet_state == "visible"] or list(book.worksheets)


def _sheet(book: Any) -> Any:
    sheets = _sheets(book)
    return next((one for one in sheets if one.title.strip().casefold() == CLAIMS), sheets[0])


def _rows(
    sheet: Any, path: str, left: list[int], wanted: Callable[[str], bool] | None
) -> Iterator[Row | Rejected]:
    sheet.reset_dimensions()  # what it says of its size is not asked
    heads: list[str] | None = None
    for line, cells in enumerate(sheet.iter_rows(), 1):
        if line > MOST_ROWS:
            raise refuse(path, f"it has more than {MOST_ROWS:,} rows", _SPLIT)
        told = [(cell, _text(cell)) for cell in cells]
        filled = sum(text is not None for _, text in told)
        left[0] = min(MOST_BLANK, left[0] + BLANKER * filled) - ROW - len(told)
        if left[0] < 0:
            raise refuse(path, f"up to line {line:,} hardly anything but blank cells is in it", _BLANK)
        if not filled:
            continue
        if heads is None:
            names = [text or "" for _, text in told]
            if wanted is not None and not any(wanted(head(name)) for name in names):
                return
            heads = heads_of(names, path)
            continue
        yield _row(line, heads, told)
    if heads is None and wanted is None:
        raise refuse(path, "there is nothing in it", "a sheet whose first row names its columns")


def _row(line: int, heads: list[str], told: list[tuple[Any, str | None]]) -> Row | Rejected:
    fields = {name: text for name, (_, text) in zip(heads, told, strict=False) if name and text}
    for name, (cell, text) in zip(heads, told, strict=False):
        if not (name and text):
            continue
        if cell.data_type == "e":
            return Rejected(line, name, f"the sheet shows an error there ({text})", fields)
        if why := unfit(text):  # an escape, such as _xD800_, can stand for anything
            return Rejected(line, name, why, {})
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
