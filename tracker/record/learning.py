"""Decides what is kept of how statements were settled: by place, and added up by origin and day.

`outcomes` has a row for each place, origin and day on which statements of it were settled, `track_records`
their sums over all places, `settled` the day until which all that is due has been. That day is the latest
on which anything was reported, so each day is settled when the first claim of it is recorded, at once for
all of it, and what is kept depends on the claims alone. A new claim that is recorded late
settles anew what it bears on; one taken back or changed, all that came due at its place after its report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from tracker.judgement.evidence import BEGINNING, DAY, Evidence
from tracker.judgement.learning import SETTLED_AFTER, Outcome, Record, boasts, due_day, outcomes, reach
from tracker.judgement.parties import Parties
from tracker.reader import NOW, Reader
from tracker.record.derived import Driver, Table
from tracker.views.backdrop import Backdrop
from tracker.views.parties import TRUE
from tracker.views.records import DERIVED, Bearing, Voices, kept, leaning, places_of, told, words

NEVER: Final = -(10**6)
"""A day before any claim."""
ALWAYS: Final = BEGINNING // DAY
"""The day since when all at a place has to be settled anew: of another tempo, or of words held back."""

_COUNTS: Final = ("borne_out", "refuted", "statements", "undecided")
_COLUMNS: Final = {
    "origin": "TEXT NOT NULL", "due": "BIGINT NOT NULL", **dict.fromkeys(_COUNTS, "INTEGER NOT NULL"),
}  # fmt: skip
OUTCOMES: Final = Table("outcomes", {"place": "TEXT NOT NULL", **_COLUMNS}, ("place", "origin", "due"))
TRACK_RECORDS: Final = Table("track_records", _COLUMNS, ("origin", "due"))
SETTLED: Final = Table("settled", {"day": "BIGINT NOT NULL"}, ("day",))
LAYOUTS: Final = (OUTCOMES, TRACK_RECORDS, SETTLED)

_KEEP: Final = f"INSERT INTO outcomes (place, origin, due, {', '.join(_COUNTS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD: Final = (
    f"INSERT INTO track_records (origin, due, {', '.join(_COUNTS)}) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (origin, due) DO UPDATE SET "
    + ", ".join(f"{name} = track_records.{name} + excluded.{name}" for name in _COUNTS)
)
_NOTHING: Final = "DELETE FROM track_records WHERE origin = ? AND due = ? AND statements = 0"


FEW: Final = 5
"""So many new words on a place are each asked what they bear on; after more of them all is settled anew."""


def follow(
    reader: Reader,
    driver: Driver,
    backdrop: Backdrop,
    reported: Mapping[str, int],
    until: int,
    news: Iterable[Mapping[str, object]] | None = None,
) -> dict[str, int]:
    """Settle what has come due, and anew what some claims may have changed.

    `reported`: the places with new or changed claims, with the earliest day on which one was reported;
    `until`: the latest day on which any was; `news`: the rows of those claims, if nothing but new ones came.
    Answers with the places of claims that are weighed differently now, each with the event time of the first
    of them.
    """
    book = _Book(reader, driver, backdrop)
    settled = _settled(reader)
    late = {place: day for place, day in reported.items() if day < settled}
    new = _words(reader, backdrop, news, late) if late else {}
    for place, day in late.items():
        words = new.get(place)
        if words is None or len(words) > FEW or day == ALWAYS:
            book.settle(place, day, settled)
        else:
            book.settle_late(place, words, settled)
    if until > settled:
        for place in _due(reader, backdrop, settled, until):
            book.settle(place, settled, until)
        driver.run("DELETE FROM settled")
        driver.run("INSERT INTO settled (day) VALUES (?)", (until,))
    return book.close()


def settle_all(reader: Reader, driver: Driver, backdrop: Backdrop, chunks: Iterable[Collection[str]]) -> None:
    """Settle everything that is due, in empty tables.

    `chunks`: all places that anything is said about, as many at once as may be read together.
    """
    found = reader.one("SELECT max(reported_at) FROM claims")
    if found is None or found[0] is None:
        return
    until = found[0] // DAY
    driver.run("INSERT INTO settled (day) VALUES (?)", (until,))
    book = _Book(reader, driver, backdrop)
    wanted = set(places_of(reader, backdrop, leaning(backdrop.who)))
    for chunk in chunks:
        for place, claims in words(reader, backdrop, sorted(wanted.intersection(chunk))):
            book.enter(place, outcomes(claims, until=until, live=backdrop.settings(place).live))
    book.add_up()


def _settled(reader: Reader) -> int:
    found = reader.one("SELECT day FROM settled")
    return NEVER if found is None else int(found[0])


def _due(reader: Reader, backdrop: Backdrop, after: int, until: int) -> list[str]:
    """The places on which statements of leaning origins come due on days in (after, until]."""
    return places_of(
        reader,
        backdrop,
        leaning(backdrop.who),
        since=(after + 1 - SETTLED_AFTER) * DAY,
        before=(until + 1 - SETTLED_AFTER) * DAY,
    )


def _words(
    reader: Reader, backdrop: Backdrop, news: Iterable[Mapping[str, object]] | None, places: Iterable[str]
) -> dict[str, list[Evidence]]:
    """What new claims say of who holds each of some places; nothing if more has happened than new claims."""
    if news is None:
        return {}
    found: dict[str, list[Evidence]] = {place: [] for place in places}
    held = {row[0] for row in reader.among("SELECT place FROM held WHERE place IN (:wanted)", found)}
    rows = [told(row) for row in news if row["fact"] == "recorded" and row["place"] is not None]
    for row, word in Voices(reader, backdrop.who).heard(rows):
        place = backdrop.root(row[0])
        if place in found:
            found[place].append(word)
    return {place: words for place, words in found.items() if place not in held}


class _Book:
    """Outcomes as they are entered, and what that makes of the sums."""

    def __init__(self, reader: Reader, driver: Driver, backdrop: Backdrop) -> None:
        self._reader = reader
        self._driver = driver
        self._backdrop = backdrop
        self._sums: dict[tuple[str, int], list[int]] = {}

    def settle(self, place: str, after: int, until: int) -> None:
        """Settle what fell due on a place on days in (after, until], whatever was entered before."""
        if place in self._backdrop.into:
            self._take_out(place, after, until)
            return
        self._take_out(place, after, until)
        if after > NEVER:  # no more is read than bears on these days, however much was said of the place
            claims = Bearing(self._reader, self._backdrop, place).on(after + 1, until)
        else:
            ((_, claims),) = words(self._reader, self._backdrop, [place])
        self.enter(place, outcomes(claims, after, until, live=self._backdrop.settings(place).live))

    def settle_late(self, place: str, words: Iterable[Evidence], until: int) -> None:
        """Settle anew, of what fell due on a place up to a day, what new words on it bear on."""
        if place in self._backdrop.into:
            return
        bearing = Bearing(self._reader, self._backdrop, place)
        for word in words:
            days = self._within(bearing, place, word, until)
            if days is not None:
                first, last = days
                self._take_out(place, first - 1, last)
                claims = bearing.on(first, last)
                live = self._backdrop.settings(place).live
                self.enter(place, outcomes(claims, first - 1, last, live=live))

    def _within(self, bearing: Bearing, place: str, word: Evidence, until: int) -> tuple[int, int] | None:
        """The first and the last of the days on which something is settled that a word bears on."""
        found = reach(word, ()) and reach(word, bearing.after(word.event_at))
        if not found or found.first > until:
            return None
        last = until if found.last is None else min(found.last, until)
        if boasts(word):
            return found.first, last
        if found.about is not None:
            reported = bearing.latest_report(found.about)
            last = min(last, NEVER if reported is None else due_day(reported))
        (days,) = self._driver.run(
            "SELECT min(due), max(due) FROM outcomes WHERE place = ? AND due >= ? AND due <= ?",
            (place, found.first, last),
        )
        return None if days[0] is None else (int(days[0]), int(days[1]))

    def enter(self, place: str, found: Iterable[Outcome]) -> None:
        """Note new outcomes."""
        rows = list(found)
        self._driver.many(_KEEP, [(place, *one) for one in rows])
        for one in rows:
            self._add(one, +1)

    def _take_out(self, place: str, after: int, until: int) -> None:
        days = "FROM outcomes WHERE place = ? AND due > ? AND due <= ?"
        old = self._driver.run(f"SELECT origin, due, {', '.join(_COUNTS)} {days}", (place, after, until))
        for row in old:
            self._add(Outcome(*row), -1)
        if old:
            self._driver.run(f"DELETE {days}", (place, after, until))

    def _add(self, one: Outcome, sign: int) -> None:
        sums = self._sums.setdefault((one.origin, one.due), [0, 0, 0, 0])
        for i, count in enumerate(one[2:]):
            sums[i] += sign * count

    def add_up(self) -> None:
        """Bring the sums up to date."""
        changed = self._changed()
        self._driver.many(_ADD, [(*key, *sums) for key, sums in changed.items()])
        self._driver.many(_NOTHING, list(changed))
        if self._backdrop.records is not None:
            self._backdrop.records.forget()

    def _changed(self) -> dict[tuple[str, int], list[int]]:
        return {key: sums for key, sums in sorted(self._sums.items()) if any(sums)}

    def close(self) -> dict[str, int]:
        """Bring the sums up to date; the places of claims that are weighed differently by them."""
        changed = self._changed()
        before = {origin: Record(kept(self._reader, origin)) for origin, _ in changed}
        self.add_up()
        after = {origin: Record(kept(self._reader, origin)) for origin in before}
        found: dict[str, int] = {}
        for origin in before:
            first = min(due for one, due in changed if one == origin)
            for place, at in self._weighed_anew(origin, first, before[origin], after[origin]):
                found[place] = min(at, found.get(place, at))
        return found

    def _weighed_anew(
        self, origin: str, first: int, before: Record, after: Record
    ) -> Iterator[tuple[str, int]]:
        """The places and event times of an origin's claims whose reliability is another now."""
        who = self._backdrop.who
        sql = (
            f"SELECT place, event_at, reported_at FROM claims WHERE {TRUE} AND place IS NOT NULL"
            " AND effect <> 'none' AND reported_at >= :since"
        )
        values = {"since": first * DAY, "known": NOW}
        rows = [*self._reader.among(f"{sql} AND origin IN (:wanted)", _ids(who, origin), **values)]
        rows += self._reader.rows(f"{sql} AND {DERIVED}", **values)
        for place, event_at, reported_at in rows:
            day = reported_at // DAY
            if before.reliability(day) != after.reliability(day):
                yield self._backdrop.root(place), event_at


def _ids(who: Parties, origin: str) -> list[str]:
    """The ids under which an origin's claims were recorded."""
    return [id_ for id_ in who.sources if who.source(id_) == origin]
