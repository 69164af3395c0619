"""Decides what a half-typed name or claim id may become: asked at every TAB, so from the index alone."""

from __future__ import annotations

from typing import Final

from tracker.names import fold, slug
from tracker.reader import NOW, Reader, begins

MOST: Final = 50


def names(reader: Reader, thing: str, start: str) -> list[str]:
    """The names of places, actors or sources that begin so; without any, the one that does in other letters.

    A shell puts what all proposals have in common in the place of what was typed: those that do not begin
    with it would take it away.

    The key of a name has no article in it, so `El` would not find `El Fasher`: as it is spelled it is found
    by its id, which keeps the article and is in the index too.
    """
    rows = reader.rows(
        # Written so that the kind of thing, which most rows share, does not choose the index.
        f"SELECT DISTINCT alias FROM names WHERE thing || '' = :thing AND {begins(reader, 'folded')}"
        f" AND to_pos > :known ORDER BY alias LIMIT {MOST}",
        thing=thing, start=fold(start) if start else "", known=NOW,
    )  # fmt: skip
    found = [row[0] for row in rows]
    alike = {name for name in found if name.casefold().startswith(start.casefold())}
    alike.update(_as_spelled(reader, thing, start))
    return sorted(alike)[:MOST] or (found if len(found) == 1 else [])


def _as_spelled(reader: Reader, thing: str, start: str) -> list[str]:
    """The names with such a beginning of those whose id has it too."""
    if not (start.isascii() and any(map(str.isalnum, start))):
        return []  # the id of a name in another script is a number made of all of it
    rows = reader.rows(
        f"SELECT DISTINCT alias FROM names WHERE thing = :thing AND {begins(reader, 'id')}"
        " AND lower(substr(alias, 1, :size)) = lower(:typed) AND to_pos > :known"
        f" ORDER BY alias LIMIT {MOST}",
        thing=thing, start=slug(start), typed=start, size=len(start), known=NOW,
    )  # fmt: skip
    return [row[0] for row in rows]


def claims(reader: Reader, start: str) -> list[str]:
    """The ids of claims that begin so."""
    rows = reader.rows(
        f"SELECT DISTINCT id FROM claims WHERE {begins(reader, 'id')} ORDER BY id LIMIT {MOST}",
        start=start.lower(),
    )
    return [row[0] for row in rows]
