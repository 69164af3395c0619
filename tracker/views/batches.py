"""Decides how the batches of feeds are told: what was turned over, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tracker.judgement.guard import NEVER, Batch, releases
from tracker.reader import NOW, Reader, is_settled
from tracker.views.backdrop import Backdrop
from tracker.views.claims import actor_names, source_names
from tracker.views.guard import (
    all_kept,
    date_of,
    decision_document,
    decisions,
    feeds,
    held_back,
    judged,
    names_of,
    of_all_days,
    spoken_of,
)
from tracker.views.parties import TRUE
from tracker.views.records import by_place
from tracker.zones import DAY, iso

Document = dict[str, Any]
HELD, OVER = "held", "over"


class _Ends(NamedTuple):
    """When the claims of a batch count: those that do not yet, and how many never will."""

    waiting: list[int]
    never: int


def batches(reader: Reader, now: int, origin: str | None = None) -> list[Document]:
    """Every batch that is held back or was, the latest day first; with `origin` those of one source."""
    backdrop = Backdrop(reader)
    settled = is_settled(reader)
    found = [
        one
        for one in judged(reader, backdrop, all_kept(reader) if settled else _ever(reader, backdrop))
        if one.held and origin in (None, one.origin)
    ]
    until = held_back(reader) if settled else _held_anew(reader, backdrop, found)
    return [
        _document(reader, backdrop, one, until, now)
        for one in sorted(found, key=lambda one: (-one.day, one[:4]))
    ]


def _ever(reader: Reader, backdrop: Backdrop) -> list[Batch]:
    """The batches of all feeds, found anew: what is kept of them waits until an import is settled."""
    return [one for feed in feeds(backdrop) for one in of_all_days(reader, backdrop, feed)]


def _held_anew(reader: Reader, backdrop: Backdrop, found: Iterable[Batch]) -> dict[str, int]:
    """When each claim of some batches counts, found anew."""
    days: dict[tuple[str, int], list[Batch]] = {}
    for one in found:
        days.setdefault((one.origin, one.day), []).append(one)
    places = {place for origin, day in days for place in spoken_of(reader, backdrop, origin, day)}
    until: dict[str, int] = {}
    for _, claims in by_place(reader, backdrop, sorted(places)):
        until |= releases(claims, lambda origin, day: days.get((origin, day), ()))
    return until


def _document(reader: Reader, backdrop: Backdrop, one: Batch, until: Mapping[str, int], now: int) -> Document:
    ends = _ends(reader, backdrop, one, until, now)
    decided = decisions(reader, backdrop).get((one.origin, one.day))
    state = decided.decided if decided else HELD if ends.waiting else OVER
    sources, actors = source_names(backdrop.who), actor_names(backdrop.who)
    return {
        "source": one.origin, "source_name": sources.get(one.origin, one.origin), "day": date_of(one.day),
        "from": [{"id": id_, "name": actors.get(id_, id_)} for id_ in one.left.split()],
        "to": [{"id": id_, "name": actors.get(id_, id_)} for id_ in one.joined.split()],
        "places": one.reversed, "of": one.standing, "state": state, "held": len(ends.waiting),
        "never": ends.never, "until": iso(max(ends.waiting)) if ends.waiting else None,
        "decided": decision_document(decided) if decided else None,
    }  # fmt: skip


def _ends(reader: Reader, backdrop: Backdrop, one: Batch, until: Mapping[str, int], now: int) -> _Ends:
    rows = reader.among(
        "SELECT id, actors, event_at FROM claims WHERE origin IN (:wanted) AND reported_at >= :first"
        f" AND reported_at < :last AND {TRUE}",
        names_of(backdrop, one.origin), first=one.day * DAY, last=(one.day + 1) * DAY, known=NOW,
    )  # fmt: skip
    side = backdrop.who.side
    ends = [
        until[id_]
        for id_, actors, event_at in rows
        if id_ in until
        and " ".join(sorted({side(actor, event_at) for actor in actors.split()})) == one.joined
    ]
    return _Ends([end for end in ends if now < end < NEVER], ends.count(NEVER))
