"""Decides what a half-typed name or claim id may become: asked at every TAB, so from the index alone."""

from __future__ import annotations

from typing import Final

from tracker.names import fold
from tracker.reader import NOW, Reader, begins

MOST: Final = 50


def names(reader: Reader, thing: str, start: str) -> list[str]:
    """The names of places, actors or sources that begin so; without any, the one that does in other letters.

    A shell puts what all proposals have in common in the place of what was typed: those that do not begin
    with it would take it away.
    """
    rows = reader.rows(
        # Written so that the kind of thing, which most rows share, does not choose the index.
        f"SELECT DISTINCT alias FROM names WHERE thing || '' = :thing AND {begins(reader, 'folded')}"
        f" AND to_pos > :known ORDER BY alias LIMIT {MOST}",
        thing=thing, start=fold(start) if start else "", known=NOW,
    )  # fmt: skip
    found = [row[0] for row in rows]
    alike = [name for name in found if name.casefold().startswith(start.casefold())]
    return alike or (found if len(found) == 1 else [])


def claims(reader: Reader, start: str) -> list[str]:
    """The ids of claims that begin so."""
    rows = reader.rows(
        f"SELECT DISTINCT id FROM claims WHERE {begins(reader, 'id')} ORDER BY id LIMIT {MOST}",
        start=start.lower(),
    )
    return [row[0] for row in rows]
