"""Decides the verdicts set side by side: the belief, and the simpler rules that it has to beat.

A rule takes one place's claims and the days asked about, in order, and gives P(RU) at the end of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import exp
from typing import Final

from benchmarks.judgement.windows import SIDES
from tracker.judgement.belief import Fold
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.reliability import NEUTRAL, SELF_SERVING, logit, reliability, sigmoid
from tracker.judgement.vocabulary import FOR

Rule = Callable[[Sequence[Evidence], Sequence[int]], list[float]]

LIVE_FEED: Final = 5e-5
"""Rate of unreported change a day: these places are covered by live feeds."""
SURE: Final = 0.99
"""What "the last claim wins" gives its holder."""
HALF_LIFE: Final = 30.0
"""Days in which a vote loses half its weight."""


def belief(lam: float) -> Rule:
    """The model of `tracker.judgement.belief`, folded once; between claims it only decays."""

    def rule(claims: Sequence[Evidence], days: Sequence[int]) -> list[float]:
        fold = Fold(Sides.of(*SIDES), lam)
        russian, pi = fold.names.index("RU"), 1.0 / len(SIDES)
        answers: list[float] = []
        for day, today in _by_day(claims, days):
            for _ in fold.run(today):
                pass
            end = (day + 1) * DAY - 1
            answers.append(pi + (fold.p[russian] - pi) * exp(-lam * (end - fold.at) / DAY))
        return answers

    return rule


def in_instants(claims: Sequence[Evidence]) -> list[Evidence]:
    """The same claims with the rows of one day at one instant, so that the more reliable is taken last."""
    return [claim._replace(reported_at=claim.event_at) for claim in claims]


def last_claim(claims: Sequence[Evidence], days: Sequence[int]) -> list[float]:
    """Whoever the latest claim names holds it; a contest names nobody."""
    answers: list[float] = []
    p = 0.5
    for _, today in _by_day(claims, days):
        for claim in today:
            if claim.kind == FOR:
                p = SURE if "RU" in claim.sides else 1.0 - SURE
        answers.append(p)
    return answers


def latest_per_source(claims: Sequence[Evidence], days: Sequence[int]) -> list[float]:
    """Each source's latest word at its default reliability, as if all of them were independent."""
    answers: list[float] = []
    words: dict[str, float] = {}
    for _, today in _by_day(claims, days):
        for claim in today:
            words[claim.origin] = _sign(claim) * logit(_trust(claim))
        answers.append(sigmoid(sum(words.values())))
    return answers


def vote(half_life: float | None = None) -> Rule:
    """The share of all claims that name Russia (a contest: half a vote), the older the lighter if asked."""

    def rule(claims: Sequence[Evidence], days: Sequence[int]) -> list[float]:
        answers: list[float] = []
        russian = total = 0.0
        counted: int | None = None
        for day, today in _by_day(claims, days):
            for at, claim in [*((claim.event_at // DAY, claim) for claim in today), (day, None)]:
                if half_life is not None and counted is not None:
                    keep = 0.5 ** ((at - counted) / half_life)
                    russian, total = russian * keep, total * keep
                counted = at
                if claim is not None:
                    russian += (1.0 + _sign(claim)) / 2.0
                    total += 1.0
            answers.append(russian / total)
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


def _sign(claim: Evidence) -> int:
    """+1 for Russia, -1 for Ukraine, 0 for a contest."""
    if claim.kind != FOR:
        return 0
    return 1 if "RU" in claim.sides else -1


def _trust(claim: Evidence) -> float:
    return reliability(claim, SELF_SERVING if claim.lean in claim.sides else NEUTRAL)
