"""Decides which formats there are, and which one a file has by its name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from tracker.errors import BadInput, typed
from tracker.importers.claims import LeftOut, Told, told
from tracker.importers.lines import read_lines
from tracker.importers.log import NAME as LOG
from tracker.importers.rows import Fields, Rejected, Row
from tracker.importers.table import read_table
from tracker.importers.workbook import read_workbook

Read = Callable[[BinaryIO, str, str | None], Generator[Row | Rejected]]


class Format(NamedTuple):
    """How a file is taken apart into rows, and what a row tells."""

    name: str
    endings: tuple[str, ...]
    read: Read
    told: Callable[[Fields], Iterable[Told | LeftOut]]


def _one(fields: Fields) -> Iterator[Told]:
    yield told(fields)


ALL: Final[tuple[Format, ...]] = (
    Format("csv", (".csv", ".tsv", ".tab", ".txt"), read_table, _one),
    Format("jsonl", (".jsonl", ".ndjson"), read_lines, _one),
    Format("xlsx", (".xlsx",), read_workbook, _one),
)
"""Every format; one that more than one could have is the first's."""


def format_of(path: str, named: str | None = None) -> Format:
    """The format that is named, else the one that a file's name ends in. Raises BadInput."""
    if named is not None:
        found = next((one for one in ALL if one.name == named), None)
        if found is None:
            names = [*(one.name for one in ALL), LOG]
            raise BadInput(what=f"there is no format {named!r}", try_=" or ".join(names))
        return found
    ending = path.lower()
    found = next((one for one in ALL if ending.endswith(one.endings)), None)
    if found is None:
        raise BadInput(
            what=f"which format {typed(path)} has cannot be told by its name",
            try_=f"--format {' or --format '.join(one.name for one in ALL)}",
        )
    return found
