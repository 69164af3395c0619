"""Decides how two claims are tied together, and when a tie may be made or taken back."""

from __future__ import annotations

from typing import Any

from tracker.desk.retyped import known_claim
from tracker.errors import Conflict
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event

Document = dict[str, Any]
DERIVED, SAME = "derived-from", "same-event"


def linked(reader: Reader, claim: str, other: str, link: str, note: str | None) -> Event:
    """The event by which `claim` is tied to `other`; Conflict where they are, or cannot be."""
    if claim == other:
        raise Conflict(what="a claim cannot be linked to itself", try_="the id of another claim")
    if _ties(reader, claim, link, {other}):
        raise Conflict(what=f"{claim} is linked to {other} already", try_=f"tracker show {claim}")
    if link == DERIVED and claim in _ancestors(reader, other):
        raise Conflict(
            what=f"{other} is already derived from {claim}",
            try_=f"tracker show {other}, or --same-as {other}",
        )
    return events.ClaimLinked(claim=claim, link=link, other=other, note=note)


def unlinked(reader: Reader, claim: str, other: str, link: str, reason: str | None) -> list[Event]:
    """The events by which the tie is taken back: with it those to what `other` had been corrected from."""
    if not _ties(reader, claim, link, {other}):
        raise Conflict(
            what=f"{claim} is not linked to {other} as {link}", try_=f"tracker show {claim} tells its links"
        )
    return [
        events.ClaimUnlinked(claim=one, link=link, other=two, reason=reason)
        for one, two in _ties(reader, claim, link, _line(reader, other))
    ]


def uncorrected(reader: Reader, claim: str) -> Document:
    """A claim that may be untied: one that was retracted may, of one corrected its successor."""
    found = known_claim(reader, claim)
    if found["replaced_by"]:
        raise Conflict(
            what=f"{found['id']} was {found['standing']}", try_=f"tracker show {found['replaced_by']}"
        )
    return found


def _ties(reader: Reader, claim: str, link: str, others: set[str]) -> list[tuple[str, str]]:
    """The ties of one kind between a claim and some others; that of one event has no direction."""
    rows = reader.rows(
        "SELECT claim, other FROM links WHERE (claim = :claim OR other = :claim) AND link = :link"
        " AND to_pos > :known ORDER BY claim, other",
        claim=claim, link=link, known=NOW,
    )  # fmt: skip
    return [
        (one, two)
        for one, two in rows
        if (one == claim and two in others) or (link == SAME and two == claim and one in others)
    ]


def _line(reader: Reader, claim: str) -> set[str]:
    """A claim and those in whose place it stands."""
    found = [claim]
    for one in found:
        rows = reader.rows(
            "SELECT id FROM claims WHERE replaced_by = :claim AND to_pos > :known", claim=one, known=NOW
        )
        found += [row[0] for row in rows if row[0] not in found]
    return set(found)


def _ancestors(reader: Reader, claim: str) -> set[str]:
    found: set[str] = set()
    frontier = {claim}
    while frontier:
        rows = reader.among(
            f"SELECT other FROM links WHERE claim IN (:wanted) AND link = '{DERIVED}' AND to_pos > :known",
            frontier, known=NOW,
        )  # fmt: skip
        frontier = {row[0] for row in rows} - found
        found |= frontier
    return found
