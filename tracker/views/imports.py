"""Decides how imports are read: which there were, and what became of each."""

from __future__ import annotations

from typing import Any, Final

from tracker.reader import NOW, Reader, Row
from tracker.views.parties import TRUE
from tracker.zones import iso

Document = dict[str, Any]
_COLUMNS: Final = (
    "id, name, format, profile, sha256, state, started_at, started_by, finished_at, recorded, known,"
    " rejected, left_out, reason"
)


def imports(reader: Reader, known: int = NOW) -> list[Document]:
    """Every import, the latest first, with how many of its claims count now."""
    counting: dict[str, int] = dict(
        reader.rows(
            "SELECT imported, count(*) FROM claims"
            f" WHERE imported IS NOT NULL AND fact = 'recorded' AND {TRUE} GROUP BY imported",
            known=known,
        )
    )
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM imports WHERE {TRUE} ORDER BY started_at DESC, id", known=known
    )
    return [{**_document(row), "counting": counting.get(row[0], 0)} for row in rows]


def import_of(reader: Reader, id_: str, known: int = NOW) -> Document | None:
    """One import by its id; None: there is none."""
    row = reader.one(f"SELECT {_COLUMNS} FROM imports WHERE id = :id AND {TRUE}", id=id_, known=known)
    return None if row is None else _document(row)


def _document(row: Row) -> Document:
    told = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for key in ("started_at", "finished_at"):
        told[key] = None if told[key] is None else iso(told[key])
    return told
