"""Decides what a typed text may be the name of: places, actors and sources, the closest first."""

from typing import Any

from tracker.names import fold, propose
from tracker.reader import NOW, Reader
from tracker.views.evidence import merged
from tracker.views.names import aliases
from tracker.views.parties import TRUE

Document = dict[str, Any]
_TABLES = {"place": "places", "actor": "actors", "source": "sources"}
NEAR = 3


def found_document(reader: Reader, text: str, most: int) -> Document:
    """Of each kind so many at most whose names have the text in them; places that are near, where none has.

    A name that is the text comes before one that begins so, and that before one that has it in it.
    """
    needle = fold(text)
    found = {f"{thing}s": _found(reader, thing, needle, most) if needle else [] for thing in _TABLES}
    near = propose(text, aliases(reader, "place"), NEAR) if needle and not found["places"] else []
    return {"text": text, **found, "near": near}


def _found(reader: Reader, thing: str, needle: str, most: int) -> list[Document]:
    root = merged(reader) if thing == "place" else {}
    rank: dict[str, tuple[int, int]] = {}
    for id_, folded in reader.rows(
        f"SELECT id, folded FROM names WHERE thing = :thing AND {TRUE}", thing=thing, known=NOW
    ):
        if needle in folded:
            one = str(root.get(id_, id_))
            closeness = 0 if folded == needle else 1 if folded.startswith(needle) else 2
            rank[one] = min(rank.get(one, (3, 0)), (closeness, len(folded)))
    best = [one for _, one in sorted((closeness, one) for one, closeness in rank.items())][:most]
    kind = "kind" if thing != "actor" else "level"
    told = {
        row[0]: {"id": row[0], "name": row[1], kind: row[2]}
        for row in reader.among(
            f"SELECT id, name, {kind} FROM {_TABLES[thing]} WHERE id IN (:wanted) AND {TRUE}", best, known=NOW
        )
    }
    return [told[id_] for id_ in best if id_ in told]
