"""Decides what a rule's error on a day is put down to: silence, disbelief, lies, or mere caution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.judgement.rivals import Shares, reading
from benchmarks.judgement.simulator import Knowledge, War
from benchmarks.judgement.trial import Answers
from tracker.judgement.evidence import DAY, Evidence


class Causes(NamedTuple):
    """Parts of a Brier score; they add up to it."""

    no_claim: float
    """Nobody ever said anything about the place."""
    not_yet_told: float
    """Wrong, and no claim known yet speaks for who has had the place since the last true change."""
    not_believed: float
    """Wrong, although such a claim is known, and the rule was not right before in this spell."""
    misled: float
    """Wrong, after having been right since the last true change."""
    cautious: float
    """Right, but less than certain."""


def causes(
    wars: Sequence[War], known: Sequence[Mapping[str, Sequence[Knowledge]]], answers: Sequence[Answers]
) -> Causes:
    """The mean squared error of some wars, by cause."""
    totals = [0.0] * len(Causes._fields)
    days = 0
    for war, stretches, given in zip(wars, known, answers, strict=True):
        for place, told in given.items():
            claims = [one.claims for one in stretches[place] for _ in range(one.first, one.last + 1)]
            _place(war, place, told, claims, totals)
            days += len(told)
    return Causes(*(total / days for total in totals))


def _place(
    war: War,
    place: str,
    told: Sequence[Shares | None],
    claims: Sequence[tuple[Evidence, ...]],
    totals: list[float],
) -> None:
    held = war.campaign.holders[place]
    since, was_right = 0, False
    heard: tuple[tuple[Evidence, ...], int, bool] | None = None
    for day, p in enumerate(told):
        if day and held[day] != held[day - 1]:
            since, was_right, heard = day, False, None
        truth = war.sides.index(held[day])
        error = _squared(p or tuple(1.0 / len(war.sides) for _ in war.sides), truth)
        if p is None:
            totals[0] += error
        elif max(p) == p[truth]:
            was_right = True
            totals[4] += error
        elif was_right:
            totals[3] += error
        else:
            if heard is None or heard[0] is not claims[day]:
                heard = claims[day], since, _spoken_for(claims[day], war.sides, truth, since)
            totals[2 if heard[2] else 1] += error


def _squared(p: Shares, truth: int) -> float:
    return sum((share - (i == truth)) ** 2 for i, share in enumerate(p))


def _spoken_for(claims: Sequence[Evidence], sides: Sequence[str], truth: int, since: int) -> bool:
    """Whether a claim about the time since then names, alone, who really holds the place."""
    told = (reading(one, sides) for one in claims if one.event_at // DAY >= since)
    return any(one is not None and one[truth] == 1.0 for one in told)
