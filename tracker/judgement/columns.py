"""Decides how the claims of many places are held as columns: what is told, by whom, in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tracker.judgement.evidence import NO_TIME, Evidence

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Told(NamedTuple):
    """What claims say, without who and when; the names are those of `Evidence`."""

    kind: str
    sides: tuple[str, ...]
    against: tuple[str, ...]
    predicate: str
    extent: str | None
    weight: float
    lines: tuple[tuple[str, ...], ...]

    @property
    def actors(self) -> tuple[str, ...]:
        """The actors it names, as precise as it named them."""
        return tuple([line[0] for line in self.lines]) or self.sides


class Teller(NamedTuple):
    """Who says it; the names are those of `Evidence`."""

    origin: str
    lean: str | None
    source_kind: str
    grade: str | None


class Trust(NamedTuple):
    """What else `reliability` looks at; the names are those of `Evidence`."""

    confidence: float | None
    reliability: float | None
    learned: float | None


class Columns(NamedTuple):
    """Claims, those of a place together and in order of event time; every array has one row a claim.

    `place`, `told`, `teller` and `trust` are numbers of entries in `places`, `tolds`, `tellers` and
    `trusts`; `earliest` has `NO_TIME` where it is not known; `confirmed` has the few rows that were.
    """

    place: Ints
    event_at: Ints
    reported_at: Ints
    told: Ints
    teller: Ints
    trust: Ints
    earliest: Ints
    claims: Sequence[str]
    places: Sequence[str]
    tolds: Sequence[Told]
    tellers: Sequence[Teller]
    trusts: Sequence[Trust]
    confirmed: Mapping[int, tuple[int, ...]]

    def evidence(self, row: int) -> Evidence:
        """A row as the fold reads it; what only tells about the claim is left out."""
        earliest = int(self.earliest[row])
        return Evidence(
            claim=self.claims[row],
            event_at=int(self.event_at[row]),
            reported_at=int(self.reported_at[row]),
            earliest=None if earliest == NO_TIME else earliest,
            confirmed_at=self.confirmed.get(row, ()),
            **self.tolds[self.told[row]]._asdict(),
            **self.tellers[self.teller[row]]._asdict(),
            **self.trusts[self.trust[row]]._asdict(),
        )


class Entries(dict[Any, int]):
    """Numbers for things, given out as they come: `entries[thing]`."""

    def __missing__(self, thing: Any) -> int:
        self[thing] = number = len(self)
        return number


def columns(stories: Mapping[str, Iterable[Evidence]]) -> Columns:
    """The claims of some places, in whatever order, as columns."""
    places, rows = list(stories), []
    for number, place in enumerate(places):
        rows += [(number, one) for one in sorted(stories[place], key=lambda one: one.event_at)]
    tolds, tellers, trusts = Entries(), Entries(), Entries()
    claims = [one for _, one in rows]
    return Columns(
        place=ints(number for number, _ in rows),
        event_at=ints(one.event_at for one in claims),
        reported_at=ints(one.reported_at for one in claims),
        told=ints(
            tolds[Told(one.kind, one.sides, one.against, one.predicate, one.extent, one.weight, one.lines)]
            for one in claims
        ),
        teller=ints(tellers[Teller(one.origin, one.lean, one.source_kind, one.grade)] for one in claims),
        trust=ints(trusts[Trust(one.confidence, one.reliability, one.learned)] for one in claims),
        earliest=ints(NO_TIME if one.earliest is None else one.earliest for one in claims),
        claims=[one.claim for one in claims],
        places=places,
        tolds=list(tolds),
        tellers=list(tellers),
        trusts=list(trusts),
        confirmed={row: one.confirmed_at for row, one in enumerate(claims) if one.confirmed_at},
    )


def alike(numbers: Ints) -> tuple[Ints, Ints]:
    """The rows in which each of the different numbers (none negative) is first, and which of them each is."""
    count = int(numbers.max(initial=-1)) + 1
    if count > 4 * max(len(numbers), 1 << 16):
        _, first, which = np.unique(numbers, return_index=True, return_inverse=True)
        return first, which
    rows = np.full(count, -1)
    rows[numbers[::-1]] = np.arange(len(numbers))[::-1]  # of several rows given to a number the last stays
    found = np.flatnonzero(rows >= 0)
    number = np.empty(count, np.int64)
    number[found] = np.arange(len(found))
    return rows[found], number[numbers]


def ints(values: Iterable[int]) -> Ints:
    """Whole numbers as a column."""
    return np.fromiter(values, np.int64)
