"""Decides how a window of 2022 is read from the files: places, claims, truth, and which days are near events.

The files belong to others and are not part of the project; their recipe is kept to the letter here,
because a figure is only worth something if somebody else gets the same one. Where the recipe leaves
something open, the reading is named where it is made.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Final, NamedTuple

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.vocabulary import CONTEST, FOR

FILES: Final = ("ukraine-places.csv", "ukraine-2022-control.csv")
EPOCH: Final = date(1970, 1, 1).toordinal()
SIDES: Final = ("RU", "UA")
HOLDERS: Final = frozenset(SIDES)
CONTESTED: Final = "CONTESTED"
BASELINE_ON: Final = date(2022, 2, 23)
NEAR: Final = 14
"""Days around a flip, and after a claim, that count as near events."""
KM_PER_LATITUDE: Final = 111.0
KM_PER_LONGITUDE: Final = 73.0
TWIN_KM: Final = 2.0

KINDS: Final = {
    "isw_assessed": ("analyst", None),
    "nzz": ("map", None),
    "wikipedia": ("encyclopaedia", None),
    "ru_claims_via_isw": ("party", "RU"),
    "ua_claims_via_isw": ("party", "UA"),
}
"""What each source is, and the side it speaks for."""


class Row(NamedTuple):
    """A line of the control file: from `day` (days since the epoch) on, `source` gives the place `state`."""

    number: int
    source: str
    place: str
    day: int
    state: str


class PlaceDay(NamedTuple):
    """A day on which the held-out source says plainly who held a place."""

    day: int
    russian: bool
    near: bool


@dataclass(frozen=True)
class Window:
    """One source held out between two days, both included; the others are the claims."""

    held_out: str
    first: date
    last: date
    positions: Mapping[str, tuple[float, float]]
    """Where each place lies, in kilometres (111 a degree of latitude, 73 of longitude)."""
    rows: tuple[Row, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """The places, in file order."""
        return tuple(self.positions)

    @cached_property
    def _rows_of(self) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            rows[row.place].append(row)
        return rows

    def claims(self, place: str) -> list[Evidence]:
        """What the other sources said, in file order, after one baseline claim that Ukraine holds it."""
        start = _day(BASELINE_ON) * DAY
        said = Evidence("baseline", FOR, ("UA",), start, start, "baseline", source_kind="baseline")
        return [said, *map(_claim, self._inputs(place))]

    def truth(self, place: str) -> list[PlaceDay]:
        """The held-out source carried forward: Ukraine's before its first row, contested days left out."""
        states = dict(self._states(place))
        known = [(day, state) for day, state in states.items() if state in HOLDERS]
        near = {day for row in self._inputs(place) for day in range(row.day, row.day + NEAR + 1)}
        # A flip is between two known days of the window, dated by the later: this reading, and
        # counting every claim but the baseline, gives the published numbers of place-days exactly.
        for (_, before), (day, after) in pairwise(known):
            if before != after:
                near.update(range(day - NEAR, day + NEAR + 1))
        return [PlaceDay(day, state == "RU", day in near) for day, state in known]

    def _inputs(self, place: str) -> Iterator[Row]:
        for row in self._rows_of[place]:
            if row.source != self.held_out and (row.state in HOLDERS or row.state == CONTESTED):
                yield row

    def _states(self, place: str) -> Iterator[tuple[int, str]]:
        changes = {row.day: row.state for row in self._rows_of[place] if row.source == self.held_out}
        first, last = _day(self.first), _day(self.last)
        state = "UA"
        for day in range(min([first, *changes]), last + 1):
            state = changes.get(day, state)
            if day >= first:
                yield day, state


def read(folder: Path, held_out: str, first: date, last: date) -> Window:
    """The window in which `held_out` is the truth; the two `FILES` are expected in `folder`."""
    places, control = (folder / name for name in FILES)
    return Window(held_out, first, last, _places(places), _rows(control))


def _places(path: Path) -> dict[str, tuple[float, float]]:
    """Places not held before 2022, without the gazetteer's twins of places on the list."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    listed = [_position(row) for row in rows if row["place_id"].startswith("wp:")]

    def twin(row: dict[str, str]) -> bool:
        if row["place_id"].startswith("wp:"):
            return False
        x, y = _position(row)
        return any(hypot(x - u, y - v) < TWIN_KM for u, v in listed)

    return {
        row["place_id"]: _position(row) for row in rows if row["held_before_2022"] == "0" and not twin(row)
    }


def _position(row: dict[str, str]) -> tuple[float, float]:
    return KM_PER_LATITUDE * float(row["lat"]), KM_PER_LONGITUDE * float(row["lon"])


def _rows(path: Path) -> tuple[Row, ...]:
    with path.open(newline="", encoding="utf-8") as lines:
        return tuple(
            Row(number, row["source"], row["place_id"], _day(date.fromisoformat(row["date"])), row["state"])
            for number, row in enumerate(csv.DictReader(lines))
        )


def _claim(row: Row) -> Evidence:
    kind, lean = KINDS[row.source]
    holds = row.state in HOLDERS
    return Evidence(
        claim=f"row-{row.number:05}",
        kind=FOR if holds else CONTEST,
        sides=(row.state,) if holds else (),
        event_at=row.day * DAY,
        # "Ties in file order": the rows of one day are told apart by when they were reported, a
        # microsecond a line. Left at the same instant, the more reliable would have the last word.
        reported_at=row.day * DAY + row.number,
        origin=row.source,
        lean=lean,
        source_kind=kind,
        predicate="holds" if holds else "fighting",
        relation=None if holds else "in",
    )


def _day(day: date) -> int:
    return day.toordinal() - EPOCH
