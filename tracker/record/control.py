"""Decides what is kept of the belief about each place: the fold's state, carried on claim by claim.

The table holds what is known now, so it has no history of its own (a past state of knowledge is
folded again from the claims). A new claim about a time after all others carries the stored state on;
anything else (a late claim, a retraction, a merge, a grade, a change of sides) replays the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import orjson

from tracker.judgement.belief import Fold
from tracker.judgement.evidence import Evidence, Sides
from tracker.judgement.parties import Parties
from tracker.judgement.verdict import TAIL
from tracker.reader import Reader
from tracker.record import canonical
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Driver
from tracker.views.evidence import evidence, gathered, merged
from tracker.views.parties import parties
from tracker.views.settings import settings_of

TABLE: Final = "control"
REVISION: Final = 2
COLUMNS: Final = {
    "place": "TEXT NOT NULL PRIMARY KEY",
    "side": "TEXT",
    "last_at": "BIGINT NOT NULL",
    "base": "TEXT",
    "state": "TEXT NOT NULL",
    "tail": "TEXT NOT NULL",
    "trail": "TEXT NOT NULL",
}
"""`state`: the fold after its last claim, at `last_at`; `base`: before the claims of that instant;
`tail`: what the claims of the last `verdict.TAIL` were taken for (event time, claim, stance, r, voice);
`trail`: the fold as it was one or two `STRIDE`s of claims ago, as up to two of (count, last time, state):
from the first of two on, the latest steps can be told without folding all that came before."""
STRIDE: Final = 25

EVERYWHERE: Final = frozenset(
    {"actor-registered", "actor-joined", "actor-left", "actor-merged", "actor-unmerged", "source-graded",
     "source-leans", "source-merged", "source-unmerged"}
)  # fmt: skip
"""Events about people: what they change shows in every place where those people spoke or are named."""


def _dumps(state: object) -> str:
    """JSON in one order of keys; what is kept here was computed, so nothing in it has to be refused."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()


def ddl() -> Iterator[str]:
    """The statements that make the table, empty."""
    yield f"DROP TABLE IF EXISTS {TABLE}"
    yield f"CREATE TABLE {TABLE} ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"


def follow(reader: Reader, driver: Driver, events: Sequence[tuple[Envelope, Body]]) -> None:
    """Bring the table up to date with some events whose other projections are already written."""
    late, fresh = _touched(reader, events)
    if not late and not fresh:
        return
    keeper = _Keeper(reader, driver)
    for place in sorted(late):
        keeper.replay(place)
    for place, since in sorted(fresh.items()):
        if place not in late:
            keeper.carry_on(place, since)
    keeper.write()


def replay_all(reader: Reader, driver: Driver) -> None:
    """Fold every place that anything is claimed about, from its first claim."""
    keeper = _Keeper(reader, driver)
    into = merged(reader)
    for place in sorted({into.get(place, place) for place in _column(reader.rows(CLAIMED))}):
        keeper.replay(place)
    keeper.write()


CLAIMED: Final = "SELECT DISTINCT place FROM claims WHERE place IS NOT NULL"


def _touched(reader: Reader, events: Iterable[tuple[Envelope, Body]]) -> tuple[set[str], dict[str, int]]:
    """The places to replay, and those that only got new claims (with the earliest event time of them)."""
    into = merged(reader)
    replay: set[str] = set()
    recorded: list[str] = []
    changed: list[str] = []
    for envelope, data in events:
        kind = envelope.kind
        if kind == "claim-recorded":
            recorded.append(data["claim"])
        elif kind == "claim-linked":
            changed += _derived(reader, data["claim"])
        elif kind.startswith("claim-"):
            changed.append(data["claim"])
        elif kind in EVERYWHERE or (kind == "setting-changed" and not data.get("place")):
            replay.update(_column(reader.rows(CLAIMED)))
        elif kind in ("place-merged", "place-unmerged"):
            replay.add(data["place"])
            replay.update(_column(reader.rows("SELECT place FROM control")))
        elif kind == "setting-changed":
            replay.add(data["place"])
    of_claims = "SELECT place, event_at FROM claims WHERE id IN (:wanted) AND place IS NOT NULL"
    replay.update(_column(reader.among(of_claims, changed)))
    fresh: dict[str, int] = {}
    for place, at in reader.among(of_claims, recorded):
        root = str(into.get(place, place))
        fresh[root] = min(at, fresh.get(root, at))
    return replay | {into.get(place, place) for place in replay}, fresh


def _derived(reader: Reader, claim: str) -> list[str]:
    """A claim and all that were derived from it: they share its origin."""
    found = [claim]
    for one in found:
        rows = reader.rows(
            "SELECT claim FROM links WHERE other = :other AND link = 'derived-from'", other=one
        )
        found += [row[0] for row in rows if row[0] not in found]
    return found


def _column(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    return [row[0] for row in rows]


class _Keeper:
    """Folds places and writes their rows."""

    def __init__(self, reader: Reader, driver: Driver) -> None:
        self._reader = reader
        self._driver = driver
        self._who: Parties = parties(reader)
        self._sides: Sides = self._who.sides()
        into = merged(reader)
        self._into = into
        self._members: dict[str, list[str]] = {}
        for place, root in into.items():
            self._members.setdefault(root, [root]).append(place)
        self._settings = settings_of(reader)
        self._rows: dict[str, tuple[object, ...] | None] = {}

    def replay(self, place: str) -> None:
        """Fold the place from its first claim."""
        if place in self._into:
            self._rows[place] = None
            return
        found = evidence(self._reader, self._who, self._members.get(place, [place]))
        self._keep(place, Fold(self._sides, self._settings(place).lam), list(gathered(found)))

    def carry_on(self, place: str, since: int) -> None:
        """Fold only the claims after the latest state kept that is older than the new ones."""
        kept = self._reader.one(
            "SELECT state, base, trail, tail FROM control WHERE place = :place", place=place
        )
        start = None if kept is None else self._before(since, *kept[:3])
        if kept is None or start is None or start["lam"] != self._settings(place).lam:
            self.replay(place)
            return
        last_at: int = start["last_at"]
        members = self._members.get(place, [place])
        claims = list(gathered(evidence(self._reader, self._who, members, since=last_at + 1)))
        if claims:  # else the news was of a kind that no belief is made of
            tail: Any = canonical.stored(kept[3])
            trail: Any = canonical.stored(kept[2])
            self._keep(
                place, Fold.load(start, self._sides), claims,
                [row for row in tail if row[0] <= last_at], [one for one in trail if one[1] <= last_at],
            )  # fmt: skip

    def _before(self, since: int, state: str, base: str | None, trail: str) -> dict[str, Any] | None:
        """The latest of the states kept that knows of no claim about `since` or later."""
        for text in (state, base):
            if text is not None and (data := self._usable(canonical.stored(text), since)) is not None:
                return data
        stops: Any = canonical.stored(trail)
        return next(
            (data for one in reversed(stops) if (data := self._usable(one[2], since)) is not None), None
        )

    def _usable(self, state: Any, since: int) -> dict[str, Any] | None:
        """The state, if it is older than `since` and was folded over the sides that there are."""
        found: dict[str, Any] = state
        return found if found["last_at"] < since and tuple(found["names"]) == self._sides.names else None

    def _keep(
        self,
        place: str,
        fold: Fold,
        claims: list[Evidence],
        before: Sequence[Sequence[object]] = (),
        trail: Sequence[Sequence[Any]] = (),
    ) -> None:
        if not claims and not fold.count:
            self._rows[place] = None
            return
        base: dict[str, Any] | None = None
        tail: list[Any] = list(before)
        groups = [list(group) for _, group in groupby(claims, key=lambda one: one.event_at)]
        for group in groups:
            if fold.count // STRIDE > (trail[-1][0] // STRIDE if trail else 0):
                trail = (*trail[-1:], (fold.count, fold.last_at, fold.dump()))
            if group is groups[-1] and fold.count:
                base = fold.dump()
            tail += [
                (one.evidence.event_at, one.evidence.claim, one.stance, one.reliability, one.voice)
                for one in fold.run(group)
            ]
        tail = [row for row in tail if row[0] > fold.last_at - TAIL]
        self._rows[place] = (
            place, fold.best, fold.last_at, None if base is None else _dumps(base),
            _dumps(fold.dump()), _dumps(tail), _dumps(trail),
        )  # fmt: skip

    def write(self) -> None:
        """Put every row folded in its place."""
        self._driver.many(f"DELETE FROM {TABLE} WHERE place = ?", [(place,) for place in self._rows])
        marks = ", ".join("?" * len(COLUMNS))
        rows = [row for row in self._rows.values() if row is not None]
        self._driver.many(f"INSERT INTO {TABLE} VALUES ({marks})", rows)
