"""Decides how rows become a workbook (XLSX): each a row of one sheet, text as text, nothing that is run.

The template is a sheet to fill in: the columns of an import, with lists to choose from where words or names
are meant. Whatever else is typed in a column of names is allowed, as a name may be new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

from tracker.errors import BadInput, NotInstalled
from tracker.exporters.content import CLAIMS, TEMPLATE, Content, Open
from tracker.exporters.table import facts_of, heads_for
from tracker.importers.claims import NAMES
from tracker.judgement import vocabulary

MOST_ROWS: Final = 2**20
FILLED: Final = 5_000
"""So many rows of the template have lists."""
WORDS: Final[Mapping[str, Sequence[str]]] = {
    "predicate": tuple(vocabulary.PREDICATES), "modality": tuple(vocabulary.MODALITIES),
    "basis": tuple(vocabulary.BASES), "stance": tuple(vocabulary.STANCES),
    "extent": tuple(vocabulary.EXTENTS), "relation": tuple(vocabulary.RELATIONS),
    "bearing": tuple(vocabulary.BEARINGS), "outcome": tuple(vocabulary.OUTCOMES),
}  # fmt: skip
"""The columns in which only certain words can stand."""
_NAMED: Final = {"place": "place", "source": "source", "actors": "actor", "against": "actor"}
_WIDE: Final = {"text": 50, "sentence": 40, "occurred": 24, "reported": 24, "quote": 30, "note": 30}
_KEPT: Final = {"claim", "recorded"}


def write_workbook(content: Content, file: Open) -> int:
    """Write a sheet of rows, or a template. Raises NotInstalled, and BadInput for what no sheet can hold."""
    if content.what == TEMPLATE:
        return _write_template(content.about["names"], file)
    heads = heads_for(content)
    with _book(file) as book:
        sheet = _sheet(book, content.what, heads)
        count = 0
        for row in content.rows:
            count += 1
            if count >= MOST_ROWS:
                raise BadInput(what=f"a sheet has {MOST_ROWS:,} rows at most", try_="--format csv")
            told = facts_of(content, row)
            for column, head in enumerate(heads):
                _write(sheet, count, column, told[head])
        sheet.autofilter(0, 0, count, len(heads) - 1)
    return count


@contextmanager
def _book(file: Open) -> Iterator[Any]:
    try:
        import xlsxwriter
    except ImportError as error:
        raise NotInstalled(what="a workbook (XLSX)", package="XlsxWriter", extra="xlsx") from error
    with TemporaryDirectory() as folder:  # rows wait there, and none of them stays
        how = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, {**how, "tmpdir": folder})
        try:
            yield book
        except BaseException:
            book.fileclosed = True  # else it complains when it is thrown away
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
            raise
        book.close()


def _sheet(book: Any, title: str, heads: Sequence[str]) -> Any:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(heads):
        sheet.set_column(column, column, _WIDE.get(head, 14))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, book.add_format({"bold": True}))
    return sheet


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif sheet.write_string(row, column, str(value)):
        raise BadInput(
            what=f"a cell holds 32,767 characters, and one of {str(value)[:20]!r}… is longer",
            try_="--format csv, or jsonl",
        )


def _write_template(names: Mapping[str, Sequence[str]], file: Open) -> int:
    heads = [told[0] for told in NAMES.values() if told[0] not in _KEPT]
    lists = {**WORDS, **{head: names[thing] for head, thing in _NAMED.items()}}
    chosen = [head for head in heads if lists.get(head)]
    with _book(file) as book:
        sheet = _sheet(book, CLAIMS, heads)
        for column, head in enumerate(heads):
            if head in chosen:
                sheet.data_validation(1, column, FILLED, column, _choice(head, chosen, len(lists[head])))
        words = _sheet(book, "lists", chosen)
        for row in range(max(map(len, (lists[head] for head in chosen)))):
            for column, head in enumerate(chosen):
                if row < len(lists[head]):
                    words.write_string(row + 1, column, lists[head][row])
    return 0


def _choice(head: str, chosen: Sequence[str], count: int) -> dict[str, Any]:
    from xlsxwriter.utility import xl_col_to_name

    column = xl_col_to_name(chosen.index(head))
    told = {"validate": "list", "source": f"=lists!${column}$2:${column}${count + 1}"}
    if head in WORDS:
        return {**told, "error_title": head, "error_message": f"One of the words of the list: {head}."}
    return {**told, "error_type": "information", "error_title": head,
            "error_message": "No name that the tracker knew. Several actors: with semicolons."}  # fmt: skip
