"""Decides what is made of what was said about a simulated war: relayed, copied, mixed up, taken back.

Each voice (`voices.py`) sees part of what happened, after a while, and tells it in its way. Then wires
relay, outlets copy, an encyclopaedia comes late, names are mixed up, claims are taken back, and one feed
mislabels a day's batch. The reasons for each habit stand in the folder's README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from benchmarks.judgement.campaign import Campaign, distance
from benchmarks.judgement.telling import DATED, Habits, Report, Teller, Voice
from benchmarks.judgement.voices import MAP, Voices
from tracker.judgement.evidence import DAY

WRONG_PLACE: Final = 0.01
"""Share of claims that land on a neighbour."""
NAMESAKES: Final = 0.08
"""Share of towns that share their name with another one."""
MIXED_UP: Final = 0.15
"""Share of claims about a namesake that land on the other one."""
TAKEN_BACK: Final = 0.35
"""Share of the mistakes of those who correct themselves that are taken back, within days."""
CORRECTING: Final = frozenset({"monitor", "wire", "map"})


def reports(campaign: Campaign, habits: Habits, chance: Random) -> list[Report]:
    """Everything that is said about a war, in the order in which it comes out."""
    teller = Teller(campaign, habits, chance)
    voices, press = Voices(teller), _Press(teller)
    told = list(voices.baseline())
    first_hand = voices.first_hand()
    told += first_hand
    told += press.relayed(first_hand)
    told += press.copied(told)
    told += press.encyclopaedia(first_hand)
    told = list(press.misplaced(told))
    told = [press.withdrawn(report) for report in told]
    told += press.mislabelled()
    told = [one for one in told if one.evidence.reported_at < campaign.days * DAY]
    told.sort(key=lambda one: (one.evidence.reported_at, one.evidence.claim))
    return told


class _Press:
    """What others make of it, and what goes wrong on the way."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.war = teller.war
        self.habits = teller.habits
        self.chance = teller.chance
        self.towns = teller.towns

    def relayed(self, told: Iterable[Report]) -> Iterator[Report]:
        """A wire passes on what parties say."""
        for report in told:
            claim = report.evidence
            weight = self.towns[report.place].weight
            share = self.habits.wire_relays * (0.4 + 0.6 * weight)
            if claim.lean is None or self.chance.random() > share:
                continue
            reported = self.teller.later(claim.reported_at / DAY, 0.4)
            yield self.repeated(report, reported, Voice("wire", "wire"))

    def copied(self, told: Iterable[Report]) -> Iterator[Report]:
        """Outlets copy whatever there is, and copies of copies go round."""
        fresh = [one for one in told if one.evidence.source_kind != "baseline"]
        for _ in range(2):
            copies = []
            for report in fresh:
                for n in range(self.habits.outlets):
                    if self.chance.random() < self.habits.outlet_copies:
                        reported = self.teller.later(report.evidence.reported_at / DAY, 1.0)
                        copies.append(self.repeated(report, reported, Voice(f"outlet-{n}", "media")))
            yield from copies
            fresh = copies

    def repeated(self, report: Report, reported: float, voice: Voice) -> Report:
        """The same words later, mostly in the name of who said them; what is not is the repeater's own.

        A twentieth is garbled: who was there is said to have it.
        """
        claim = report.evidence
        at = int(reported * DAY)
        moved = claim.event_at if self.chance.random() < DATED else at
        claim = claim._replace(claim=self.teller.fresh(), reported_at=at, event_at=moved, confidence=None)
        if self.chance.random() > self.habits.attributed:
            claim = claim._replace(origin=voice.origin, source_kind=voice.kind, lean=voice.lean)
        if claim.predicate in ("advanced", "fighting") and self.chance.random() < 0.05:
            claim = claim._replace(
                kind="for", predicate="captured", modality="asserts", relation=None, extent=None
            )
        return Report(report.place, claim)

    def encyclopaedia(self, told: Iterable[Report]) -> Iterator[Report]:
        """A list that volunteers bring up to date from monitors and parties, days to weeks later."""
        voice = Voice("encyclopaedia", "encyclopaedia")
        for report in told:
            claim = report.evidence
            holder = claim.kind == "for" and claim.predicate != "fighting"
            if holder and self.chance.random() < 0.15:
                reported = self.teller.later(claim.reported_at / DAY + 1, 6.0)
                yield self.teller.say(
                    voice, report.place, claim.event_at / DAY, reported, "holds", claim.sides
                )

    # -- defects ---------------------------------------------------------------------------------

    def misplaced(self, told: Iterable[Report]) -> Iterator[Report]:
        """Claims that land on a place of the same name, or on the next town."""
        names = list(self.towns)
        self.chance.shuffle(names)
        pairs = round(len(names) * NAMESAKES / 2)
        namesakes = dict(zip(names[:pairs], names[pairs : 2 * pairs], strict=True))
        namesakes |= {other: one for one, other in namesakes.items()}
        for report in told:
            baseline = report.evidence.source_kind == "baseline"
            if report.place in namesakes and self.chance.random() < MIXED_UP and not baseline:
                yield report._replace(place=namesakes[report.place], mistaken=True)
            elif self.chance.random() < WRONG_PLACE and not baseline:
                here = self.towns[report.place]
                near = min((t for t in self.war.towns if t != here), key=lambda t: distance(here, t))
                yield report._replace(place=near.id, mistaken=True)
            else:
                yield report

    def withdrawn(self, report: Report) -> Report:
        """Some mistakes of those who correct themselves are taken back within days."""
        claim = report.evidence
        if not report.mistaken or claim.source_kind not in CORRECTING or self.chance.random() > TAKEN_BACK:
            return report
        return report._replace(withdrawn_at=int(self.teller.later(claim.reported_at / DAY + 0.5, 3.0) * DAY))

    def mislabelled(self) -> list[Report]:
        """In half of the wars the map gives a side's places to another for three days, then puts it right."""
        if not self.habits.map_sees or self.chance.random() < 0.5:
            return []
        day = self.chance.randrange(60, self.war.days - 10)
        side = self.chance.choice(self.war.sides)
        wrong, told = self.teller.other(side), []
        for town in self.war.towns:
            if self.war.holders[town.id][day - 1] == side and self.chance.random() < 0.8:
                for at, holder in ((day, wrong), (day + 3, side)):
                    told.append(
                        self.teller.say(MAP, town.id, at + 0.5, at + 0.5, "holds", (holder,), dated=True)
                    )
        return told
