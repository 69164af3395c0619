"""Decides what a corrected claim hands on to the one that stands in its place: its links, reviews, weight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tracker.judgement import vocabulary
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.views.claims import weighings

Document = dict[str, Any]

_SAID: Final = ("predicate", "modality", "actors", "against", "place", "relation", "extent", "outcome")
"""What somebody who looked again, or checked, has looked at."""


def links_anew(reader: Reader, claim: str, successor: str) -> list[Event]:
    """The links of a corrected claim, for its successor; not those to what was corrected itself."""
    rows = reader.rows(
        "SELECT claim, link, other FROM links WHERE (claim = :claim OR other = :claim) AND to_pos > :known"
        " AND NOT EXISTS (SELECT 1 FROM claims WHERE id IN (claim, other) AND id <> :claim"
        " AND fact = 'corrected' AND to_pos > :known) ORDER BY claim, link, other",
        claim=claim, known=NOW,
    )  # fmt: skip
    ends = [
        (successor if one == claim else one, link, successor if other == claim else other)
        for one, link, other in rows
    ]
    return [events.ClaimLinked(claim=one, link=link, other=other) for one, link, other in ends]


def reviews_anew(
    reader: Reader, old: Document, successor: events.ClaimRecorded
) -> tuple[list[Event], list[str]]:
    """Its reviews and checks, at the times at which they were made; and what the person should be told.

    Who looked at something else than what is now said has not looked at that: then they stay where they are.
    """
    found = list(_reviews(reader, old["id"], successor.claim))
    if not found or all(_as_json(getattr(successor, key)) == old[key] for key in _SAID):
        return found, []
    count = "a review or check" if len(found) == 1 else f"{len(found)} reviews and checks"
    return [], [f"{count} of {old['id']} stay with it: something else is said now; look again"]


def weighing_anew(reader: Reader, claim: str, successor: str) -> list[Event]:
    """How an analyst weighs it: who left a claim out did not mean that it counts once it is spelled right."""
    how = weighings(reader, [claim]).get(claim)
    if how is None:
        return []
    return [events.ClaimWeighted(claim=successor, factor=how["factor"], reason=how["reason"])]


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _reviews(reader: Reader, claim: str, successor: str) -> Iterator[Event]:
    rows = reader.rows(
        "SELECT answer, at, reviewer, url, note FROM reviews WHERE claim = :claim AND to_pos > :known"
        " ORDER BY position",
        claim=claim, known=NOW,
    )  # fmt: skip
    for answer, at, reviewer, url, note in rows:
        if answer in vocabulary.REVIEWS:
            yield events.ClaimReviewed(claim=successor, answer=answer, at=at, note=note)
        else:
            yield events.ClaimChecked(claim=successor, found=answer, at=at, by=reviewer, url=url, note=note)
