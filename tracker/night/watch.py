"""Decides which places a night looks at: those that something new touches, and those whose time has come.

For each place that was looked at, the table `watches` keeps what it was then and when time alone may change
what is said of it. It can be lost: the next night then looks at everything, and finds the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from tracker.judgement.verdict import UNKNOWN
from tracker.reader import NOW, Reader
from tracker.record.control import EVERYWHERE
from tracker.views.backdrop import Backdrop
from tracker.views.flags import open_flags
from tracker.views.nights import Night
from tracker.views.parties import TRUE

GONE: Final = ""
"""The status of a place of which nothing is said any more: it counts nowhere."""


class Watched(NamedTuple):
    """What a place was when it was last looked at: its holder's side, and when time may change that."""

    place: str
    holder: str | None
    status: str
    stale_at: int | None
    turns_at: int | None


class Watch:
    """What is kept of all places since the night before."""

    def __init__(self, reader: Reader, backdrop: Backdrop, before: Night | None) -> None:
        self._reader = reader
        self._backdrop = backdrop
        self._before = before

    def due(self, at: int) -> set[str] | None:
        """The places to look at in the night of an instant, by id; None: all of them.

        What turns by time alone is known from the night before on: after one that a clock did that was
        ahead, everything is looked at.
        """
        before = self._before
        if before is None or before.at > at or self._everywhere(before, at):
            return None
        touched = {
            self._backdrop.root(row[0])
            for sql in _TOUCHED
            for row in self._reader.rows(sql, after=before.position, open=OPEN)
            if row[0] is not None
        }
        ripe = self._reader.rows("SELECT place FROM watches WHERE turns_at <= :at", at=at)
        return touched | {row[0] for row in ripe}

    def all(self, at: int) -> set[str]:
        """Every place that was looked at, is flagged, or of which something is said of after an instant."""
        kept = {row[0] for row in self._reader.rows("SELECT place FROM watches")}
        others = [flag.place for flag in open_flags(self._reader)]
        for sql in _LATER:
            others += [row[0] for row in self._reader.rows(sql, at=at, known=NOW)]
        return kept | {self._backdrop.root(place) for place in others}

    def kept(self, places: Iterable[str]) -> dict[str, Watched]:
        """What is kept of some places."""
        rows = self._reader.among(
            f"SELECT {', '.join(Watched._fields)} FROM watches WHERE place IN (:wanted)", places
        )
        return {row[0]: Watched(*row) for row in rows}

    def counts(self, looked: Iterable[Watched]) -> Counter[str]:
        """How many places have which status, when some have just been looked at again."""
        now = {one.place: one for one in looked}
        found: Counter[str] = Counter()
        found.update(dict(self._reader.rows("SELECT status, count(*) FROM watches GROUP BY status")))
        found.subtract(one.status for one in self.kept(now).values())
        found.update(one.status for one in now.values())
        return found

    def stale_within(self, looked: Iterable[Watched], start: int, end: int) -> list[str]:
        """The places that go stale between two instants, the first first."""
        now = {one.place: one.stale_at for one in looked}
        rows = self._reader.rows(
            "SELECT place, stale_at FROM watches WHERE stale_at > :start AND stale_at <= :end",
            start=start, end=end,
        )  # fmt: skip
        at = {place: instant for place, instant in rows if place not in now}
        at |= {
            place: instant for place, instant in now.items() if instant is not None and start < instant <= end
        }
        return sorted(at, key=lambda place: (at[place], place))

    def unknown(self, looked: Iterable[Watched], most: int) -> list[str]:
        """The first of the places that nobody is believed to hold, by id."""
        now = {one.place: one.status for one in looked}
        rows = self._reader.rows(
            "SELECT place FROM watches WHERE status = :unknown ORDER BY place LIMIT :most",
            unknown=UNKNOWN, most=most + len(now),
        )  # fmt: skip
        found = {row[0] for row in rows if row[0] not in now}
        return sorted(found | {place for place, status in now.items() if status == UNKNOWN})[:most]

    def kept_any(self) -> bool:
        """Whether anything is kept at all."""
        return bool(self._reader.rows("SELECT 1 FROM watches LIMIT 1"))

    def _everywhere(self, before: Night, at: int) -> bool:
        """Whether anything happened since that shows in many places, or a side has joined another."""
        kinds = ", ".join(f"'{kind}'" for kind in sorted(EVERYWHERE))
        return bool(
            self._reader.rows(
                f"SELECT 1 FROM events WHERE position > :after AND (kind IN ({kinds})"
                " OR kind LIKE 'batch-%' OR (kind = 'setting-changed' AND stream NOT LIKE '%@%')) LIMIT 1",
                after=before.position,
            )
            or self._reader.rows(
                "SELECT 1 FROM memberships WHERE since > :since AND since <= :at LIMIT 1",
                since=before.at, at=at,
            )
            or not self.kept_any()
        )  # fmt: skip


OPEN: Final = 2**63 - 1
_LATER: Final = (
    f"SELECT DISTINCT place FROM claims WHERE place IS NOT NULL AND event_at > :at AND {TRUE}",
    f"SELECT DISTINCT place FROM assessments WHERE at > :at AND {TRUE}",
)
_SINCE: Final = "(from_pos > :after OR (to_pos > :after AND to_pos < :open))"
_TOUCHED: Final = (
    f"SELECT place FROM claims WHERE {_SINCE}",
    f"SELECT place FROM claims WHERE id IN (SELECT claim FROM reviews WHERE {_SINCE})",
    f"SELECT place FROM claims WHERE id IN (SELECT claim FROM links WHERE {_SINCE})",
    f"SELECT place FROM assessments WHERE {_SINCE}",
    f"SELECT place FROM settings WHERE place <> '' AND {_SINCE}",
    f"SELECT place FROM flags WHERE {_SINCE}",
)
"""Where anything was recorded, changed or taken back after a position: claims, what was found about them,
what analysts judged, settings of one place; and where a flag was raised the night before, or put away."""
