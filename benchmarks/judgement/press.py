"""Decides what is said about a simulated war, by whom, when, and how wrongly.

Each voice sees part of what happened, after a while, and tells it in its way: monitors and a map
that assess, parties that boast, deny and are silent, wires that relay, outlets that copy, accounts
that rumour, an encyclopaedia that comes late. Then names are mixed up, claims are taken back, and
one feed mislabels a day's batch. The reasons for each habit stand in the folder's README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final, NamedTuple

from benchmarks.judgement.campaign import (
    ENTERED,
    FIGHTING,
    LEFT,
    LULL,
    REPELLED,
    TAKEN,
    Campaign,
    Happening,
    Town,
    distance,
)
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.vocabulary import effect

WRONG_PLACE: Final = 0.01
"""Share of claims that land on a neighbour."""
NAMESAKES: Final = 0.08
"""Share of towns that share their name with another one."""
MIXED_UP: Final = 0.15
"""Share of claims about a namesake that land on the other one."""
DATED: Final = 0.7
"""Share of claims that say when it happened; the others are read as about the day they came out."""
TAKEN_BACK: Final = 0.35
"""Share of the mistakes of those who correct themselves that are taken back, within days."""
INVENTED: Final = 2.5
"""Captures a year that a party invents for each enemy town at the front, if it always boasts."""
CORRECTING: Final = frozenset({"monitor", "wire", "map"})


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


class _Voice(NamedTuple):
    origin: str
    kind: str
    lean: str | None = None


def reports(campaign: Campaign, habits: Habits, chance: Random) -> list[Report]:
    """Everything that is said about a war, in the order in which it comes out."""
    press = _Press(campaign, habits, chance)
    told = list(press.baseline())
    first_hand = [*press.monitors(), *press.map(), *press.parties(), *press.wire(), *press.accounts()]
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
    def __init__(self, campaign: Campaign, habits: Habits, chance: Random) -> None:
        self.war = campaign
        self.habits = habits
        self.chance = chance
        self.towns = {town.id: town for town in campaign.towns}
        self.count = 0
        self.map_voice = _Voice("map", "map")

    # -- saying something ------------------------------------------------------------------------

    def say(
        self,
        voice: _Voice,
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
        self.count += 1
        if dated is None:
            dated = self.chance.random() < DATED
        at = happened if dated else reported
        claim = Evidence(
            claim=f"c-{self.count:06}",
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

    # -- voices ----------------------------------------------------------------------------------

    def baseline(self) -> Iterator[Report]:
        """Who held what at the beginning, for most places; some of it out of date."""
        voice = _Voice("baseline", "baseline")
        for town in self.war.towns:
            holder = self.war.holders[town.id][0]
            if self.chance.random() < 0.04:
                holder = self.chance.choice(self.war.sides)
            if self.chance.random() < self.habits.baseline:
                yield self.say(voice, town.id, 0.0, 0.0, "holds", (holder,), dated=True)

    def monitors(self) -> Iterator[Report]:
        """Neutral, careful, a day late; now and then they read troops in a town as its fall."""
        for n in range(self.habits.monitors):
            voice = _Voice(f"monitor-{n}", "monitor")
            delay = self.habits.monitor_delay * (1.0 + n)
            for one in self.war.happenings:
                if self.sees(one, self.habits.monitor_sees):
                    yield from self.observed(voice, one, self.later(one.day, delay), premature=0.06)
            yield from self.round_up(voice, every=14, share=0.3, lag=2)

    def wire(self) -> Iterator[Report]:
        """Its own people: quick, few, in the larger places."""
        voice = _Voice("wire", "wire")
        for one in self.war.happenings:
            if self.sees(one, self.habits.wire_sees):
                yield from self.observed(voice, one, self.later(one.day, 0.6), premature=0.08)

    def accounts(self) -> Iterator[Report]:
        """Anonymous, instantly, often wrong, and with rumours of things that never happened."""
        for n in range(self.habits.accounts):
            voice = _Voice(f"account-{n}", "anonymous")
            for one in self.war.happenings:
                if self.sees(one, 0.4):
                    yield from self.observed(voice, one, self.later(one.day, 0.2), premature=0.4)
            for day in range(0, self.war.days, 7):
                for town in self.war.front(day):
                    if self.chance.random() < self.habits.rumours * 7 / 365:
                        taker = self.neighbour_side(town, day)
                        at = day + self.chance.uniform(0, 7)
                        yield self.say(voice, town.id, at, at + 0.1, "captured", (taker,))

    def observed(
        self, voice: _Voice, one: Happening, reported: float, *, premature: float
    ) -> Iterator[Report]:
        """What somebody of neither side makes of what it saw."""
        stated = self.stated(voice)
        if one.what == TAKEN:
            if self.chance.random() < 0.03:  # the wrong victor
                wrong = self.other(one.by)
                yield self.say(voice, one.place, one.day, reported, "captured", (wrong,), mistaken=True)
            else:
                yield self.say(voice, one.place, one.day, reported, "captured", (one.by,), confidence=stated)
        elif one.what == LEFT:
            lost = self.chance.random() < 0.4
            predicate, side = ("lost", one.holder) if lost else ("captured", one.by)
            yield self.say(voice, one.place, one.day, reported, predicate, (side,), confidence=stated)
        elif one.what == REPELLED:
            if self.chance.random() < 0.5:
                yield self.repelled(voice, one, reported)
        elif self.chance.random() < premature * (1.0 if one.what == ENTERED else 0.15):
            yield self.say(
                voice, one.place, one.day, reported, "captured", (one.by,), mistaken=True, confidence=stated
            )
        else:
            yield from self.battle(voice, one, reported)

    def battle(self, voice: _Voice, one: Happening, reported: float) -> Iterator[Report]:
        if one.what == ENTERED:
            yield self.say(voice, one.place, one.day, reported, "advanced", (one.by,), relation="in")
        elif self.chance.random() < 0.15:
            yield self.say(voice, one.place, one.day, reported, "captured", (one.by,), extent="part")
        elif self.chance.random() < 0.35:
            yield self.say(
                voice, one.place, one.day, reported, "fighting", (one.by,),
                relation="in", against=(one.holder,),
            )  # fmt: skip

    def repelled(self, voice: _Voice, one: Happening, reported: float) -> Report:
        """An attack beaten back: a word for the defender."""
        return self.say(
            voice, one.place, one.day, reported, "fighting", (one.holder,),
            outcome="repelled", against=(one.by,),
        )  # fmt: skip

    def stated(self, voice: _Voice) -> float | None:
        """A fifth of the assessments say how sure they are; it tells little about whether they are right."""
        if voice.kind not in ("monitor", "map") or self.chance.random() > 0.2:
            return None
        return self.chance.choice((0.55, 0.70, 0.85, 0.85))

    def map(self) -> Iterator[Report]:
        """A map that is drawn daily: it tells changes a day or three late, from what it sees on pictures."""
        if not self.habits.map_sees:
            return
        for one in self.war.happenings:
            if one.what in (TAKEN, LEFT) and self.sees(one, self.habits.map_sees):
                reported = self.later(one.day + 0.5, 1.5)
                side = self.other(one.by) if self.chance.random() < 0.02 else one.by
                mistaken = side != one.by
                yield self.say(
                    self.map_voice, one.place, one.day, reported, "holds", (side,), mistaken=mistaken
                )
        yield from self.round_up(self.map_voice, every=30, share=0.9, lag=2)

    def round_up(self, voice: _Voice, *, every: int, share: float, lag: int) -> Iterator[Report]:
        """Who holds what at the front, told regularly, as of some days ago."""
        for day in range(every, self.war.days, every):
            for town in self.war.front(day):
                if self.chance.random() < share * self.habits.seen * (0.4 + 0.6 * town.weight):
                    holder = self.war.holders[town.id][max(0, day - round(lag * self.habits.slow))]
                    at = day + self.chance.random()
                    yield self.say(voice, town.id, at, at, "holds", (holder,))

    # -- parties ---------------------------------------------------------------------------------

    def parties(self) -> Iterator[Report]:
        """Each side about itself: gains at once and too early, losses denied, admitted late, or never."""
        for n, side in enumerate(self.war.sides):
            voice = _Voice(f"party-{side}", "party", side)
            media = _Voice(f"media-{side}", "state-media", side)
            for one in self.war.happenings:
                speaker = media if self.chance.random() < 0.3 else voice
                if one.by == side:
                    yield from self.boast(speaker, one, self.habits.boasts[n])
                elif one.holder == side:
                    yield from self.suffer(speaker, one, self.habits.denies[n], self.habits.admits[n])
            yield from self.invent(voice, side, INVENTED * self.habits.boasts[n])

    def invent(self, voice: _Voice, side: str, rate: float) -> Iterator[Report]:
        """Captures at the front of which nothing is true, so many a year for each town there."""
        for day in range(0, self.war.days, 7):
            quiet = LULL if self.war.quiet[day] else 1.0
            for town in self.war.front(day):
                mine = self.war.holders[town.id][day] == side
                if not mine and self.chance.random() < rate * quiet * 7 / 365:
                    at = day + self.chance.uniform(0, 7)
                    yield self.say(voice, town.id, at, at + 0.2, "captured", (side,))

    def boast(self, voice: _Voice, one: Happening, premature: float) -> Iterator[Report]:
        """Of its own advance: won before it is, raids told as captures, failures not told at all."""
        reported = self.later(one.day, 0.3)
        if one.what in (TAKEN, LEFT) and self.chance.random() < 0.9:
            yield self.say(voice, one.place, one.day, reported, "captured", (one.by,))
            if self.chance.random() < 0.3:  # said again the next day
                yield self.say(voice, one.place, one.day, reported + 1, "holds", (one.by,))
        elif one.what == ENTERED and self.sees(one, 0.9):
            if self.chance.random() < premature:
                yield self.say(voice, one.place, one.day, reported, "captured", (one.by,))
            else:
                yield self.say(voice, one.place, one.day, reported, "advanced", (one.by,), relation="in")
        elif one.what == FIGHTING and self.chance.random() < premature * 0.1:
            fled = self.chance.random() < 0.4
            predicate, side = ("lost", one.holder) if fled else ("captured", one.by)
            yield self.say(voice, one.place, one.day, reported, predicate, (side,))

    def suffer(self, voice: _Voice, one: Happening, denies: float, admits: float) -> Iterator[Report]:
        """Under attack: everything is repelled; a loss is denied for days, and admitted by some, later."""
        reported = self.later(one.day, 0.5)
        if one.what in (FIGHTING, REPELLED) and self.sees(one, 0.9 if one.what == REPELLED else 0.12):
            yield self.repelled(voice, one, reported)
        elif one.what == ENTERED and self.sees(one, denies):
            yield self.say(
                voice, one.place, one.day, reported, "advanced", (one.by,), modality="denies", relation="in"
            )
        elif one.what in (TAKEN, LEFT):
            yield from self.lose(voice, one, reported, denies, admits)

    def lose(
        self, voice: _Voice, one: Happening, reported: float, denies: float, admits: float
    ) -> Iterator[Report]:
        again = reported
        while self.chance.random() < denies:
            what, whose = ("lost", one.holder) if self.chance.random() < 0.3 else ("captured", one.by)
            yield self.say(voice, one.place, one.day, again, what, (whose,), modality="denies")
            again = self.later(again, 1.5)
            denies *= 0.6
        if self.chance.random() < admits:
            admitted = self.later(again + 1.0, 4.0)
            yield self.say(voice, one.place, one.day, admitted, "lost", (one.holder,), against=(one.by,))

    # -- what others make of it ------------------------------------------------------------------

    def relayed(self, told: Iterable[Report]) -> Iterator[Report]:
        """A wire passes on what parties say."""
        for report in told:
            claim = report.evidence
            weight = self.towns[report.place].weight
            share = self.habits.wire_relays * (0.4 + 0.6 * weight)
            if claim.lean is None or self.chance.random() > share:
                continue
            reported = self.later(claim.reported_at / DAY, 0.4)
            yield self.repeated(report, reported, _Voice("wire", "wire"))

    def copied(self, told: Iterable[Report]) -> Iterator[Report]:
        """Outlets copy whatever there is, and copies of copies go round."""
        fresh = [one for one in told if one.evidence.source_kind != "baseline"]
        for _ in range(2):
            copies = []
            for report in fresh:
                for n in range(self.habits.outlets):
                    if self.chance.random() < self.habits.outlet_copies:
                        reported = self.later(report.evidence.reported_at / DAY, 1.0)
                        copies.append(self.repeated(report, reported, _Voice(f"outlet-{n}", "media")))
            yield from copies
            fresh = copies

    def repeated(self, report: Report, reported: float, voice: _Voice) -> Report:
        """The same words later, mostly in the name of who said them; what is not is the repeater's own.

        A twentieth is garbled: who was there is said to have it.
        """
        self.count += 1
        claim = report.evidence
        at = int(reported * DAY)
        moved = claim.event_at if self.chance.random() < DATED else at
        claim = claim._replace(claim=f"c-{self.count:06}", reported_at=at, event_at=moved, confidence=None)
        if self.chance.random() > self.habits.attributed:
            claim = claim._replace(origin=voice.origin, source_kind=voice.kind, lean=voice.lean)
        if claim.predicate in ("advanced", "fighting") and self.chance.random() < 0.05:
            claim = claim._replace(
                kind="for", predicate="captured", modality="asserts", relation=None, extent=None
            )
        return Report(report.place, claim)

    def encyclopaedia(self, told: Iterable[Report]) -> Iterator[Report]:
        """A list that volunteers bring up to date from monitors and parties, days to weeks later."""
        voice = _Voice("encyclopaedia", "encyclopaedia")
        for report in told:
            claim = report.evidence
            holder = claim.kind == "for" and claim.predicate != "fighting"
            if holder and self.chance.random() < 0.15:
                reported = self.later(claim.reported_at / DAY + 1, 6.0)
                yield self.say(voice, report.place, claim.event_at / DAY, reported, "holds", claim.sides)

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
        return report._replace(withdrawn_at=int(self.later(claim.reported_at / DAY + 0.5, 3.0) * DAY))

    def mislabelled(self) -> list[Report]:
        """In half of the wars the map gives a side's places to another for three days, then puts it right."""
        if not self.habits.map_sees or self.chance.random() < 0.5:
            return []
        day = self.chance.randrange(60, self.war.days - 10)
        side = self.chance.choice(self.war.sides)
        wrong, told = self.other(side), []
        for town in self.war.towns:
            if self.war.holders[town.id][day - 1] == side and self.chance.random() < 0.8:
                for at, holder in ((day, wrong), (day + 3, side)):
                    told.append(
                        self.say(self.map_voice, town.id, at + 0.5, at + 0.5, "holds", (holder,), dated=True)
                    )
        return told

    # -- sides -----------------------------------------------------------------------------------

    def other(self, side: str) -> str:
        """Any side but this."""
        return self.chance.choice([one for one in self.war.sides if one != side])

    def neighbour_side(self, town: Town, day: int) -> str:
        """The nearest other side."""
        mine = self.war.holders[town.id][day]
        rivals = [other for other in self.war.towns if self.war.holders[other.id][day] != mine]
        return self.war.holders[min(rivals, key=lambda other: distance(town, other)).id][day]
