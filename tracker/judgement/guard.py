"""Decides when a feed that turns over much of its own map in one day is not believed at once.

A real feed once mislabelled 347 towns for three days, and every model flipped them all. So what one feed
says in one day, where it reverses at least half and at least `LEAST` of its own standing positions in one
direction, is held back: each claim until another origin agrees on its place, or `HELD_FOR` has passed. What
the feed itself takes back before then never counts.

Most feeds tell only what changes. So where one was silent about a place until a day, its position is that of
the starting positions it builds on: the latest about the place, of those reported before that day.

When a feed puts right what it said wrongly, that is a reversal of as much. A claim of it is let through at
once where it takes back what the feed itself said at most `HELD_FOR` earlier, and nobody else had said, and
returns to what stood before. Nothing wrong gets through by that. A mislabelled batch turns over what had
stood: it is no return. A batch that turns over last week's news, because the feed shows an old map by
mistake, is one, but only where nobody else had that news, and there the map is all that the news rested on.
And a return is not returned from: of a feed that mislabels, corrects and mislabels again, the last is held
like the first.

An analyst who knows better decides of a whole batch: released, it counts as if it had never been held;
dropped, it never does, whoever agrees.

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
"""The release of what its source has taken back, or an analyst has dropped."""
RELEASED: Final = "released"
DROPPED: Final = "dropped"
"""What an analyst may decide of a batch."""
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
    decided: str | None = None
    """What an analyst decided of it."""

    @property
    def held(self) -> bool:
        """Whether it is held back, or was until an analyst decided."""
        much = self.reversed >= LEAST and self.reversed >= SHARE * self.standing
        return much or self.decided is not None


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
    `days` says which days are asked about. What turns over half of the feed's own words is held back also
    where the starting positions that it left alone are many.
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
            alone = {(one.left, one.joined): one for one in _reversals(origin, day, own, today)}
            for batch in _reversals(origin, day, standing, today):
                mine = alone.get((batch.left, batch.joined))
                yield mine if mine is not None and mine.held else batch
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
        for turn in _turns(own, begun, claims):
            for batch in held(origin, turn.day):
                if (batch.left, batch.joined) == turn.sides:
                    found |= {one.claim: _release(one, claims, turn, batch) for one in turn.claims}
    return found


class _Turn(NamedTuple):
    """A day on which a feed gave a place to others than it stood with."""

    day: int
    sides: tuple[str, str]
    """Whom it left and whom it joined."""
    claims: Sequence[Evidence]
    """What it said of the day's last mind."""
    returns: bool
    """Whether it takes back what the feed had just said itself."""
    taken_back_at: int | None
    """When the feed said otherwise again."""


def _turns(own: Sequence[Evidence], begun: Sequence[Evidence], claims: Iterable[Evidence]) -> Iterator[_Turn]:
    """A feed's turns on a place, from its words on it and the starting positions, in order of report."""
    stood: Sides | None = None  # before what stands
    standing: Sides | None = None
    taken: Evidence | None = None  # the word by which it stands; none: a starting position
    for day, group in groupby(own, key=_day):
        today = list(group)
        last = [one for one in today if one.sides == today[-1].sides]
        sides = last[0].sides
        if taken is None:
            standing = _begun(begun, day)
        if standing == sides and taken is not None:
            continue
        returns = taken is not None and sides == stood and _only_said(taken, last[0].reported_at, claims)
        if standing not in (None, sides):
            later = (one.reported_at for one in own if _day(one) > day and one.sides != sides)
            yield _Turn(day, (named(standing or ()), named(sides)), last, returns, next(later, None))
        # What was a return is not returned from: a feed that goes back and forth corrects nothing.
        stood = None if returns else standing
        standing, taken = sides, last[0]


def _only_said(taken: Evidence, by: int, claims: Iterable[Evidence]) -> bool:
    """Whether by an instant a position was no older than a hold lasts, and nobody else's word."""
    agreed = _agreed(taken, claims)
    return by - taken.reported_at <= HELD_FOR and (agreed is None or agreed > by)


def _begun(begun: Iterable[Evidence], day: int) -> Sides | None:
    """Whose a place was at first: by the latest starting position on it reported before a day."""
    known = (one for one in begun if _day(one) < day)
    latest = max(known, key=_times, default=None)
    return None if latest is None else latest.sides


def _release(claim: Evidence, claims: Iterable[Evidence], turn: _Turn, batch: Batch) -> int:
    """When a claim of a held batch counts: at its own time, if it is as if it had never been held."""
    if batch.decided == DROPPED:
        return NEVER
    if turn.returns or batch.decided == RELEASED:
        return claim.event_at
    agreed = _agreed(claim, claims)
    release = claim.reported_at + HELD_FOR
    release = release if agreed is None else min(release, agreed)
    return NEVER if turn.taken_back_at is not None and turn.taken_back_at < release else release


def _agreed(claim: Evidence, claims: Iterable[Evidence]) -> int | None:
    """When another origin had first said the same as a claim, shortly before it or since."""
    agreeing = (
        max(other.reported_at, claim.event_at)
        for other in claims
        if other.kind == FOR
        and other.sides == claim.sides
        and other.origin != claim.origin
        and other.source_kind != ANALYSTS  # who assesses is no other origin
        and other.weight > 0.0
        and claim.event_at - AGREED <= other.event_at
    )
    return min(agreeing, default=None)


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
