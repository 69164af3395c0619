"""Decides what is kept of feeds that turned over much of their map in a day, and which claims are held back.

`batches` has every day on which a feed reversed `guard.LEAST` of its positions in one direction, whether
held back or not; `held` each claim that is, with the instant from which on it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tracker.judgement.evidence import DAY
from tracker.judgement.guard import NEVER, Batch, releases
from tracker.judgement.vocabulary import FOR
from tracker.reader import Reader
from tracker.record.derived import Driver, Table
from tracker.record.projection import Rows
from tracker.views.backdrop import Backdrop
from tracker.views.guard import KEPT, all_kept, feeds, kept, of_all_days, of_day
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
_HOLD: Final = "INSERT INTO held (claim, place, until) VALUES (?, ?, ?)"


def follow(
    reader: Reader, driver: Driver, backdrop: Backdrop, claims: Rows, places: Iterable[str]
) -> set[str]:
    """Find anew what some claims may have made a batch, or released; the places where that is another now.

    `claims` are the rows of those recorded or changed, `places` those that any of them are about.
    """
    disturbed: set[str] = set()
    for origin, days in _days(reader, backdrop, claims).items():
        for day in sorted(days):
            disturbed |= _check(reader, driver, backdrop, origin, day)
    holding = {row[0] for row in reader.rows("SELECT DISTINCT place FROM held")}
    return {
        place
        for place in sorted(disturbed | (holding & set(places)))
        if _hold(reader, driver, backdrop, place)
    }


def find_all(reader: Reader, driver: Driver, backdrop: Backdrop) -> None:
    """Find every batch, and hold back what is in it, in empty tables."""
    for origin in feeds(backdrop):
        found = of_all_days(reader, backdrop, origin)
        driver.many(_NOTE, found)
        for one in found:
            if one.held:
                for place in _places(reader, backdrop, origin, one.day):
                    _hold(reader, driver, backdrop, place)


def guarded(reader: Reader, places: Iterable[str]) -> set[str]:
    """Of some places those where anything is held back, or was."""
    return {row[0] for row in reader.among("SELECT place FROM held WHERE place IN (:wanted)", places)}


def _days(reader: Reader, backdrop: Backdrop, claims: Rows) -> dict[str, set[int]]:
    """The feeds and days that some claims may have changed: their own, the feed's next, and those kept."""
    given = set(feeds(backdrop))
    found: dict[str, set[int]] = {}
    for row in claims.values():
        origin = backdrop.who.source(str(row["origin"]))
        if origin in given and row["effect"] == FOR and row["place"] is not None:
            day = row["reported_at"] // DAY
            later = [one.day for one in all_kept(reader) if one.origin == origin and one.day >= day]
            found.setdefault(origin, set()).update((day, *later, *_next(reader, backdrop, origin, row)))
    return found


def _next(reader: Reader, backdrop: Backdrop, origin: str, row: Mapping[str, Any]) -> list[int]:
    """The next day on which a feed said whose a place is."""
    day = row["reported_at"] // DAY
    days = [
        reported_at // DAY
        for (reported_at,) in reader.among(
            f"SELECT reported_at FROM claims WHERE place IN (:wanted) AND effect = '{FOR}'"
            " AND origin = :origin AND reported_at >= :since",
            backdrop.members(backdrop.root(row["place"])), origin=row["origin"], since=(day + 1) * DAY,
        )
    ]  # fmt: skip
    return [min(days)] if days else []


def _check(reader: Reader, driver: Driver, backdrop: Backdrop, origin: str, day: int) -> set[str]:
    """Find the batches of a day again; the places that they are about, if they are others now."""
    before = [one for one in all_kept(reader) if (one.origin, one.day) == (origin, day)]
    after = of_day(reader, backdrop, origin, day)
    if sorted(before) == sorted(after):
        return set()
    driver.run("DELETE FROM batches WHERE origin = ? AND day = ?", (origin, day))
    driver.many(_NOTE, after)
    if not any(one.held for one in (*before, *after)):
        return set()
    return set(_places(reader, backdrop, origin, day))


def _places(reader: Reader, backdrop: Backdrop, origin: str, day: int) -> list[str]:
    """The places that a feed spoke of on a day."""
    ids = [id_ for id_ in backdrop.who.sources if backdrop.who.source(id_) == origin]
    rows = reader.among(
        "SELECT DISTINCT place FROM claims WHERE origin IN (:wanted) AND reported_at >= :first"
        " AND reported_at < :last AND place IS NOT NULL",
        ids, first=day * DAY, last=(day + 1) * DAY,
    )  # fmt: skip
    return sorted({backdrop.root(place) for (place,) in rows} - backdrop.into.keys())


def _hold(reader: Reader, driver: Driver, backdrop: Backdrop, place: str) -> bool:
    """Note which claims on a place are held back, and until when; whether that is new."""
    rows = reader.rows("SELECT claim, until FROM held WHERE place = :place", place=place)
    before = {str(claim): int(until) for claim, until in rows}
    ((_, claims),) = by_place(reader, backdrop, [place])

    def held(origin: str, day: int) -> list[Batch]:
        return kept(reader, origin, day)

    after = releases(claims, held)
    if before == after:
        return False
    driver.run("DELETE FROM held WHERE place = ?", (place,))
    driver.many(_HOLD, [(claim, place, until) for claim, until in sorted(after.items())])
    return True


__all__ = ["LAYOUTS", "NEVER", "find_all", "follow", "guarded"]
