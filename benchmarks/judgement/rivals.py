"""Decides the verdicts set side by side: the belief, and the simpler rules that it has to beat.

A rule takes one place's claims and the days asked about, in order, and gives the probability of each
side, in their order, at the end of each day. What is known is settled before: a rule sees no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import exp, log
from typing import Final

from tracker.judgement.belief import Fold, Settings
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.policies import begun
from tracker.judgement.reliability import logit, reliability, stance
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST

Shares = tuple[float, ...]
"""A probability for each side, in the order of the sides."""
Rule = Callable[[Sequence[Evidence], Sequence[int], Sides], list[Shares]]

LIVE_FEED: Final = 5e-5
"""Rate of unreported change a day: these places are covered by live feeds."""
SURE: Final = 0.99
"""What "the last claim wins" gives its holder."""
HALF_LIFE: Final = 30.0
"""Days in which a vote loses half its weight."""


def belief(lam: float) -> Rule:
    """The model of `tracker.judgement.belief`, folded once; between claims it only decays."""

    def rule(claims: Sequence[Evidence], days: Sequence[int], sides: Sides) -> list[Shares]:
        fold = Fold(sides, lam)
        pi = 1.0 / len(sides.names)
        answers: list[Shares] = []
        for day, today in _by_day(claims, days):
            for _ in fold.run(today):
                pass
            keep = exp(-lam * ((day + 1) * DAY - 1 - fold.at) / DAY)
            answers.append(tuple([pi + (p - pi) * keep for p in fold.p]))
        return answers

    return rule


def policy(name: str) -> Rule:
    """A rule of `tracker.judgement.policies`, as the product has it: `latest`, `vote`, `two-origins`, …"""

    def rule(claims: Sequence[Evidence], days: Sequence[int], sides: Sides) -> list[Shares]:
        fold = Fold(sides, LIVE_FEED)
        judge = begun(name, sides, Settings())
        answers: list[Shares] = []
        for day, today in _by_day(claims, days):
            for one in fold.run(today):
                judge.take(one)
            found = judge.opinion((day + 1) * DAY - 1).probabilities
            answers.append(tuple(found[side] for side in sides.names))
        return answers

    return rule


def in_instants(claims: Sequence[Evidence]) -> list[Evidence]:
    """The same claims with the rows of one day at one instant, so that the more reliable is taken last."""
    return [claim._replace(reported_at=claim.event_at) for claim in claims]


def reading(claim: Evidence, sides: Sequence[str]) -> Shares | None:
    """A claim as one vote, shared among the sides that it speaks for; None if it says nothing of control.

    A loss speaks for all the others, a denial for its speaker's side or else for all the others, and a
    contest for everybody alike.
    """
    if claim.kind in (FOR, DENY_LOST):
        chosen = claim.sides
    elif claim.kind == DENY_GAIN and claim.lean is not None and claim.lean not in claim.sides:
        chosen = (claim.lean,)
    elif claim.kind in (LOST, DENY_GAIN):
        chosen = tuple(side for side in sides if side not in claim.sides)
    elif claim.kind in (CONTEST, INSIDE):
        chosen = tuple(sides)
    else:
        return None
    return tuple([1.0 / len(chosen) if side in chosen else 0.0 for side in sides]) if chosen else None


def last_claim(claims: Sequence[Evidence], days: Sequence[int], sides: Sides) -> list[Shares]:
    """Whoever the latest claim speaks for holds it; a contest speaks for nobody."""
    names = sides.names
    other = (1.0 - SURE) / (len(names) - 1)
    answers: list[Shares] = []
    p: Shares = tuple(1.0 / len(names) for _ in names)
    for _, today in _by_day(claims, days):
        for claim in today:
            told = None if claim.kind in (CONTEST, INSIDE) else reading(claim, names)
            if told is not None:
                p = tuple([other + (SURE - other) * share for share in told])
        answers.append(p)
    return answers


def latest_per_source(claims: Sequence[Evidence], days: Sequence[int], sides: Sides) -> list[Shares]:
    """Each source's latest word at its default reliability r, as if all of them were independent.

    A word is wrong in favour of any other side alike: it is worth ln(r (K - 1) / (1 - r)) between K sides.
    """
    names = sides.names
    answers: list[Shares] = []
    words: dict[str, Shares] = {}
    for _, today in _by_day(claims, days):
        for claim in today:
            told = reading(claim, names)
            if told is not None:
                weight = logit(reliability(claim, stance(claim, (), names))) + log(len(names) - 1)
                words[claim.origin] = _weighed(claim, told, names, weight)
        answers.append(_softmax([sum(word[i] for word in words.values()) for i in range(len(names))]))
    return answers


def _weighed(claim: Evidence, told: Shares, names: Sequence[str], weight: float) -> Shares:
    """The log-odds that a word gives to each side; a contest gives none."""
    if claim.kind in (CONTEST, INSIDE):
        return tuple(0.0 for _ in names)
    if claim.kind in (LOST, DENY_GAIN) and max(told) < 1.0:
        return tuple([-weight if side in claim.sides else 0.0 for side in names])
    return tuple([weight if share else 0.0 for share in told])


def _softmax(scores: Sequence[float]) -> Shares:
    top = max(scores)
    odds = [exp(score - top) for score in scores]
    return tuple([one / sum(odds) for one in odds])


def vote(half_life: float | None = None) -> Rule:
    """Each side's share of the votes of all claims, the older the lighter if asked."""

    def rule(claims: Sequence[Evidence], days: Sequence[int], sides: Sides) -> list[Shares]:
        answers: list[Shares] = []
        votes = [0.0 for _ in sides.names]
        counted: int | None = None
        for day, today in _by_day(claims, days):
            for at, claim in [*((claim.event_at // DAY, claim) for claim in today), (day, None)]:
                if half_life is not None and counted is not None:
                    votes = [one * 0.5 ** ((at - counted) / half_life) for one in votes]
                counted = at
                told = None if claim is None else reading(claim, sides.names)
                if told is not None:
                    votes = [one + share for one, share in zip(votes, told, strict=True)]
            total = sum(votes)
            answers.append(tuple([one / total if total else 1.0 / len(votes) for one in votes]))
        return answers

    return rule


def _by_day(claims: Sequence[Evidence], days: Sequence[int]) -> Iterator[tuple[int, list[Evidence]]]:
    """For each day asked about, the claims that came since the day before it."""
    waiting = sorted(claims, key=lambda claim: (claim.event_at, claim.reported_at))
    position = 0
    for day in days:
        start = position
        while position < len(waiting) and waiting[position].event_at // DAY <= day:
            position += 1
        yield day, waiting[start:position]
