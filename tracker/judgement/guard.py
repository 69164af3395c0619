"""Decides when a feed that turns over much of its own map in one day is not believed at once.

A real feed once mislabelled 347 towns for three days, and every model flipped them all. So what one feed
says in one day, where it reverses at least half and at least `LEAST` of its own standing positions in one
direction, is held back: each claim until another origin agrees on its place, or `HELD_FOR` has passed. What
the feed itself takes back before then never counts.

Most feeds tell only what changes. So where one was silent about a place until a day, its position is that of
the starting positions it builds on: the latest about the place, of those reported before that day.

A claim is held back from questions about a time before its release, and counts from its own time on in
questions about later ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.reliability import STANDING
from tracker.judgement.vocabulary import FOR

LEAST: Final = 20
"""Places that a feed has to turn over in a day before it is doubted."""
SHARE: Final = 0.5
"""And so much of all that stood with that side by it."""
HELD_FOR: Final = 7 * DAY
AGREED: Final = 14 * DAY
"""So long before the claim may another have said the same."""
NEVER: Final = 2**62
"""The release of what its source has taken back."""
BASELINE: Final = "baseline"
"""The kind of source that says how things were at first; no feed, it says nothing again."""

Sides = tuple[str, ...]


class Position(NamedTuple):
    """Whom a feed, or a starting position, gave a place to: about an instant (us), reported at another."""

    place: str
    sides: Sides
    event_at: int
    reported_at: int


class Batch(NamedTuple):
    """What a feed reversed on one day (since 1970, UTC): so many of the places it had given to `left`."""

    origin: str
    day: int
    left: str
    joined: str
    reversed: int
    standing: int

    @property
    def held(self) -> bool:
        """Whether it is held back."""
        return self.reversed >= LEAST and self.reversed >= SHARE * self.standing


def gives(claim: Evidence) -> bool:
    """Whether a claim is a feed's word on who has the place."""
    return _names_holder(claim) and claim.source_kind in STANDING


def begins(claim: Evidence) -> bool:
    """Whether a claim is a starting position: what feeds that tell only changes build on."""
    return _names_holder(claim) and claim.source_kind == BASELINE


def _names_holder(claim: Evidence) -> bool:
    plain = claim.kind == FOR and claim.predicate != "fighting" and bool(claim.sides)
    return plain and claim.weight > 0.0


def batches(
    origin: str,
    positions: Iterable[Position],
    baseline: Iterable[Position],
    days: Callable[[int], bool],
) -> Iterator[Batch]:
    """The days on which a feed reversed `LEAST` of its positions in one direction, held back or not.

    `positions`: all that it ever gave, and `baseline` all starting positions, each in order of report;
    `days` says which days are asked about.
    """
    begun: dict[str, Position] = {}
    own: dict[str, Sides] = {}
    coming = iter(baseline)
    first = next(coming, None)
    for day, group in groupby(positions, key=_day):
        today = {one.place: one.sides for one in group}
        if len(today) >= LEAST and days(day):
            while first is not None and _day(first) < day:
                if first.place not in begun or begun[first.place].event_at <= first.event_at:
                    begun[first.place] = first
                first = next(coming, None)
            standing = {place: one.sides for place, one in begun.items()} | own
            yield from _reversals(origin, day, standing, today)
        own |= today


def _day(one: Position | Evidence) -> int:
    return one.reported_at // DAY


def _reversals(
    origin: str, day: int, standing: Mapping[str, Sides], today: Mapping[str, Sides]
) -> Iterator[Batch]:
    found: dict[tuple[Sides, Sides], int] = {}
    for place, sides in today.items():
        if (before := standing.get(place, sides)) != sides:
            found[before, sides] = found.get((before, sides), 0) + 1
    for (left, joined), count in sorted(found.items()):
        if count >= LEAST:
            had = sum(sides == left for sides in standing.values())
            yield Batch(origin, day, named(left), named(joined), count, had)


def named(sides: Sides) -> str:
    """Sides as one word."""
    return " ".join(sides)


def releases(claims: Sequence[Evidence], held: Callable[[str, int], Iterable[Batch]]) -> dict[str, int]:
    """When each claim on a place that is part of a held batch counts; `NEVER`: it was taken back.

    `held` gives the batches of an origin and a day that are held back.
    """
    found: dict[str, int] = {}
    begun = sorted(filter(begins, claims), key=_reported)
    for origin in sorted({claim.origin for claim in claims if gives(claim)}):
        own = sorted((one for one in claims if gives(one) and one.origin == origin), key=_reported)
        for claim, taken_back_at in _reversed(own, begun, held):
            found[claim.claim] = _release(claim, claims, taken_back_at)
    return found


def _reversed(
    own: Sequence[Evidence], begun: Sequence[Evidence], held: Callable[[str, int], Iterable[Batch]]
) -> Iterator[tuple[Evidence, int | None]]:
    """A feed's claims on a place that are held back, each with when it said otherwise again."""
    standing: Sides | None = None
    for day, group in groupby(own, key=_day):
        today = list(group)
        last = today[-1].sides
        before = _begun(begun, day) if standing is None else standing
        if before not in (None, last):
            held_back = {(one.left, one.joined) for one in held(own[0].origin, day)}
            if (named(before or ()), named(last)) in held_back:
                later = (one for one in own if _day(one) > day and one.sides != last)
                taken_back = next(later, None)
                for claim in today:
                    if claim.sides == last:
                        yield claim, taken_back.reported_at if taken_back else None
        standing = last


def _begun(begun: Iterable[Evidence], day: int) -> Sides | None:
    """Whose a place was at first: by the latest starting position on it reported before a day."""
    known = (one for one in begun if _day(one) < day)
    latest = max(known, key=_times, default=None)
    return None if latest is None else latest.sides


def _release(claim: Evidence, claims: Iterable[Evidence], taken_back_at: int | None) -> int:
    release = claim.reported_at + HELD_FOR
    for other in claims:
        agrees = other.kind == FOR and other.sides == claim.sides and other.origin != claim.origin
        agrees = agrees and other.source_kind != ANALYSTS  # who assesses is no other origin
        if agrees and other.weight > 0.0 and claim.event_at - AGREED <= other.event_at:
            release = min(release, max(other.reported_at, claim.event_at))
    return NEVER if taken_back_at is not None and taken_back_at < release else release


def counting(claims: Iterable[Evidence], at: int) -> list[Evidence]:
    """The claims that count in a question about an instant: neither held back from it nor expired by then."""
    return [
        claim
        for claim in claims
        if (claim.held_until is None or claim.held_until <= at)
        and (claim.expires is None or claim.expires > at)
    ]


def _reported(claim: Evidence) -> tuple[int, int, str]:
    return claim.reported_at, claim.event_at, claim.claim


def _times(claim: Evidence) -> tuple[int, int, str]:
    return claim.event_at, claim.reported_at, claim.claim
