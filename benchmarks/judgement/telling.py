"""Decides how a claim about a simulated war is put: who notices, when it comes out, what it says."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

from benchmarks.judgement.campaign import Campaign, Happening, Town, distance
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.vocabulary import effect

DATED: Final = 0.7
"""Share of claims that say when it happened; the others are read as about the day they came out."""


class Report(NamedTuple):
    """A claim about a place, known from `evidence.reported_at` until it is withdrawn, if it ever is."""

    place: str
    evidence: Evidence
    withdrawn_at: int | None = None
    mistaken: bool = False
    """Its author would take it back if it knew better."""


class Habits(NamedTuple):
    """How reporting works in a war; shares in [0, 1], delays as mean days."""

    monitors: int = 2
    monitor_sees: float = 0.75
    monitor_delay: float = 1.2
    map_sees: float = 0.9
    """0: nobody keeps a map."""
    wire_relays: float = 0.35
    wire_sees: float = 0.4
    outlets: int = 3
    outlet_copies: float = 0.12
    attributed: float = 0.9
    """Share of what is relayed or copied that says whose word it is."""
    accounts: int = 2
    rumours: float = 0.4
    """Baseless captures a year for each town at the front and each account."""
    boasts: tuple[float, ...] = (0.6, 0.05, 0.3)
    """By side: share of its fights that it calls won before they are."""
    denies: tuple[float, ...] = (0.55, 0.3, 0.4)
    admits: tuple[float, ...] = (0.3, 0.6, 0.4)
    baseline: float = 0.9
    slow: float = 1.0
    """A factor on every delay."""
    seen: float = 1.0
    """A factor on every share of things seen."""


class Voice(NamedTuple):
    origin: str
    kind: str
    lean: str | None = None


class Teller:
    """Puts what voices say into claims. Times are days of the war."""

    def __init__(self, campaign: Campaign, habits: Habits, chance: Random) -> None:
        self.war = campaign
        self.habits = habits
        self.chance = chance
        self.towns = {town.id: town for town in campaign.towns}
        self._count = 0

    def say(
        self,
        voice: Voice,
        place: str,
        happened: float,
        reported: float,
        predicate: str,
        sides: tuple[str, ...],
        *,
        mistaken: bool = False,
        dated: bool | None = None,
        modality: str = "asserts",
        relation: str | None = None,
        extent: str | None = None,
        outcome: str | None = None,
        against: tuple[str, ...] = (),
        confidence: float | None = None,
    ) -> Report:
        """One claim; where it does not say when it happened, it is read as about when it came out."""
        if dated is None:
            dated = self.chance.random() < DATED
        at = happened if dated else reported
        claim = Evidence(
            claim=self.fresh(),
            kind=effect(predicate, modality, relation=relation, extent=extent, outcome=outcome),
            sides=tuple(sorted(sides)),
            event_at=int(min(at, reported) * DAY),
            reported_at=int(reported * DAY),
            origin=voice.origin,
            lean=voice.lean,
            source_kind=voice.kind,
            predicate=predicate,
            modality=modality,
            relation=relation,
            extent=extent,
            against=against,
            confidence=confidence,
        )
        return Report(place, claim, mistaken=mistaken)

    def sees(self, happening: Happening, share: float) -> bool:
        """Big places are noticed, villages often not."""
        weight = self.towns[happening.place].weight
        return self.chance.random() < share * self.habits.seen * (0.4 + 0.6 * weight)

    def later(self, day: float, mean: float) -> float:
        """When something that happened then comes out: soon as a rule, now and then much later."""
        return day + 0.05 + self.chance.expovariate(1.0 / (mean * self.habits.slow))

    def fresh(self) -> str:
        """An id that no claim has yet."""
        self._count += 1
        return f"c-{self._count:06}"

    def other(self, side: str) -> str:
        """Any side but this."""
        return self.chance.choice([one for one in self.war.sides if one != side])

    def neighbour_side(self, town: Town, day: int) -> str:
        """The nearest other side."""
        mine = self.war.holders[town.id][day]
        rivals = [other for other in self.war.towns if self.war.holders[other.id][day] != mine]
        return self.war.holders[min(rivals, key=lambda other: distance(town, other)).id][day]
