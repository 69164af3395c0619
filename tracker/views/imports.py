"""Decides how imports are read: which there were, what became of each, what stands on its places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from tracker.reader import NOW, Reader, Row
from tracker.views.parties import TRUE
from tracker.zones import iso

Document = dict[str, Any]
_COLUMNS: Final = (
    "id, name, format, profile, sha256, state, started_at, started_by, finished_at, recorded, known,"
    " rejected, left_out, reason"
)


def imports(reader: Reader, known: int = NOW) -> list[Document]:
    """Every import, the latest first, with how many of its claims, or else its places, count now."""
    places = f"SELECT imported, count(*) FROM places WHERE imported IS NOT NULL AND {TRUE} GROUP BY imported"
    claims = (
        "SELECT imported, count(*) FROM claims"
        f" WHERE imported IS NOT NULL AND fact = 'recorded' AND {TRUE} GROUP BY imported"
    )
    counting: dict[str, int] = dict(reader.rows(places, known=known)) | dict(reader.rows(claims, known=known))
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM imports WHERE {TRUE} ORDER BY started_at DESC, id", known=known
    )
    return [{**_document(row), "counting": counting.get(row[0], 0)} for row in rows]


def import_of(reader: Reader, id_: str, known: int = NOW) -> Document | None:
    """One import by its id; None: there is none."""
    row = reader.one(f"SELECT {_COLUMNS} FROM imports WHERE id = :id AND {TRUE}", id=id_, known=known)
    return None if row is None else _document(row)


def undone_claims(reader: Reader, claims: Iterable[str]) -> list[str]:
    """Those of some claims that count nowhere because the import that brought them was undone."""
    if reader.one(f"SELECT 1 FROM imports WHERE state = 'undone' AND {TRUE} LIMIT 1", known=NOW) is None:
        return []
    sql = f"SELECT id FROM claims WHERE id IN (:wanted) AND fact = 'undone' AND {TRUE}"
    return [row[0] for row in reader.among(sql, claims, known=NOW)]


def _document(row: Row) -> Document:
    told = dict(zip(_COLUMNS.split(", "), row, strict=True))
    if told["state"] == "finished" and told["finished_at"] is None:
        told["state"] = "started"  # it was undone and restored before it came to its end
    for key in ("started_at", "finished_at"):
        told[key] = None if told[key] is None else iso(told[key])
    return told


class Standing(NamedTuple):
    """What stands on places that an import brought and is of other origin: what, how much, an example."""

    what: str
    number: int
    example: str


_OURS: Final = f"(SELECT id FROM places WHERE imported = :id AND {TRUE})"
_STANDING: Final = (
    (
        "claim",
        f"SELECT count(*), min(id) FROM claims WHERE place IN {_OURS} AND fact = 'recorded'"
        f" AND coalesce(imported, '') <> :id AND {TRUE}",
    ),
    (
        "assessment",
        f"SELECT count(*), min(id) FROM assessments WHERE place IN {_OURS} AND cleared_at IS NULL AND {TRUE}",
    ),
    (
        "place that lies in one",
        f"SELECT count(*), min(id) FROM places WHERE parent IN {_OURS}"
        f" AND coalesce(imported, '') <> :id AND {TRUE}",
    ),
    (
        "place near one",
        f"SELECT count(*), min(id) FROM places WHERE near IN {_OURS}"
        f" AND coalesce(imported, '') <> :id AND {TRUE}",
    ),
    (
        "merge",
        "SELECT count(*), min(id) FROM places WHERE merged_into IS NOT NULL"
        f" AND (id IN {_OURS} AND merged_into NOT IN {_OURS} OR id NOT IN {_OURS} AND merged_into IN {_OURS})"
        f" AND {TRUE}",
    ),
    (
        "name given since",
        f"SELECT count(*), min(alias) FROM names WHERE thing = 'place' AND id IN {_OURS}"
        f" AND coalesce(imported, '') <> :id AND {TRUE}",
    ),
    ("setting", f"SELECT count(*), min(key) FROM settings WHERE place IN {_OURS} AND {TRUE}"),
)


def standing_on(reader: Reader, id_: str) -> list[Standing]:
    """What would hang in the air if the places that an import brought were gone."""
    if reader.one(f"SELECT 1 FROM places WHERE imported = :id AND {TRUE} LIMIT 1", id=id_, known=NOW) is None:
        return []
    found = [(what, reader.rows(sql, id=id_, known=NOW)[0]) for what, sql in _STANDING]
    return [Standing(what, number, example) for what, (number, example) in found if number]


def brought_again(reader: Reader, id_: str) -> list[str]:
    """The places of an import that was undone which somebody has brought in again since."""
    rows = reader.rows(
        f"SELECT DISTINCT id FROM places WHERE imported = :id AND id IN (SELECT id FROM places WHERE {TRUE})"
        " ORDER BY id",
        id=id_, known=NOW,
    )  # fmt: skip
    return [row[0] for row in rows]


def nowhere(reader: Reader, id_: str) -> list[str]:
    """The places that claims of an import are about and that are no more."""
    rows = reader.rows(
        f"SELECT DISTINCT place FROM claims WHERE imported = :id AND place IS NOT NULL AND {TRUE}"
        f" AND place NOT IN (SELECT id FROM places WHERE imported = :id OR {TRUE}) ORDER BY place",
        id=id_, known=NOW,
    )  # fmt: skip
    return [row[0] for row in rows]
