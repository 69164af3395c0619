"""Decides what a source's record teaches: what became of what it said, and the r of what it says next.

Two belligerents of one war differed: 56 % and 97 % of what they said in their own interest was borne out
within two weeks. So what a self-serving origin says is not weighed by a constant but by its record, which
is settled only by other, neutral origins, never by the belief itself: nobody learns from an echo.

A statement is settled `SETTLED_AFTER` days after the day on which it was reported, by what neutral origins
had reported before that day: each that then had a position on the place is one witness. So a settlement
depends on what was said alone, and a claim is weighed by what was settled on or before its own day: the
same whatever order things were imported in.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.reliability import (
    GRADES,
    NAMELESS,
    NEUTRAL,
    SELF_SERVING,
    STANDING,
    clip,
    logit,
    reliability,
)
from tracker.judgement.vocabulary import DENY_GAIN, DENY_LOST, FOR, LOST

SETTLED_AFTER: Final = 14
"""Days from the report until a claim is settled; days are also counted off in rounds of so many."""
PRIOR_BORNE_OUT: Final = 7.5
PRIOR_WITNESSES: Final = 10.0
"""Before anything is settled as if 7.5 of 10 had borne it out: the .75 of any self-serving claim."""
STEP: Final = 100
"""Learned reliabilities are told, and used, in hundredths: the last digits of a record change nothing."""


SAME_EVENT: Final = 2 * DAY
"""So much earlier may the time be that another gives for the same change."""
UNATTENDED: Final = "baseline"
"""A kind of source that nobody keeps up to date: it is an answer only where a live feed would tell."""


class Outcome(NamedTuple):
    """What became of one origin's statements on one place that were settled on one day.

    `due` is that day (days since 1970, UTC); `borne_out` and `refuted` count witnesses, `statements` what
    they were asked about, of which `undecided` had none.
    """

    origin: str
    due: int
    borne_out: int
    refuted: int
    statements: int = 1
    undecided: int = 0


def boasts(claim: Evidence) -> bool:
    """Whether an origin says of who controls a place what suits the side that it speaks for."""
    if claim.lean is None or not speaks_of_control(claim):
        return False
    return (claim.lean in claim.sides) == (claim.kind in (FOR, DENY_LOST))


def speaks_of_control(claim: Evidence) -> bool:
    """Whether a claim says of some side that it holds the place, or that it does not."""
    return bool(claim.sides) and claim.weight > 0.0 and claim.kind in (FOR, LOST, DENY_GAIN, DENY_LOST)


def testifies(claim: Evidence) -> bool:
    """Whether a claim gives a neutral origin of known kind a position on who holds the place.

    Who assesses does so by what was claimed, and is no witness of it.
    """
    return (
        claim.kind == FOR
        and claim.lean is None
        and bool(claim.sides)
        and claim.weight > 0.0
        and claim.source_kind not in {*NAMELESS, ANALYSTS}
    )


def due_day(reported_at: int) -> int:
    """The day on which a claim reported then is settled."""
    return reported_at // DAY + SETTLED_AFTER


class Settlement(NamedTuple):
    """A claim, the day on which it is settled, and how many of its witnesses bear it out."""

    claim: Evidence
    due: int
    borne_out: int
    witnesses: int


def settlements(
    claims: Sequence[Evidence],
    which: Callable[[Evidence], bool],
    until: int | None = None,
    *,
    live: bool = False,
) -> Iterator[Settlement]:
    """How statements on one place were settled, in order of day; `until` is the last day that counts.

    `claims` are all those about the place, in order of event time; `which` chooses the statements. `live`: a
    live feed covers the place.
    """
    testimony = _Testimony(claims, live=live)
    for due, claim in _statements(filter(which, claims)):
        if until is None or due <= until:
            yield Settlement(claim, due, *testimony.on(claim, due))


def outcomes(
    claims: Sequence[Evidence],
    after: int | None = None,
    until: int | None = None,
    *,
    live: bool = False,
    origins: Container[str] | None = None,
) -> list[Outcome]:
    """The statements in their own interest settled on days in (after, until], by origin and day.

    `origins`: of these alone.
    """
    found: dict[tuple[str, int], Outcome] = {}

    def asked(claim: Evidence) -> bool:
        return boasts(claim) and (origins is None or claim.origin in origins)

    for claim, due, borne_out, witnesses in settlements(claims, asked, until, live=live):
        if after is None or due > after:
            before = found.get((claim.origin, due), Outcome(claim.origin, due, 0, 0, 0))
            found[claim.origin, due] = Outcome(
                claim.origin,
                due,
                before.borne_out + borne_out,
                before.refuted + witnesses - borne_out,
                before.statements + 1,
                before.undecided + (not witnesses),
            )
    return sorted(found.values())


class _Testimony:
    """What neutral origins hold to be so; asked day by day, in order."""

    def __init__(self, claims: Iterable[Evidence], *, live: bool) -> None:
        self._standing = STANDING | {UNATTENDED} if live else STANDING
        self._coming = sorted(filter(testifies, claims), key=_heard_at, reverse=True)
        self._positions: dict[str, Evidence] = {}

    def on(self, claim: Evidence, day: int) -> tuple[int, int]:
        """How many of them bear a claim out, and how many there are, by what was reported before a day."""
        while self._coming and _heard_at(self._coming[-1])[0] < day * DAY:
            word = self._coming.pop()
            before = self._positions.get(word.origin)
            if before is None or before.event_at <= word.event_at:
                self._positions[word.origin] = word
        words = (word for origin, word in self._positions.items() if origin != claim.origin)
        answers = [answer for word in words if (answer := self._answer(word, claim)) is not None]
        return sum(answers), len(answers)

    def _answer(self, word: Evidence, claim: Evidence) -> bool | None:
        """Whether a neutral word bears a claim out; None: it is about the time before."""
        held = any(side in claim.sides for side in word.sides)
        agrees = held if claim.kind in (FOR, DENY_LOST) else not held
        since = claim.event_at - (SAME_EVENT if agrees else 0)
        return agrees if word.event_at >= since or word.source_kind in self._standing else None


def _statements(claims: Iterable[Evidence]) -> Iterator[tuple[int, Evidence]]:
    """What there is to settle, and when, in order: who says the same again in a round has said it once."""
    said: set[tuple[str, str, tuple[str, ...], int]] = set()
    for claim in sorted(claims, key=_reported_at):
        due = due_day(claim.reported_at)
        what = claim.origin, claim.kind, claim.sides, due // SETTLED_AFTER
        if what not in said:
            said.add(what)
            yield due, claim


# -- what one word may change ----------------------------------------------------------------------------


class Reach(NamedTuple):
    """The days on which statements are settled that a word may change; `last` None: without end.

    `about`: of those about an instant no later than this; None: of whatever time.
    """

    first: int
    last: int | None
    about: int | None = None


def first_of_round(due: int) -> int:
    """The first day of the round of days in which who says the same again has said it once."""
    return due - due % SETTLED_AFTER


def reach(word: Evidence, later: Iterable[Evidence]) -> Reach | None:
    """What of the outcomes at a place may be others with a word than without it; None: nothing.

    `later`: words on the place about no earlier a time; with fewer of them more is answered than need be.
    A statement may be the first of its round, so another one is not. A witness's word is its position
    until it is heard of a later time.
    """
    if boasts(word):
        due = due_day(word.reported_at)
        return Reach(due, first_of_round(due) + SETTLED_AFTER - 1)
    if not testifies(word):
        return None
    replaced = (
        _heard_at(one)[0] // DAY
        for one in later
        if one.origin == word.origin and testifies(one) and _position(one) > _position(word)
    )
    about = None if word.source_kind in {*STANDING, UNATTENDED} else word.event_at + SAME_EVENT
    found = Reach(_heard_at(word)[0] // DAY + 1, min(replaced, default=None), about)
    return None if found.last is not None and found.last < found.first else found


def _position(word: Evidence) -> tuple[int, tuple[int, int, str]]:
    """Of the words that an origin was heard to say the one that sorts last is its position."""
    return word.event_at, _heard_at(word)


class Record:
    """An origin's track record, day by day."""

    def __init__(self, settled: Iterable[tuple[int, int, int]]) -> None:
        """`settled`: day, witnesses for and against on that day; in order of day."""
        self._days: list[int] = []
        self._borne_out: list[int] = []
        self._witnesses: list[int] = []
        borne_out = witnesses = 0
        for day, agree, differ in settled:
            borne_out, witnesses = borne_out + agree, witnesses + agree + differ
            self._days.append(day)
            self._borne_out.append(borne_out)
            self._witnesses.append(witnesses)

    def reliability(self, day: int) -> float | None:
        """The r of a self-serving claim reported on that day; None: nothing was settled by then."""
        i = len(self._days)
        if i and self._days[-1] > day:  # mostly it is not: who asks, asks of today
            from bisect import bisect_right  # a verdict does without

            i = bisect_right(self._days, day)
        if not i or not self._witnesses[i - 1]:
            return None
        return learned(self._borne_out[i - 1], self._witnesses[i - 1])


def learned(borne_out: int, witnesses: int) -> float:
    """r = (7.5 + borne out) / (10 + witnesses), in hundredths."""
    return round(STEP * (PRIOR_BORNE_OUT + borne_out) / (PRIOR_WITNESSES + witnesses)) / STEP


def _heard_at(claim: Evidence) -> tuple[int, int, str]:
    """When a word was reported, or, held back, released."""
    return max(claim.reported_at, claim.held_until or 0), claim.event_at, claim.claim


def _reported_at(claim: Evidence) -> tuple[int, int, str]:
    return claim.reported_at, claim.event_at, claim.claim


class Tally(NamedTuple):
    """An origin's statements on who holds what: how many there were, and what became of them.

    `undecided` were settled by nobody, or by as many for as against; `open` are not due yet. `expected` is
    how many of those borne out or refuted should have been borne out, by the r that each was given.
    """

    statements: int
    borne_out: int
    refuted: int
    undecided: int
    open: int
    expected: float

    @property
    def decided(self) -> int:
        """How many were borne out or refuted."""
        return self.borne_out + self.refuted


def tally(settled: Iterable[Settlement], today: int) -> Tally:
    """Count statements on a day (since 1970, UTC); each is borne out or refuted by most of its witnesses."""
    counts = {"borne_out": 0, "refuted": 0, "undecided": 0, "open": 0}
    expected = 0.0
    for one in settled:
        what = _became(one, today)
        counts[what] += 1
        if what in ("borne_out", "refuted"):
            expected += reliability(one.claim, SELF_SERVING if boasts(one.claim) else NEUTRAL)
    return Tally(sum(counts.values()), **counts, expected=expected)


def _became(one: Settlement, today: int) -> str:
    if one.due > today:
        return "open"
    if 2 * one.borne_out == one.witnesses:
        return "undecided"
    return "borne_out" if 2 * one.borne_out > one.witnesses else "refuted"


ENOUGH: Final = 10
"""So many statements have to be borne out or refuted before a grade is suggested."""


def suggested_grade(record: Tally) -> str | None:
    """The Admiralty grade whose r is nearest to what became of an origin's statements; None: too few."""
    if record.decided < ENOUGH:
        return None
    r = learned(record.borne_out, record.decided)
    return min(GRADES, key=lambda grade: abs(logit(clip(r)) - logit(GRADES[grade])))
