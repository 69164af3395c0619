"""Decides what is kept of the belief about each place: the fold's state, carried on claim by claim.

The tables hold what is known now, so they have no history of their own (a past state of knowledge is
folded again from the claims). `control` has the state after a place's latest claim, `trail` the states
after every `STRIDE`th: a new claim carries the latest state on, whatever is about an earlier time the
one of the trail before it. What changes who counts for whom is folded again from the first claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from tracker.judgement.belief import Fold
from tracker.judgement.evidence import BEGINNING, DAY, Evidence
from tracker.judgement.guard import counting
from tracker.judgement.reliability import NEUTRAL
from tracker.judgement.verdict import TAIL
from tracker.judgement.vocabulary import NONE
from tracker.reader import Reader
from tracker.record import guard, learning
from tracker.record.derived import Driver, Table
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Rows
from tracker.views.backdrop import Backdrop
from tracker.views.evidence import COLUMNS, evidence, evidence_of, gathered
from tracker.views.guard import day_of
from tracker.views.settings import LEARNING, TEMPO

TABLE: Final = "control"
TRAIL: Final = "trail"
REVISION: Final = 12
"""Of these tables and those of `learning` and `guard`, which are made and followed together."""
STRIDE: Final = 25
"""So many claims at most are folded again before one that comes late."""
CHUNK: Final = 5000
"""So many claims are read at once when everything is folded."""

EVERYWHERE: Final = frozenset(
    {"actor-registered", "actor-described", "actor-joined", "actor-left", "actor-merged", "actor-unmerged",
     "source-described", "source-graded", "source-leans", "source-merged", "source-unmerged",
     "place-merged", "place-unmerged", "import-undone", "import-restored"}
)  # fmt: skip
"""Events that show in many places: where those people spoke or are named, where those claims now count
or count no more."""

_BACKDROP: Final = (
    "actor-", "source-", "setting-", "place-merged", "place-unmerged", "import-undone", "import-restored",
)  # fmt: skip


def changes_backdrop(kind: str) -> bool:
    """Whether an event of that kind may change what claims are read against."""
    return kind.startswith(_BACKDROP)


def concerns(kind: str) -> bool:
    """Whether an event of that kind may change the belief about any place."""
    return (
        kind.startswith(("claim-", "assessment-", "batch-"))
        or kind == "setting-changed"
        or kind in EVERYWHERE
    )


class Kept(NamedTuple):
    """A row of either table: the belief about a place after its first `claims` claims, the last at `last_at`.

    `state` is the fold, `changed_at` when its holder last changed; `tail` has those of its claims of the last
    `verdict.TAIL` that were not taken for neutral: event time, id, stance.
    """

    place: str
    last_at: int
    claims: int
    side: str | None
    changed_at: int | None
    state: str
    tail: str


_COLUMNS: Final = {
    "place": "TEXT NOT NULL",
    "last_at": "BIGINT NOT NULL",
    "claims": "INTEGER NOT NULL",
    "side": "TEXT",
    "changed_at": "BIGINT",
    "state": "TEXT NOT NULL",
    "tail": "TEXT NOT NULL",
}
LAYOUTS: Final = (
    Table(TABLE, _COLUMNS, ("place",), (("changed_at",),)),
    Table(TRAIL, _COLUMNS, ("place", "last_at")), *learning.LAYOUTS, *guard.LAYOUTS,
)  # fmt: skip
_NAMES: Final = ", ".join(_COLUMNS)
_INSERT: Final = f"VALUES ({', '.join('?' * len(_COLUMNS))})"
_KEEP: Final = f"INSERT INTO {TABLE} ({_NAMES}) {_INSERT} ON CONFLICT (place) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS if name != "place"
)
"""A row stays where it is: on SQLite one page is written, where taking it out and in writes several."""
_PASS: Final = f"INSERT INTO {TRAIL} ({_NAMES}) {_INSERT}"


def follow(
    reader: Reader,
    driver: Driver,
    backdrop: Backdrop,
    events: Sequence[tuple[Envelope, Body]],
    claims: Rows,
) -> None:
    """Bring the tables up to date with some events whose other projections are already written.

    `claims` are the rows of the claims that they recorded or changed.
    """
    touched, judged = _touched(reader, backdrop, events, claims), _judged(reader, backdrop, events)
    if touched.everywhere:
        _empty(driver)
        replay_all(reader, driver, backdrop)
        return
    all_new = all(envelope.kind == "claim-recorded" for envelope, _ in events)
    news = [{"id": id_, **row} for (id_,), row in claims.items()] if all_new else None
    since = _since(reader, driver, backdrop, touched, claims, _decided(backdrop, events), news)
    if since or judged:
        keeper = _Keeper(reader, driver, backdrop)
        keeper.fold(since, _news(reader, backdrop, events, claims), judged)
        keeper.write()


def _since(
    reader: Reader,
    driver: Driver,
    backdrop: Backdrop,
    touched: _Touched,
    claims: Rows,
    decided: Iterable[tuple[str, int]] = (),
    news: Iterable[Mapping[str, object]] | None = None,
) -> dict[str, int]:
    """The places that have to be folded again, each with the instant from which on.

    Batches are found anew, and what some claims bring due or change is settled: by both other claims than
    those may count, or weigh differently.
    """
    since = dict(touched.event_at)
    for place in guard.follow(reader, driver, backdrop, claims, touched.event_at, decided):
        since[place] = touched.reported_at[place] = BEGINNING
    latest = max((row["reported_at"] // DAY for row in claims.values()), default=learning.NEVER)
    reported = {place: at // DAY for place, at in touched.reported_at.items()}
    for place, at in learning.follow(reader, driver, backdrop, reported, latest, news).items():
        since[place] = min(at, since.get(place, at))
    return since


def settle(reader: Reader, driver: Driver, backdrop: Backdrop, after: int) -> None:
    """Bring the tables up to date with claims that were recorded after a position, all at once.

    Nothing else may have happened since that anybody is believed by.
    """
    streams = reader.rows(
        "SELECT stream FROM events WHERE position > :after AND kind = 'claim-recorded'", after=after
    )
    asked = f"SELECT id, {', '.join(_SETTLING)} FROM claims WHERE id IN (:wanted)"
    rows = reader.among(asked, (stream.removeprefix("claim/") for (stream,) in streams))
    claims: Rows = {(id_,): dict(zip(_SETTLING, row, strict=True)) for id_, *row in rows}
    touched = _Touched({}, {}, everywhere=False)
    for row in claims.values():
        if row["place"] is not None and row["effect"] != NONE:
            touched.touch(backdrop.root(row["place"]), row["event_at"], row["reported_at"])
    keeper = _Keeper(reader, driver, backdrop)
    keeper.fold_again(_since(reader, driver, backdrop, touched, claims))
    keeper.write()


_SETTLING: Final = ("place", "effect", "event_at", "reported_at", "origin")


def _empty(driver: Driver) -> None:
    for table in LAYOUTS:
        driver.run(f"DELETE FROM {table.name}")


def replay_all(reader: Reader, driver: Driver, backdrop: Backdrop) -> None:
    """Settle all records and fold every place that anything is said or judged about, into empty tables."""
    guard.find_all(reader, driver, backdrop)
    sizes: dict[str, int] = {}
    for place, count in reader.rows(_CLAIMED):
        if (root := backdrop.root(place)) not in backdrop.into:  # else it is one of a circle
            sizes[root] = sizes.get(root, 0) + count
    learning.settle_all(reader, driver, backdrop, _chunks(sizes))
    keeper = _Keeper(reader, driver, backdrop)
    for places in _chunks(sizes):
        keeper.replay(places)
        keeper.write()


def _chunks(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Places that together have about as many claims as are read at once."""
    chunk: list[str] = []
    claims = 0
    for place, size in sorted(sizes.items()):
        chunk.append(place)
        claims += size
        if claims >= CHUNK:
            yield chunk
            chunk, claims = [], 0
    yield chunk


_CLAIMED: Final = (
    "SELECT place, count(*) FROM claims WHERE place IS NOT NULL GROUP BY place"
    " UNION ALL SELECT place, count(*) FROM assessments GROUP BY place"
)


class _Touched(NamedTuple):
    """The places whose belief changes: from which event time on, by claims reported from when on."""

    event_at: dict[str, int]
    reported_at: dict[str, int]
    everywhere: bool

    def touch(self, place: str, event_at: int, reported_at: int) -> None:
        """Note a claim on a place."""
        self.event_at[place] = min(event_at, self.event_at.get(place, event_at))
        self.reported_at[place] = min(reported_at, self.reported_at.get(place, reported_at))


def _touched(
    reader: Reader, backdrop: Backdrop, events: Iterable[tuple[Envelope, Body]], claims: Rows
) -> _Touched:
    found = _Touched({}, {}, everywhere=False)
    changed: list[str] = []

    def touch(place: str, event_at: int, reported_at: int) -> None:
        found.touch(backdrop.root(place), event_at, reported_at)

    for envelope, data in events:
        kind = envelope.kind
        if kind == "claim-recorded":
            row = claims[(data["claim"],)]
            if row["place"] is not None and row["effect"] != NONE:
                touch(row["place"], row["event_at"], row["reported_at"])
        elif kind in ("claim-linked", "claim-unlinked", "claim-corrected"):
            changed += _derived(reader, data["claim"])
        elif kind.startswith("claim-"):
            changed.append(data["claim"])
        elif kind == "setting-changed" and data["key"] == TEMPO and data.get("place"):
            touch(data["place"], BEGINNING, BEGINNING)
        elif kind in EVERYWHERE or (kind == "setting-changed" and data["key"] in (TEMPO, LEARNING)):
            found = found._replace(everywhere=True)
    of_claims = "SELECT place, event_at, reported_at FROM claims WHERE id IN (:wanted) AND place IS NOT NULL"
    for place, event_at, reported_at in reader.among(of_claims, changed):
        touch(place, event_at, reported_at)
    return found


def _judged(reader: Reader, backdrop: Backdrop, events: Iterable[tuple[Envelope, Body]]) -> dict[str, int]:
    """The places that an analyst has judged or cleared, with the instant from which on that counts."""
    ids = [data["assessment"] for envelope, data in events if envelope.kind.startswith("assessment-")]
    lasting = "SELECT place, at FROM assessments WHERE id IN (:wanted) AND pinned = 0 AND until IS NULL"
    found: dict[str, int] = {}
    for place, at in reader.among(lasting, ids):
        root = backdrop.root(place)
        found[root] = min(at, found.get(root, at))
    return found


def _decided(backdrop: Backdrop, events: Iterable[tuple[Envelope, Body]]) -> set[tuple[str, int]]:
    """The feeds and days of which an analyst has decided what they turned over."""
    return {
        (backdrop.who.source(data["source"]), day_of(data["day"]))
        for envelope, data in events
        if envelope.kind.startswith("batch-")
    }


def _derived(reader: Reader, claim: str) -> list[str]:
    """A claim and all that were derived from it: they share its origin."""
    found = [claim]
    for one in found:
        rows = reader.rows(
            "SELECT claim FROM links WHERE other = :other AND link = 'derived-from'", other=one
        )
        found += [row[0] for row in rows if row[0] not in found]
    return found


def _news(
    reader: Reader, backdrop: Backdrop, events: Iterable[tuple[Envelope, Body]], claims: Rows
) -> dict[str, list[Evidence]]:
    """The evidence just recorded, by place; it is at hand, so it is not read back."""
    ids = [data["claim"] for envelope, data in events if envelope.kind == "claim-recorded"]
    noted = any(envelope.kind.startswith(_NOTED) for envelope, _ in events)
    told = [{"id": id_, **claims[(id_,)]} for id_ in ids]
    rows = [
        _told(row)
        for row in told
        if row["place"] is not None and row["effect"] != NONE and row["fact"] == "recorded"
    ]
    found: dict[str, list[Evidence]] = {}
    for row, one in zip(
        rows, evidence_of(reader, backdrop.who, rows, records=backdrop.records, noted=noted), strict=True
    ):
        found.setdefault(backdrop.root(row[0]), []).append(one)
    return found


_told: Final = itemgetter(*COLUMNS)
_NOTED: Final = ("claim-linked", "claim-reviewed", "claim-unlinked")
"""What claims recorded in the same batch may have with them."""


class _Keeper:
    """Folds places and writes their rows."""

    def __init__(self, reader: Reader, driver: Driver, backdrop: Backdrop) -> None:
        self._reader = reader
        self._driver = driver
        self._backdrop = backdrop
        self._rows: list[Kept] = []
        self._passed: list[Kept] = []
        self._cut: list[tuple[str, int]] = []
        self._gone: list[tuple[str]] = []

    def fold(
        self, since: Mapping[str, int], news: Mapping[str, list[Evidence]], judged: Mapping[str, int]
    ) -> None:
        """Fold places again from some instant on; `news` are the claims that were not there before.

        What was `judged` from an instant on is not among them, so there all is read back.
        """
        guarded = guard.guarded(self._reader, {**since, **judged})
        for place, at in sorted(judged.items()):
            self._go_back(place, BEGINNING if place in guarded else min(at, since.get(place, at)))
        since = {place: at for place, at in since.items() if place not in judged}
        select = f"SELECT {_NAMES} FROM {TABLE} WHERE place IN (:wanted)"
        kept = {row[0]: Kept(*row) for row in self._reader.among(select, since)}
        for place, at in sorted(since.items()):
            row = kept.get(place)
            if place in guarded:
                self._go_back(place, BEGINNING)
            elif row is not None and row.last_at < at:
                self._carry_on(place, row, news.get(place, []))
            elif row is None and place not in self._backdrop.into and at != BEGINNING:
                self._carry_on(place, None, news.get(place, []))
            else:
                self._go_back(place, at)

    def fold_again(self, since: Mapping[str, int]) -> None:
        """Fold places again from some instant on, whatever of the claims is new."""
        guarded = guard.guarded(self._reader, since)
        for place, at in sorted(since.items()):
            self._go_back(place, BEGINNING if place in guarded else at)

    def replay(self, places: Iterable[str]) -> None:
        """Fold places of which nothing is kept, from their first claims."""
        members = self._backdrop.members
        found = evidence(
            self._reader, self._backdrop.who, [id_ for place in places for id_ in members(place)],
            records=self._backdrop.records,
        )  # fmt: skip
        for place in places:
            self._carry_on(place, None, list(gathered({id_: found[id_] for id_ in members(place)})))

    def _go_back(self, place: str, at: int) -> None:
        """Fold the place again from the latest state kept that is older than `at`."""
        self._cut.append((place, at))
        if place in self._backdrop.into:
            self._gone.append((place,))
            return
        found = self._reader.rows(
            f"SELECT {_NAMES} FROM {TRAIL} WHERE place = :place AND last_at < :at"
            " ORDER BY last_at DESC LIMIT 1",
            place=place, at=at,
        )  # fmt: skip
        stop = Kept(*found[0]) if found else None
        after = None if stop is None else stop.last_at + 1
        members = self._backdrop.members(place)
        records = self._backdrop.records
        found_again = evidence(self._reader, self._backdrop.who, members, records=records, since=after)
        claims = list(gathered(found_again))
        if stop is None and not claims:
            self._gone.append((place,))
        self._carry_on(place, stop, claims)

    def _carry_on(self, place: str, kept: Kept | None, claims: list[Evidence]) -> None:
        """Fold claims, all later than those of the state that is kept."""
        sides = self._backdrop.sides
        if kept is None:
            fold, tail = Fold(sides, self._backdrop.settings(place).lam), []
        else:
            fold, tail = Fold.load(orjson.loads(kept.state), sides), orjson.loads(kept.tail)
        if any(one.held_until is not None for one in claims):
            last = max(one.event_at for one in claims)
            if any(last < (one.held_until or 0) < guard.NEVER for one in claims):
                self._gone.append((place,))  # its belief changes by itself, on the day of a release
                return
            claims = counting(claims, last)
        claims.sort(key=_event_at)
        row = kept
        for at, group in groupby(claims, key=_event_at):
            strides = fold.count // STRIDE
            tail += [(at, one.evidence.claim, one.stance) for one in fold.run(group) if one.stance != NEUTRAL]
            if fold.count // STRIDE > strides:
                row = _kept(place, fold, tail)
                self._passed.append(row)
        if claims and (row is None or row.claims < fold.count):
            row = _kept(place, fold, tail)
        if row is not None:
            self._rows.append(row)

    def write(self) -> None:
        """Put every row folded in its place."""
        self._driver.many(f"DELETE FROM {TRAIL} WHERE place = ? AND last_at >= ?", self._cut)
        self._driver.many(f"DELETE FROM {TABLE} WHERE place = ?", self._gone)
        self._driver.many(_KEEP, self._rows)
        self._driver.many(_PASS, self._passed)
        self._rows, self._passed, self._cut, self._gone = [], [], [], []


def _kept(place: str, fold: Fold, tail: list[Any]) -> Kept:
    tail[:] = [row for row in tail if row[0] > fold.last_at - TAIL]
    return Kept(
        place, fold.last_at, fold.count, fold.best, fold.changed_at, _dumps(fold.dump()), _dumps(tail)
    )


def _event_at(one: Evidence) -> int:
    return one.event_at


def _dumps(state: object) -> str:
    """JSON in one order of keys; what is kept here was computed, so nothing in it has to be refused."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()
