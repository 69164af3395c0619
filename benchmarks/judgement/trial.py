"""Decides what a rule answers in a simulated war, day by day, and what is to be counted about it.

The answer about a day is the one that could be given at its end: what had come out by then, less
what had been taken back. `hindsight` asks again with everything that ever came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from benchmarks.judgement.campaign import Town, distance
from benchmarks.judgement.rivals import Rule, Shares
from benchmarks.judgement.simulator import Knowledge, War, end_of
from tracker.judgement.evidence import DAY, Sides
from tracker.judgement.scoring import Answer, Judged, Outcome, Outcomes, Scores, brier, score, together

NAMED_FROM: Final = 0.5
"""From this probability on a rule is taken to name a holder; the same for all of them."""
NEIGHBOURS: Final = 5
NEAR: Final = 14
"""Days before and after a true change that are near it."""

Answers = dict[str, list[Shares | None]]
"""By place, for each day from the first: a probability by side, or None where no claim is known."""


class Result(NamedTuple):
    """A rule's scores in some wars; `near` is the Brier score of days near true changes."""

    scores: Scores
    near: float
    near_days: int


def pooled(results: Sequence[Result]) -> Result:
    """Some results as one."""
    days = sum(one.near_days for one in results)
    near = sum(one.near * one.near_days for one in results) / days if days else 0.0
    return Result(together([one.scores for one in results]), near, days)


def answered(known: Mapping[str, Sequence[Knowledge]], sides: Sides, rule: Rule) -> Answers:
    """A rule's answers, each from what was known on its day."""
    answers: Answers = {}
    for place, stretches in known.items():
        told: list[Shares | None] = []
        for one in stretches:
            days = range(one.first, one.last + 1)
            told += rule(one.claims, days, sides) if one.claims else [None] * len(days)
        answers[place] = told
    return answers


def hindsight(known: Mapping[str, Sequence[Knowledge]]) -> dict[str, list[Knowledge]]:
    """As if everything had been known from the first day on, except what was taken back by the last."""
    return {
        place: [Knowledge(0, stretches[-1].last, stretches[-1].claims)] for place, stretches in known.items()
    }


def filled(answers: Answers, towns: Sequence[Town]) -> Answers:
    """Where a place has no claim, the mean of the nearest places that have one."""
    near = {
        town.id: [other.id for other in sorted(towns, key=lambda other: distance(town, other))][1:]
        for town in towns
    }

    def fill(place: str, day: int) -> Shares | None:
        told = (answers[other][day] for other in near[place])
        nearest = [one for one, _ in zip((one for one in told if one), range(NEIGHBOURS), strict=False)]
        return tuple(sum(p) / len(nearest) for p in zip(*nearest, strict=True)) if nearest else None

    return {
        place: [fill(place, day) if one is None else one for day, one in enumerate(told)]
        for place, told in answers.items()
    }


def series(war: War, answers: Answers) -> list[Answer]:
    """The answers as they are scored, from the first day on. Where nothing is known, all sides are alike."""
    names = war.sides
    unknown: Shares = tuple(1.0 / len(names) for _ in names)
    told: list[Answer] = []
    for place, days in answers.items():
        before: Shares | None = None
        probabilities: dict[str, float] = {}
        named: str | None = None
        for day, p in enumerate(days):
            if p is not before or not probabilities:
                before = p
                probabilities = dict(zip(names, p or unknown, strict=True))
                best = max(names, key=lambda name: (probabilities[name], name))
                named = best if p and probabilities[best] >= NAMED_FROM else None
            told.append(Answer(f"{war.name} {place}", end_of(day), probabilities, named))
    return told


def outcomes(war: War) -> list[Outcome]:
    """What was so, by the same names of places as in `series`."""
    return [one._replace(place=f"{war.name} {one.place}") for one in war.outcomes()]


def result(wars: Sequence[War], answers: Sequence[Answers]) -> Result:
    """The scores of one rule over some wars together."""
    told = [one for war, given in zip(wars, answers, strict=True) for one in series(war, given)]
    truth = [one for war in wars for one in outcomes(war)]
    near = near_events(wars, Outcomes(truth).judge(told))
    return Result(score(told, truth), brier(near), len(near))


def near_events(wars: Iterable[War], judged: Iterable[Judged]) -> list[Judged]:
    """Those within `NEAR` days of a true change at their place."""
    days = {f"{war.name} {town.id}": war.near(town.id, NEAR) for war in wars for town in war.towns}
    return [one for one in judged if one.answer.at // DAY in days[one.answer.place]]
