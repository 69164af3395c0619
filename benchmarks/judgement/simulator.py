"""Decides which wars the judgement is tried on: regimes, seeds, and what is known at the end of a day.

The wars (`campaign`) and what is said about them (`press`) come from how towns are fought over and
reported on, not from the belief's own steps. Seeds for tuning and for testing are apart, by name.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from random import Random
from typing import Final, NamedTuple

from benchmarks.judgement.campaign import Campaign, Tempo, Town, wage
from benchmarks.judgement.press import reports
from benchmarks.judgement.telling import Habits, Report
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.scoring import Outcome

TOWNS: Final = 60
DAYS: Final = 300
TUNING: Final = (11, 12, 13)
"""Seeds that may be looked at while something is being chosen."""
TEST: Final = (101, 102, 103, 104, 105)
"""Seeds that only figures for publication are taken from."""


class Regime(NamedTuple):
    """A kind of war, and of reporting on it."""

    name: str
    sides: tuple[str, ...]
    tempo: Tempo
    habits: Habits


TWO: Final = ("army", "front")
THREE: Final = ("army", "front", "league")

_MEDIUM: Final = Tempo(
    offensives=36, bounds=3, days=5, success=0.55, counterattacks=0.2, raids=16, collapses=0.7, lulls=0.3
)

REGIMES: Final = (
    Regime(
        "war of movement", TWO,
        Tempo(offensives=48, bounds=6, days=2.5, success=0.75, counterattacks=0.15, raids=16, collapses=2,
              lulls=0.2),
        Habits(),
    ),
    Regime(
        "frozen front", TWO,
        Tempo(offensives=30, bounds=0.5, days=12, success=0.35, counterattacks=0.3, raids=30, collapses=0,
              lulls=0.4),
        Habits(),
    ),
    Regime("three sides", THREE, _MEDIUM, Habits()),
    Regime(
        "propaganda", TWO, _MEDIUM,
        Habits(monitors=1, monitor_sees=0.3, monitor_delay=4, map_sees=0, wire_relays=0.7, wire_sees=0.1,
               outlet_copies=0.3, attributed=0.6, accounts=4, rumours=1.2, boasts=(0.7, 0.4),
               denies=(0.8, 0.6), admits=(0.15, 0.3)),
    ),
    Regime(
        "few reports", TWO, _MEDIUM,
        Habits(monitors=1, map_sees=0, outlets=1, accounts=1, baseline=0.7, slow=3, seen=0.3),
    ),
)  # fmt: skip


class War(NamedTuple):
    """A war with its known truth and everything that was said about it."""

    regime: Regime
    seed: int
    campaign: Campaign
    told: tuple[Report, ...]

    @property
    def name(self) -> str:
        """The regime and the seed."""
        return f"{self.regime.name} #{self.seed}"

    @property
    def sides(self) -> tuple[str, ...]:
        """The parties, in id order."""
        return self.campaign.sides

    @property
    def towns(self) -> tuple[Town, ...]:
        """The places, with where they lie."""
        return self.campaign.towns

    def outcomes(self) -> list[Outcome]:
        """Who held each place, from the end of each day on which that changed."""
        return [
            Outcome(place, end_of(day), side)
            for place, held in self.campaign.holders.items()
            for day, side in enumerate(held)
            if day == 0 or held[day - 1] != side
        ]

    def near(self, place: str, days: int) -> set[int]:
        """The days at most so many days before or after a true change at the place."""
        held = self.campaign.holders[place]
        changes = (day for day, (a, b) in enumerate(pairwise(held), start=1) if a != b)
        return {day for change in changes for day in range(change - days, change + days + 1)}


def end_of(day: int) -> int:
    """The last instant of a day, counted from the first."""
    return (day + 1) * DAY - 1


def war(regime: Regime, seed: int, towns: int = TOWNS, days: int = DAYS) -> War:
    """The same war for the same seed; what is said is drawn apart, so that it changes no fight."""
    campaign = wage(regime.sides, regime.tempo, towns, days, Random(f"{regime.name} war {seed}"))
    told = reports(campaign, regime.habits, Random(f"{regime.name} press {seed}"))
    return War(regime, seed, campaign, tuple(told))


class Knowledge(NamedTuple):
    """What is known of a place from a day on, until something is added or taken back."""

    first: int
    last: int
    claims: tuple[Evidence, ...]


def knowledge(told: War) -> dict[str, list[Knowledge]]:
    """For each place, what is known at the end of each day, in stretches in which it stays the same."""
    of: dict[str, list[Report]] = defaultdict(list)
    for report in told.told:
        of[report.place].append(report)
    return {town.id: _stretches(of[town.id], told.campaign.days) for town in told.towns}


def _stretches(told: list[Report], days: int) -> list[Knowledge]:
    moments = {0}
    for one in told:
        moments.add(one.evidence.reported_at // DAY)
        if one.withdrawn_at is not None:
            moments.add(one.withdrawn_at // DAY)
    starts = sorted(day for day in moments if day < days)
    return [
        Knowledge(first, after - 1, _known(told, end_of(first))) for first, after in pairwise([*starts, days])
    ]


def _known(told: list[Report], at: int) -> tuple[Evidence, ...]:
    claims = [
        one.evidence
        for one in told
        if one.evidence.reported_at <= at and (one.withdrawn_at is None or one.withdrawn_at > at)
    ]
    return tuple(sorted(claims, key=lambda claim: (claim.event_at, claim.reported_at, claim.claim)))
