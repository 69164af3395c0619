"""Decides how a whole log is taken over into an empty tracker: every row as it was, or nothing.

Positions, times, hashes and who recorded what stay; the chain is followed while it is read, and the views
are built in the same transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedReader
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from tracker.desk.importing import Progress, opened
from tracker.desk.recording import Recorder
from tracker.errors import BadInput, Conflict
from tracker.importers.log import NAME, read_head, read_rows
from tracker.importers.rows import refuse
from tracker.reader import last_position, open_reader
from tracker.record.envelope import Head, RowValues
from tracker.record.follow import keep_up
from tracker.record.verify import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

Document = dict[str, Any]
PAGE: Final = 2000
_WHOLE: Final = "a copy of it that is whole; nothing was recorded"


def moved(
    recorder: Recorder, path: str, *, encoding: str | None, dry_run: bool,
    told: Callable[[Progress], None] = lambda _: None,
) -> Document:  # fmt: skip
    """Write the log in a file to an empty tracker; `dry_run` reads and checks it only."""
    if encoding is not None:
        raise BadInput(what="a log is UTF-8 as it was written", try_="no --encoding")
    with open_reader(recorder.where, views=False) as reader:
        _require_empty(last_position(reader), recorder.where)
    with opened(path) as file:
        head = read_head(file, path)
        rows = _checked(file, path, head, told)
        if dry_run or not head.position:
            for _ in rows:
                pass
        else:
            with recorder.store() as store:
                store.adopt(rows, partial(_followed, path))
    return {
        "import": None, "file": path, "format": NAME, "profile": None, "rows": head.position,
        "recorded": head.position, "known": 0, "rejected": 0, "rejected_file": None, "left_out": 0,
        "left": {}, "dry_run": dry_run, "reasons": [], "unresolved": [], "places_made": 0,
        "position": head.position, "chain_hash": head.chain_hash.hex(),
    }  # fmt: skip


def _followed(path: str, connection: Connection) -> None:
    """Build the views; a log can be well chained and of valid events, and yet say what no tracker writes."""
    try:
        keep_up(connection)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        why = (str(error).splitlines() or ["?"])[0][:200]
        raise refuse(path, f"the views cannot follow it ({why})", _WHOLE) from error


def _require_empty(position: int, where: str) -> None:
    if position:
        raise Conflict(
            what=f"a log is taken over by an empty tracker, and {where} has {position:,} events",
            try_="tracker init --db ANOTHER, and import it there",
        )


def _checked(
    file: BufferedReader, path: str, head: Head, told: Callable[[Progress], None]
) -> Iterator[RowValues]:
    """The rows, each page of them after its chain was followed; BadInput where it breaks."""
    reading, size = Reading(), os.fstat(file.fileno()).st_size
    rows = read_rows(file, path)
    while page := list(islice(rows, PAGE)):
        reading.through([page])
        if reading.findings:
            break
        yield from page
        told(Progress(reading.position, 0, file.tell(), size))
    if not reading.findings and reading.position < head.position:
        raise refuse(path, f"it breaks off after event {reading.position:,} of {head.position:,}", _WHOLE)
    if not reading.findings:
        reading.finish(head)
    if reading.findings:
        first = reading.findings[0]
        raise refuse(path, f"at event {first.position} {first.what}", _WHOLE)
