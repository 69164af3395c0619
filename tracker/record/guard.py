"""Decides what is kept of feeds that turned over much of their map in a day, and which claims are held back.

`batches` has every day on which a feed reversed `guard.LEAST` of its positions in one direction, whether
held back or not; `held` each claim that is, with the instant from which on it counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence, Set
from itertools import groupby
from operator import attrgetter
from typing import Final

from tracker.judgement.evidence import DAY
from tracker.judgement.guard import NEVER, Batch, releases
from tracker.judgement.vocabulary import FOR
from tracker.reader import NOW, Reader
from tracker.record.derived import Driver, Table
from tracker.record.projection import Rows
from tracker.views.backdrop import Backdrop
from tracker.views.guard import (
    GIVES,
    KEPT,
    all_kept,
    feeds,
    is_baseline,
    judged,
    kept,
    names_of,
    of_all_days,
    of_days,
    spoken_of,
)
from tracker.views.parties import TRUE
from tracker.views.records import by_place

BATCHES: Final = Table(
    "batches",
    {
        "origin": "TEXT NOT NULL", "day": "BIGINT NOT NULL", "left_side": "TEXT NOT NULL",
        "joined_side": "TEXT NOT NULL", "reversed": "INTEGER NOT NULL", "standing": "INTEGER NOT NULL",
    },
    ("origin", "day", "left_side", "joined_side"),
)  # fmt: skip
HELD: Final = Table(
    "held", {"claim": "TEXT NOT NULL", "place": "TEXT NOT NULL", "until": "BIGINT NOT NULL"},
    ("claim",), (("place",),),
)  # fmt: skip
LAYOUTS: Final = (BATCHES, HELD)

_NOTE: Final = f"INSERT INTO batches ({', '.join(KEPT)}) VALUES (?, ?, ?, ?, ?, ?)"
_TOLD: Final = f"{GIVES} AND {TRUE}"
_HOLD: Final = "INSERT INTO held (claim, place, until) VALUES (?, ?, ?)"


def follow(
    reader: Reader,
    driver: Driver,
    backdrop: Backdrop,
    claims: Rows,
    places: Iterable[str],
    decided: Iterable[tuple[str, int]] = (),
) -> set[str]:
    """Find anew what some claims may have made a batch, or released; the places where that is another now.

    `claims` are the rows of those recorded or changed, `places` those that any of them are about, `decided`
    the feeds and days of which an analyst decided.
    """
    disturbed: set[str] = set()
    for origin, day in decided:
        disturbed.update(spoken_of(reader, backdrop, origin, day))
    for origin, days in _days(reader, backdrop, claims).items():
        disturbed |= _check(reader, driver, backdrop, origin, days)
    disturbed |= _in_batches(reader, backdrop, set(places))
    return {place for place in sorted(disturbed) if _hold(reader, driver, backdrop, place)}


def find_all(reader: Reader, driver: Driver, backdrop: Backdrop) -> None:
    """Find every batch, and hold back what is in it, in empty tables."""
    for origin in feeds(backdrop):
        found = of_all_days(reader, backdrop, origin)
        driver.many(_NOTE, [one[: len(KEPT)] for one in found])
        for one in judged(reader, backdrop, found):
            if one.held:
                for place in spoken_of(reader, backdrop, origin, one.day):
                    _hold(reader, driver, backdrop, place)


def guarded(reader: Reader, places: Iterable[str]) -> set[str]:
    """Of some places those where anything is held back, or was."""
    return {row[0] for row in reader.among("SELECT place FROM held WHERE place IN (:wanted)", places)}


def _days(reader: Reader, backdrop: Backdrop, claims: Rows) -> dict[str, set[int]]:
    """The feeds and days on which some claims may have changed what was reversed, or how much stood.

    Of a feed's own word: its day, the next on which it spoke of the place, and those kept since. Of a
    starting position: of every feed the day of its first word on the place, and those kept since.
    """
    given = set(feeds(backdrop))
    told: dict[str, list[tuple[str, int]]] = {}
    begun: list[tuple[str, int]] = []
    for row in claims.values():
        if row["effect"] == FOR and row["place"] is not None:
            origin, of = backdrop.who.source(str(row["origin"])), backdrop.root(row["place"])
            if origin in given:
                told.setdefault(origin, []).append((of, row["reported_at"] // DAY))
            elif is_baseline(backdrop, origin):
                begun.append((of, row["reported_at"] // DAY))
    if not (told or begun):
        return {}
    found = {origin: {day for _, day in words} for origin, words in told.items()}
    for origin, words in told.items():
        found[origin].update(_next(reader, backdrop, origin, words))
    for origin, day in _first(reader, backdrop, given, begun):
        found.setdefault(origin, set()).add(day)
    since = {origin: min(day for _, day in words) for origin, words in told.items()}
    ever = min((day for _, day in begun), default=None)
    for one in all_kept(reader):
        earliest = min((day for day in (since.get(one.origin), ever) if day is not None), default=one.day + 1)
        if one.day >= earliest:
            found.setdefault(one.origin, set()).add(one.day)
    return found


def _next(reader: Reader, backdrop: Backdrop, origin: str, words: Sequence[tuple[str, int]]) -> Iterator[int]:
    """The next days on which a feed said whose places are, after words of it on them."""
    since = (min(day for _, day in words) + 1) * DAY
    later = f"SELECT 1 FROM claims WHERE origin IN (:wanted) AND reported_at >= :since AND {_TOLD} LIMIT 1"
    if not any(reader.among(later, names_of(backdrop, origin), since=since, known=NOW)):
        return  # mostly: what comes in is the latest
    spoken: dict[str, list[int]] = {}
    rows = reader.among(
        f"SELECT place, origin, reported_at FROM claims WHERE place IN (:wanted) AND {_TOLD}"
        " AND reported_at >= :since",
        _members(backdrop, (place for place, _ in words)), since=since, known=NOW,
    )  # fmt: skip
    for place, speaker, reported_at in rows:
        if backdrop.who.source(speaker) == origin:
            spoken.setdefault(backdrop.root(place), []).append(reported_at // DAY)
    for days in spoken.values():
        days.sort()
    for place, day in words:
        days = spoken.get(place, [])
        yield from days[(i := bisect_right(days, day)) : i + 1]


def _first(
    reader: Reader, backdrop: Backdrop, given: Container[str], begun: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, int]]:
    """The feeds to which starting positions are what they first reversed, with the day of that word."""
    rows = reader.among(
        f"SELECT place, origin, min(reported_at) FROM claims WHERE place IN (:wanted) AND {_TOLD}"
        " GROUP BY place, origin",
        _members(backdrop, (place for place, _ in begun)), known=NOW,
    )  # fmt: skip
    first: dict[str, dict[str, int]] = {}
    for place, speaker, reported_at in rows:
        if (origin := backdrop.who.source(speaker)) in given:
            of = first.setdefault(backdrop.root(place), {})
            of[origin] = min(reported_at // DAY, of.get(origin, reported_at // DAY))
    for place, day in begun:
        yield from ((origin, at) for origin, at in first.get(place, {}).items() if at > day)


def _members(backdrop: Backdrop, places: Iterable[str]) -> list[str]:
    return [id_ for place in places for id_ in backdrop.members(place)]


def _check(reader: Reader, driver: Driver, backdrop: Backdrop, origin: str, days: Set[int]) -> set[str]:
    """Find the batches of some days again; the places that they are about, if they are others now."""
    before = _by_day(one for one in all_kept(reader) if one.origin == origin and one.day in days)
    after = _by_day(of_days(reader, backdrop, origin, days))
    found: set[str] = set()
    for day in sorted({*before, *after}):
        old, new = before.get(day, []), after.get(day, [])
        if old == new:
            continue
        driver.run("DELETE FROM batches WHERE origin = ? AND day = ?", (origin, day))
        driver.many(_NOTE, [one[: len(KEPT)] for one in new])
        if any(one.held for one in judged(reader, backdrop, (*old, *new))):
            found |= set(spoken_of(reader, backdrop, origin, day))
    return found


def _by_day(found: Iterable[Batch]) -> dict[int, list[Batch]]:
    return {day: list(some) for day, some in groupby(sorted(found), key=attrgetter("day"))}


def _in_batches(reader: Reader, backdrop: Backdrop, places: set[str]) -> set[str]:
    """Those of some places that a feed spoke of in a batch that is held back: its words may be, or were."""
    found: set[str] = set()
    for one in judged(reader, backdrop, all_kept(reader)):
        if one.held:
            found |= places.intersection(spoken_of(reader, backdrop, one.origin, one.day))
    return found


def _hold(reader: Reader, driver: Driver, backdrop: Backdrop, place: str) -> bool:
    """Note which claims on a place are held back, and until when; whether that is new."""
    rows = reader.rows("SELECT claim, until FROM held WHERE place = :place", place=place)
    before = {str(claim): int(until) for claim, until in rows}
    ((_, claims),) = by_place(reader, backdrop, [place])

    def held(origin: str, day: int) -> list[Batch]:
        return kept(reader, backdrop, origin, day)

    after = releases(claims, held)
    if before == after:
        return False
    driver.run("DELETE FROM held WHERE place = ?", (place,))
    driver.many(_HOLD, [(claim, place, until) for claim, until in sorted(after.items())])
    return True


__all__ = ["LAYOUTS", "NEVER", "find_all", "follow", "guarded"]
