"""Decides how actors and sources are read from the record."""

from __future__ import annotations

from tracker.judgement.parties import Actor, Leaning, Membership, Parties, Source
from tracker.reader import NOW, Reader

TRUE = "from_pos <= :known AND to_pos > :known"
"""The rows that were true when the log had come to `:known`."""


def parties(reader: Reader, known: int = NOW) -> Parties:
    """Everybody the tracker knew at that position."""
    return reader.once(("parties", known), lambda: _parties(reader, known))


def _parties(reader: Reader, known: int) -> Parties:
    return Parties(
        (
            Actor(*row)
            for row in reader.rows(
                f"SELECT id, name, level, merged_into FROM actors WHERE {TRUE}", known=known
            )
        ),
        (
            Membership(actor, parent, since)
            for actor, parent, since in reader.rows(
                f"SELECT actor, parent, since FROM memberships WHERE {TRUE}", known=known
            )
        ),
        (
            Source(*row)
            for row in reader.rows(
                f"SELECT id, name, kind, grade, merged_into FROM sources WHERE {TRUE}", known=known
            )
        ),
        (
            Leaning(source, actor, since)
            for source, actor, since in reader.rows(
                f"SELECT source, actor, since FROM leanings WHERE {TRUE}", known=known
            )
        ),
    )
