"""Decides how a verdict ran: the stretches of time in which status and holder stayed the same.

Between two claims only time passes, and what time does is known beforehand: contests and contradictions
run out, sides join others, belief fades below a threshold. So the boundaries are found to the microsecond,
and nothing is sampled. One pass of the fold serves all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from typing import Final, NamedTuple, Protocol

from tracker.judgement.belief import NEAR, Fold
from tracker.judgement.conflicts import UNSETTLING, disagreements, moves, settled_at
from tracker.judgement.evidence import BEGINNING, Evidence
from tracker.judgement.guard import counting
from tracker.judgement.memory import Memory
from tracker.judgement.pin import Pin, acting
from tracker.judgement.reliability import Weighed, clip
from tracker.judgement.rules import Rule
from tracker.judgement.staleness import Footing, pinned_footing, renewals
from tracker.judgement.verdict import (
    BAYES,
    CONFLICT_LASTS,
    CONTEST_LASTS,
    HELD,
    NAMED_FROM,
    TAIL,
    UNKNOWN,
    deadline_of,
    holders_of,
    quiet_since,
    status_of,
)

CLAIMS, SILENCE, EXPIRY, REALIGNMENT, RELEASE = "claims", "silence", "expiry", "realignment", "release"
ASSESSMENT = "assessment"
"""What begins a stretch: claims; belief that fades; a contest or a contradiction that has run out; sides that
joined; a feed's batch that was held back and counts from then on; what an analyst judged, or its end."""
CLOSE: Final = (2, 64)
"""So near (us) to where it is reckoned to cross a threshold a belief is first looked for there."""
JUMP: Final = 0.004
"""By so much at least a claim makes a belief surer, or less sure, for that to be told."""


class Reading(NamedTuple):
    """As much of a verdict as a course tells."""

    status: str
    holders: tuple[str, ...]
    actors: tuple[str, ...]
    vacated: str | None
    claimants: tuple[str, ...]
    confidence: float
    footing: Footing | None = None
    """What it stands on, where that is asked for."""

    @property
    def told(self) -> tuple[object, ...]:
        """What makes another stretch where it is different."""
        return self[:5] if self.footing is None else (*self[:5], self.footing)


class Span(NamedTuple):
    """A stretch from `start` up to, not including, `end`; its last confidence is that just before `end`."""

    start: int
    end: int
    reading: Reading
    confidence: float
    began: str
    claims: tuple[str, ...]
    """The claims on the place that are said to be of that time."""


class _Teller(Protocol):
    """Something that tells readings at instants that only go on."""

    def read(self, at: int) -> Reading:
        """The reading at an instant."""

    def turn(self, at: int, end: int) -> tuple[int, str]:
        """After the one just read, the next instant at which it may differ without a claim, and why."""

    def sure(self, at: int, until: int) -> float:
        """How sure it is at an instant up to which it has read as it does at another."""


def course(
    claims: Sequence[Evidence], memory: Memory, start: int, end: int, policy: str = BAYES
) -> list[Span]:
    """The spans from `start` up to and including the instant `end`, of claims in order of event time.

    At every instant of them the answer is that of `judge` (or of the rule) on the claims up to it.
    """
    turns = {at for one in claims for at in (one.held_until, one.expires) if at is not None}
    cuts = sorted(at for at in turns if start < at <= end)
    bits: list[Span] = []
    for since, until in zip((start, *cuts), (*cuts, end + 1), strict=True):
        counted = _bits(counting(claims, since), memory, since, until - 1, policy)
        bits += _turned(counted, claims, since) if since in cuts else counted
    return joined(bits)


def _turned(bits: Iterable[Span], claims: Sequence[Evidence], at: int) -> Iterator[Span]:
    """Spans of which the first begins because a batch of claims counts from then on, or a judgement ended.

    What an analyst released counts at its own time: there it is a claim like any other.
    """
    news = tuple(one.claim for one in claims if one.held_until == at > one.event_at)
    began = RELEASE if news else ASSESSMENT if any(one.expires == at for one in claims) else CLAIMS
    for i, one in enumerate(bits):
        yield one._replace(began=began, claims=(*news, *one.claims)) if i == 0 else one


def clamped(spans: Iterable[Span], pins: Sequence[Pin], memory: Memory) -> list[Span]:
    """The spans with an analyst's pins as the answer where one counts; the claims run on below."""
    if not pins:
        return list(spans)
    ends = {at for pin in pins for at in (pin.at, pin.until) if at is not None}
    ends |= {pin.made_at for pin in pins if memory.ageing}
    ends |= {change.at for change in memory.sides.changes}
    found: list[Span] = []
    for span in spans:
        on = span.reading.footing
        cuts = ends if on is None else ends.union(renewals(on.word))
        inside = sorted(at for at in cuts if span.start < at < span.end)
        for start, end in zip((span.start, *inside), (*inside, span.end), strict=True):
            part = span if start == span.start else span._replace(began=ASSESSMENT, claims=())
            part = part._replace(start=start, end=end)
            pin = acting(pins, start)
            found.append(part if pin is None else _clamped(part, pin, memory))
    return joined(found)


def _clamped(span: Span, pin: Pin, memory: Memory) -> Span:
    sure = clip(pin.likelihood)
    status = HELD if sure >= memory.settings.threshold else UNKNOWN
    side_of = memory.side_of
    sides = pin.sides if side_of is None else tuple(side_of(actor, span.start) for actor in pin.actors)
    holders = tuple(dict.fromkeys(sides))
    actors = memory.own(pin.actors, holders, span.start)
    on = span.reading.footing
    if on is not None:
        same = set(span.reading.holders) == set(holders)
        on = pinned_footing(pin, span.start, on, same=same)
    reading = Reading(status, holders, actors, None, (), sure, on)
    began = REALIGNMENT if any(change.at == span.start for change in memory.sides.changes) else ASSESSMENT
    return span._replace(reading=reading, confidence=sure, began=began)


def joined(bits: Iterable[Span]) -> list[Span]:
    """Spans that follow each other, those that tell the same made one.

    Where the footing is told, so is how sure it is: then what a claim made surer begins a span of its own.
    """
    found: list[Span] = []
    for bit in bits:
        if found and found[-1].reading.told == bit.reading.told and _goes_on(found[-1], bit):
            last = found[-1]
            ids = tuple(dict.fromkeys((*last.claims, *bit.claims)))
            found[-1] = last._replace(end=bit.end, confidence=bit.confidence, claims=ids)
        else:
            found.append(bit)
    return found


def _goes_on(span: Span, bit: Span) -> bool:
    """Whether belief did nothing but fade, as far as per cents tell."""
    return bit.reading.footing is None or abs(span.confidence - bit.reading.confidence) < JUMP


def _bits(claims: Sequence[Evidence], memory: Memory, start: int, end: int, policy: str) -> Iterator[Span]:
    split = bisect_right(claims, start - 1, key=_event_at)
    state, weighed = memory.fold(claims[:split])
    later = [one for one in claims[split:] if one.event_at <= end]
    groups = [(at, list(group)) for at, group in groupby(later, key=_event_at)]
    if not groups or groups[0][0] > start:
        groups = [(start, []), *groups]
    told: _ByBelief | _ByRule
    if policy == BAYES:
        told = _ByBelief(state, memory, weighed, [group for _, group in groups], start)
    else:
        told = _ByRule(state, memory, memory.rule(policy, weighed))
    for (at, group), (following, _) in zip(groups, [*groups[1:], (end + 1, [])], strict=True):
        told.take(group)
        yield from _stretch(told, at, following, tuple(claim.claim for claim in group))


def _stretch(told: _Teller, start: int, end: int, claims: tuple[str, ...]) -> Iterator[Span]:
    """The spans between two claims."""
    at, began = start, CLAIMS
    while at < end:
        reading = told.read(at)
        following, why = told.turn(at, end)
        sure = told.sure(at, following - 1)
        yield Span(at, following, reading, sure, began, claims if at == start else ())
        at, began = following, why


class _ByBelief:
    """Readings of the belief."""

    def __init__(
        self, state: Fold, memory: Memory, weighed: Sequence[Weighed], groups: Sequence[Sequence[Evidence]],
        start: int,
    ) -> None:  # fmt: skip
        self._memory = memory
        self._settings = memory.settings
        self._state = state
        weighed = [*weighed]
        self._coming: list[Fold] = []
        for group in groups:  # all at once: what settles a contradiction comes after it
            if self._coming:
                self._coming[-1] = state.kept()
            weighed += state.run(group)
            self._coming.append(state)
        self._coming.reverse()
        self._disputes = _disputes(
            [one for one in weighed if one.evidence.event_at > start - TAIL], start - CONFLICT_LASTS
        )
        self._read: dict[int, Reading] = {}
        self._last = (0, 0, 0.0)
        self._seen: tuple[int, Fold, tuple[str, ...]] = (BEGINNING, state, ())

    def take(self, group: Sequence[Evidence]) -> None:
        """Take the claims of the next instant, as they were taken before."""
        self._state = self._coming.pop()
        self._read, self._last, self._seen = {}, (0, 0, 0.0), (BEGINNING, self._state, ())

    def read(self, at: int) -> Reading:
        """The reading at an instant."""
        if at not in self._read:
            self._read[at] = self._reading(at)
        return self._read[at]

    def _reading(self, at: int) -> Reading:
        state = self._state.seen(at)
        holders, confidence = holders_of(state)
        disputed = any(since <= at < end for since, end in self._disputes) if self._disputes else False
        status = status_of(state, holders, confidence, at, self._settings, disputed=disputed)
        named = holders if confidence >= NAMED_FROM else ()
        word = state.words.get(holders[0]) if named else None
        actors = self._memory.own(word.actors if word else named, named, at)
        on = None
        if self._memory.ageing:
            silence = deadline_of(state, named, confidence, at, self._settings)
            silent = silence is not None and at >= silence
            on = Footing(word, quiet_since(state), silent, self._state.changed_at)
        vacated = state.vacated if status == UNKNOWN else None
        self._seen = at, state, holders
        return Reading(status, named, actors, vacated, (), confidence, on)

    def turn(self, at: int, end: int) -> tuple[int, str]:
        """The next instant at which the belief may read otherwise though nobody speaks."""
        entered = self._state.entered
        cuts = [(change.at, REALIGNMENT) for change in self._memory.sides.changes]
        cuts += [(over, EXPIRY) for _, over in self._disputes]
        cuts += [(entered.event_at + CONTEST_LASTS + 1, EXPIRY)] if entered else []
        bound = min([(end, CLAIMS), *(cut for cut in cuts if at < cut[0] < end)])
        fades = self._fades(at, bound[0])
        return (fades, SILENCE) if fades is not None else bound

    def sure(self, at: int, until: int) -> float:
        """How sure it is at an instant up to which it has read as it does at another."""
        return self._faded(at, until) if self._memory.ageing else self.read(until).confidence

    def _faded(self, at: int, until: int) -> float:
        if self._last[:2] != (at, until):
            state, holders, now = self._then(at)
            self._last = at, until, state.confidence(holders, now, until) if holders else now
        return self._last[2]

    def _then(self, at: int) -> tuple[Fold, tuple[str, ...], float]:
        """The state at an instant that was read, the sides that are best then, and how probable they are."""
        now = self.read(at).confidence
        if self._seen[0] != at:
            state = self._state.seen(at)
            self._seen = at, state, holders_of(state)[0]
        return self._seen[1], self._seen[2], now

    def _fades(self, at: int, end: int) -> int | None:
        """When the belief has faded so far that it reads otherwise, if it does before `end`."""
        first, last = self.read(at).told, end - 1
        crossed = self._crossed(at, last)
        if not crossed or self.read(last).told == first:
            return None
        for about, off in product(crossed, CLOSE):
            before, after = max(at, about - off), min(last, about + off)
            if self.read(after).told != first:
                last = after
                if before > at and self.read(before).told == first:
                    at = before
                break
        while last - at > 1:
            middle = (at + last) // 2
            if self.read(middle).told == first:
                at = middle
            else:
                last = middle
        return last

    def _crossed(self, at: int, end: int) -> list[int]:
        """About when silence brings the confidence, up to an instant, to what makes a difference."""
        now, then = self.read(at).confidence, self._faded(at, end)
        low, high = min(now, then) - NEAR, max(now, then) + NEAR
        levels = (NAMED_FROM, self._settings.threshold, self._settings.contested_below)
        met = [level for level in levels if low <= level <= high]
        if not met:
            return []
        state, holders, _ = self._then(at)
        return sorted(
            {min(end, max(at, when)) for when in [state.reaches(holders, now, level) for level in met]}
        )


def _disputes(weighed: Sequence[Weighed], since: int) -> list[tuple[int, int]]:
    """From when until when contradictions make a place contested: three days, or until one is settled."""
    if len({(one.evidence.kind, one.evidence.sides) for one in weighed}) < 2:
        return []  # all say the same
    ordered = sorted(moves(weighed), key=lambda one: one.evidence.event_at)
    times = [one.evidence.event_at for one in ordered]
    found: set[tuple[int, int]] = set()
    for one in disagreements(weighed, every=False, since=since):
        if one.kind not in UNSETTLING:
            continue
        over = min(one.at + CONFLICT_LASTS + 1, one.first.evidence.event_at + TAIL)
        settled = settled_at(one, ordered[bisect_right(times, one.at) :], over)
        found.add((one.at, over if settled is None else min(over, settled)))
    return sorted(found)


class _ByRule:
    """Readings of a simple rule."""

    def __init__(self, state: Fold, memory: Memory, rule: Rule) -> None:
        self._state = state
        self._memory = memory
        self._sides = memory.sides
        self._rule = rule
        self._until: int | None = None

    def take(self, group: Sequence[Evidence]) -> None:
        """Take the claims of the next instant."""
        for one in self._state.run(group):
            self._rule.take(one)

    def read(self, at: int) -> Reading:
        """The reading at an instant."""
        one = self._rule.opinion(at)
        self._until, book = one.until, self._rule.book
        word = book.words.get(one.holders[0]) if one.holders else None
        actors = self._memory.own(word.actors if word else one.holders, one.holders, at)
        claimants = tuple(word.sides[0] for word in one.claimants)
        vacated = one.vacated if one.status == UNKNOWN else None
        on = None
        if self._memory.ageing:
            on = Footing(word, book.unchanged_since, changed_at=self._state.changed_at)
        return Reading(one.status, one.holders, actors, vacated, claimants, one.confidence, on)

    def turn(self, at: int, end: int) -> tuple[int, str]:
        """The next instant at which the rule may say otherwise though nobody speaks."""
        cuts = [(change.at, REALIGNMENT) for change in self._sides.changes]
        cuts += [(self._until, EXPIRY)] if self._until is not None else []
        return min([(end, CLAIMS), *(cut for cut in cuts if at < cut[0] < end)])

    def sure(self, at: int, until: int) -> float:
        """How sure it is at an instant up to which it has read as it does at another."""
        return self.read(until).confidence


def _event_at(claim: Evidence) -> int:
    return claim.event_at
