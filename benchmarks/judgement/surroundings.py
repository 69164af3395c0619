"""Decides what is done around the fold when many places are judged together: guard, records, front.

The rules are the product's own (`tracker.judgement.guard`, `learning`, `neighbours`); here they are given
all places at once, and what was known on each day. What is taken back changes records and batches, so
knowledge is cut into eras in which nothing is taken back. Within one, later claims change nothing of what
was settled or held back earlier, so an era is reckoned once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot
from typing import Final, NamedTuple

from benchmarks.judgement.rivals import Rule, Shares
from benchmarks.judgement.simulator import Knowledge, end_of
from benchmarks.judgement.trial import Answers, answered
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.guard import Batch, Position, batches, begins, counting, gives, releases
from tracker.judgement.learning import Outcome, Record, boasts, outcomes
from tracker.judgement.neighbours import FRONT_KM, on_the_front

Known = Mapping[str, Sequence[Knowledge]]
Told = Mapping[str, Sequence[Evidence]]
Close = Mapping[str, Sequence[str]]
"""The places within `FRONT_KM` of each."""
NAMED_FROM: Final = 0.5
"""Below this nobody is named, and nobody's lead is shared with those across the front."""


class Around(NamedTuple):
    """Which of them are used; `live`: a live feed covers the places, so silence bears a claim out."""

    learning: bool = False
    guard: bool = False
    front: bool = False
    live: bool = False

    @property
    def name(self) -> str:
        """What is used, in words."""
        parts = ("learning", self.learning), ("guard", self.guard), ("front", self.front)
        return " + ".join(name for name, used in parts if used)


ALONE_AND_TOGETHER: Final = (
    Around(learning=True),
    Around(guard=True),
    Around(front=True),
    Around(guard=True, front=True),
    Around(learning=True, guard=True, front=True),
)
ALL: Final = ALONE_AND_TOGETHER[-1]


def surrounded(known: Known, sides: Sides, rule: Rule, around: Around, close: Close) -> Answers:
    """A rule's answers with what is used around it."""
    answers = answered(prepared(known, around), sides, rule)
    return fronted(answers, sides.names, close) if around.front else answers


# -- what was known, with what is learned and without what is held back ----------------------------


def prepared(known: Known, around: Around) -> Known:
    """The same knowledge, with what records make of each claim and without what is held back at the time."""
    if not (around.learning or around.guard):
        return known
    found: dict[str, list[Knowledge]] = {place: [] for place in known}
    for first, last, told in _eras(known):
        if around.guard:
            told = held_back(told)
        if around.learning:
            told = by_record(told, live=around.live)
        for place, stretches in known.items():
            now = {one.claim: one for one in told[place]}
            for one in stretches:
                if one.first <= last and one.last >= first:
                    claims = [now[claim.claim] for claim in one.claims]
                    found[place] += _counted(claims, max(one.first, first), min(one.last, last))
    return {place: list(_joined(stretches)) for place, stretches in found.items()}


def _eras(known: Known) -> Iterator[tuple[int, int, Told]]:
    """From day to day: all that ever comes out less what is taken back before or on the first of them."""
    first = min(stretches[0].first for stretches in known.values())
    last = max(stretches[-1].last for stretches in known.values())
    ever = {place: list(_with_its_last_day(stretches)) for place, stretches in known.items()}
    begins = {until + 1 for claims in ever.values() for _, until in claims if until < last}
    for begin, after in pairwise([*sorted({first, *begins}), last + 1]):
        yield begin, after - 1, {
            place: [claim for claim, until in claims if until >= begin] for place, claims in ever.items()
        }  # fmt: skip


def _with_its_last_day(stretches: Sequence[Knowledge]) -> Iterator[tuple[Evidence, int]]:
    """Each claim, and the last day on which it is known, in order of event time."""
    until = {claim: one.last for one in stretches for claim in one.claims}
    for claim in sorted(until, key=lambda claim: (claim.event_at, claim.reported_at, claim.claim)):
        yield claim, until[claim]


def _counted(claims: Sequence[Evidence], first: int, last: int) -> Iterator[Knowledge]:
    """What counts in questions about the end of each day, in stretches."""
    released = {(one.held_until + DAY - 1) // DAY for one in claims if one.held_until is not None}
    starts = sorted({first, *(day for day in released if first < day <= last)})
    for begin, after in pairwise([*starts, last + 1]):
        yield Knowledge(begin, after - 1, tuple(counting(claims, end_of(begin))))


def _joined(stretches: Iterable[Knowledge]) -> Iterator[Knowledge]:
    """Neighbouring stretches in which the same is known, as one."""
    before: Knowledge | None = None
    for one in stretches:
        if before is not None and before.claims == one.claims:
            before = before._replace(last=one.last)
            continue
        if before is not None:
            yield before
        before = one
    if before is not None:
        yield before


# -- guard and records -----------------------------------------------------------------------------


def held_back(told: Told) -> Told:
    """The claims with the instant until which each that is part of a held batch is held back."""
    batch = _batches(told)
    return {place: _with_release(claims, batch) for place, claims in told.items()}


def _with_release(
    claims: Sequence[Evidence], held: Callable[[str, int], Iterable[Batch]]
) -> Sequence[Evidence]:
    until = releases(claims, held)
    return [one._replace(held_until=until.get(one.claim)) for one in claims] if until else claims


def _batches(told: Told) -> Callable[[str, int], Iterable[Batch]]:
    """The held batches of an origin on a day."""
    given: dict[str, list[Position]] = defaultdict(list)
    begun: list[Position] = []
    for place, claims in told.items():
        for one in claims:
            if gives(one):
                given[one.origin].append(Position(place, one.sides, one.event_at, one.reported_at))
            elif begins(one):
                begun.append(Position(place, one.sides, one.event_at, one.reported_at))
    begun.sort(key=_in_order)
    found: dict[tuple[str, int], list[Batch]] = defaultdict(list)
    for origin, positions in given.items():
        positions.sort(key=_in_order)
        for batch in batches(origin, positions, begun, lambda _: True):
            if batch.held:
                found[origin, batch.day].append(batch)
    return lambda origin, day: found.get((origin, day), ())


def _in_order(one: Position) -> tuple[int, str]:
    return one.reported_at, one.place


def by_record(told: Told, *, live: bool) -> Told:
    """Self-serving claims with what was settled of their origin by the day on which they were reported."""
    records = _records(told, live=live)

    def weighed(claim: Evidence) -> Evidence:
        record = records.get(claim.origin) if claim.lean is not None else None
        learned = None if record is None else record.reliability(claim.reported_at // DAY)
        return claim if learned is None else claim._replace(learned=learned)

    return {place: [weighed(claim) for claim in claims] for place, claims in told.items()}


def _records(told: Told, *, live: bool) -> dict[str, Record]:
    settled: dict[str, dict[int, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for claims in told.values():
        if any(map(boasts, claims)):
            for one in outcomes(claims, live=live):
                settled[one.origin][one.due].append(one)
    return {
        origin: Record(
            (due, sum(one.borne_out for one in days[due]), sum(one.refuted for one in days[due]))
            for due in sorted(days)
        )
        for origin, days in settled.items()
    }


# -- front -----------------------------------------------------------------------------------------


def near(positions: Mapping[str, tuple[float, float]]) -> dict[str, list[str]]:
    """The places within `FRONT_KM` of each, by where they lie in kilometres."""
    return {
        place: [
            other
            for other, (u, v) in positions.items()
            if other != place and hypot(x - u, y - v) <= FRONT_KM
        ]
        for place, (x, y) in positions.items()
    }  # fmt: skip


def fronted(answers: Answers, names: Sequence[str], close: Close) -> Answers:
    """The answers as they are read where another side is best at a place close by."""
    best = {place: [_best(p) for p in told] for place, told in answers.items()}

    def read(place: str, day: int, p: Shares) -> Shares:
        mine = best[place][day]
        if mine is None or p[mine] < NAMED_FROM:
            return p
        found = {best[other][day] for other in close[place]}
        across = {names[one] for one in found if one is not None and one != mine}
        return tuple(on_the_front(p, names, names[mine], across)) if across else p

    return {
        place: [None if p is None else read(place, day, p) for day, p in enumerate(told)]
        if close[place]
        else told
        for place, told in answers.items()
    }


def _best(p: Shares | None) -> int | None:
    """The most probable side; nobody where all are alike."""
    if p is None:
        return None
    top = max(p)
    return p.index(top) if top > min(p) else None
