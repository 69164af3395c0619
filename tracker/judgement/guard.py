"""Decides when a feed that turns over much of its own map in one day is not believed at once.

A real feed once mislabelled 347 towns for three days, and every model flipped them all. So what one feed
says in one day, where it reverses at least half and at least `LEAST` of its own standing positions in one
direction, is held back: each claim until another origin agrees on its place, or `HELD_FOR` has passed. What
the feed itself takes back before then never counts.

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
"""And so much of all that it gave to that side."""
HELD_FOR: Final = 7 * DAY
AGREED: Final = 14 * DAY
"""So long before the claim may another have said the same."""
NEVER: Final = 2**62
"""The release of what its source has taken back."""

Sides = tuple[str, ...]


class Position(NamedTuple):
    """Whom a feed gave a place to, reported at an instant (us)."""

    place: str
    sides: Sides
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
    plain = claim.kind == FOR and claim.predicate != "fighting" and bool(claim.sides)
    return plain and claim.source_kind in STANDING and claim.weight > 0.0


def batches(origin: str, positions: Iterable[Position], days: Callable[[int], bool]) -> Iterator[Batch]:
    """The days on which a feed reversed `LEAST` of its positions in one direction, held back or not.

    `positions`: all that it ever gave, in order of report; `days` says which days are asked about.
    """
    standing: dict[str, Sides] = {}
    for day, group in groupby(positions, key=lambda one: one.reported_at // DAY):
        today = {one.place: one.sides for one in group}
        if len(today) >= LEAST and days(day):
            yield from _reversals(origin, day, standing, today)
        standing |= today


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
    for origin in sorted({claim.origin for claim in claims if gives(claim)}):
        own = sorted((one for one in claims if gives(one) and one.origin == origin), key=_reported)
        for claim, taken_back_at in _reversed(own, held):
            found[claim.claim] = _release(claim, claims, taken_back_at)
    return found


def _reversed(
    own: Sequence[Evidence], held: Callable[[str, int], Iterable[Batch]]
) -> Iterator[tuple[Evidence, int | None]]:
    """A feed's claims on a place that are held back, each with when it said otherwise again."""
    standing: Sides | None = None
    for day, group in groupby(own, key=lambda one: one.reported_at // DAY):
        today = list(group)
        last = today[-1].sides
        if standing not in (None, last):
            held_back = {(one.left, one.joined) for one in held(own[0].origin, day)}
            if (named(standing or ()), named(last)) in held_back:
                later = (one for one in own if one.reported_at // DAY > day and one.sides != last)
                taken_back = next(later, None)
                for claim in today:
                    if claim.sides == last:
                        yield claim, taken_back.reported_at if taken_back else None
        standing = last


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
