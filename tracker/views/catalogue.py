"""Decides how places, actors and sources are listed and shown."""

from __future__ import annotations

from typing import Any

from tracker.judgement.evidence import BEGINNING
from tracker.names import fold, propose
from tracker.reader import NOW, Reader
from tracker.views.evidence import merged
from tracker.views.names import names_of
from tracker.views.parties import TRUE
from tracker.views.places import containing, places
from tracker.zones import iso

Document = dict[str, Any]

_COLUMNS = {
    "place": ("places", ("id", "name", "kind", "lat", "lon", "parent", "population", "near", "bearing", "km",
                         "gazetteer", "merged_into")),
    "actor": ("actors", ("id", "name", "level", "merged_into")),
    "source": ("sources", ("id", "name", "kind", "grade", "language", "merged_into")),
}  # fmt: skip
_DOCUMENT = ("id", "source", "url", "title", "published")
_WORDS = ("id", "title", "url")


def listed(reader: Reader, thing: str, text: str | None = None) -> list[Document]:
    """All of a kind, also documents, or those that have a text in one of their names."""
    return documents(reader, text) if thing == "document" else catalogue(reader, thing, text)


def catalogue(reader: Reader, thing: str, text: str | None = None, known: int = NOW) -> list[Document]:
    """All of a kind by id, or those that have a text in one of their names."""
    table, columns = _COLUMNS[thing]
    rows = reader.rows(f"SELECT {', '.join(columns)} FROM {table} WHERE {TRUE} ORDER BY id", known=known)
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    for one in found:
        one |= _tied(reader, thing, one["id"], known) if thing != "place" else {}
    if text is None:
        return found
    needle = fold(text)
    hits = {
        row[0]
        for row in reader.rows(
            f"SELECT id, folded FROM names WHERE thing = :thing AND {TRUE}", thing=thing, known=known
        )
        if needle in row[1]
    }
    return [one for one in found if one["id"] in hits]


def entry(reader: Reader, thing: str, id_: str, known: int = NOW) -> Document:
    """One place, actor or source with its names and what it is tied to."""
    table, columns = _COLUMNS[thing]
    row = reader.one(
        f"SELECT {', '.join(columns)} FROM {table} WHERE id = :id AND {TRUE}", id=id_, known=known
    )
    found = dict(zip(columns, row or (), strict=True))
    found["names"] = names_of(reader, thing, id_, known)
    found |= _tied(reader, thing, id_, known)
    if thing == "place":
        place = places(reader, [id_], known)[id_]
        found["within"] = [area.id for area in containing(reader, place, known)]
        nearest = _nearest_described(reader, place.near, known)
        found["near_name"] = nearest
    return found


def documents(reader: Reader, text: str | None = None, known: int = NOW) -> list[Document]:
    """The registered documents, with how many claims were read in each; all, or those with a text in them."""
    rows = reader.rows(f"SELECT {', '.join(_DOCUMENT)} FROM documents WHERE {TRUE} ORDER BY id", known=known)
    counted = reader.rows(
        "SELECT document, count(*) FROM claims WHERE document IS NOT NULL AND fact = 'recorded'"
        f" AND {TRUE} GROUP BY document",
        known=known,
    )
    claims = {row[0]: row[1] for row in counted}
    found = [dict(zip(_DOCUMENT, row, strict=True)) for row in rows]
    for one in found:
        one["claims"] = sum(claims.get(key, 0) for key in {one["id"], one["url"]})
    needle = fold(text or "")
    return [one for one in found if needle in fold(" ".join(str(one[key] or "") for key in _WORDS))]


def near_documents(reader: Reader, key: str) -> list[str]:
    """Keys that somebody may have meant."""
    return propose(key, (row[0] for row in reader.rows("SELECT DISTINCT id FROM documents")), 2)


def document(reader: Reader, id_: str, known: int = NOW) -> Document | None:
    """One registered document; None if there is none of that key."""
    row = reader.one(
        f"SELECT {', '.join(_DOCUMENT)} FROM documents WHERE id = :id AND {TRUE}", id=id_, known=known
    )
    return None if row is None else dict(zip(_DOCUMENT, row, strict=True))


def _nearest_described(reader: Reader, near: str | None, known: int) -> str | None:
    if near is None:
        return None
    root = merged(reader, known).get(near, near)
    found = places(reader, [root], known).get(root)
    return found.name if found else near


def _tied(reader: Reader, thing: str, id_: str, known: int) -> Document:
    if thing == "actor":
        rows = reader.rows(
            f"SELECT parent, since FROM memberships WHERE actor = :id AND {TRUE} ORDER BY since",
            id=id_,
            known=known,
        )
        return {"part_of": [{"actor": parent, "since": _since(since)} for parent, since in rows]}
    if thing == "source":
        rows = reader.rows(
            f"SELECT actor, since FROM leanings WHERE source = :id AND {TRUE} ORDER BY since",
            id=id_,
            known=known,
        )
        return {"leans": [{"side": actor, "since": _since(since)} for actor, since in rows]}
    return {}


def _since(instant: int) -> str | None:
    return None if instant == BEGINNING else iso(instant)
