"""Decides who says of a simulated war what they saw themselves: monitors, a map, wires, accounts, parties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.judgement.campaign import ENTERED, FIGHTING, LEFT, LULL, REPELLED, TAKEN, Happening
from benchmarks.judgement.telling import Report, Teller, Voice

INVENTED: Final = 2.5
"""Captures a year that a party invents for each enemy town at the front, if it always boasts."""
MAP: Final = Voice("map", "map")


class Voices:
    """Everybody who was there, each in its way."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.war = teller.war
        self.habits = teller.habits
        self.chance = teller.chance

    def first_hand(self) -> list[Report]:
        """What all of them say but for who held what at the beginning."""
        return [*self.monitors(), *self.map(), *self.parties(), *self.wire(), *self.accounts()]

    def baseline(self) -> Iterator[Report]:
        """Who held what at the beginning, for most places; some of it out of date."""
        voice = Voice("baseline", "baseline")
        for town in self.war.towns:
            holder = self.war.holders[town.id][0]
            if self.chance.random() < 0.04:
                holder = self.chance.choice(self.war.sides)
            if self.chance.random() < self.habits.baseline:
                yield self.teller.say(voice, town.id, 0.0, 0.0, "holds", (holder,), dated=True)

    def monitors(self) -> Iterator[Report]:
        """Neutral, careful, a day late; now and then they read troops in a town as its fall."""
        for n in range(self.habits.monitors):
            voice = Voice(f"monitor-{n}", "monitor")
            delay = self.habits.monitor_delay * (1.0 + n)
            for one in self.war.happenings:
                if self.teller.sees(one, self.habits.monitor_sees):
                    yield from self.observed(voice, one, self.teller.later(one.day, delay), premature=0.06)
            yield from self.round_up(voice, every=14, share=0.3, lag=2)

    def wire(self) -> Iterator[Report]:
        """Its own people: quick, few, in the larger places."""
        voice = Voice("wire", "wire")
        for one in self.war.happenings:
            if self.teller.sees(one, self.habits.wire_sees):
                yield from self.observed(voice, one, self.teller.later(one.day, 0.6), premature=0.08)

    def accounts(self) -> Iterator[Report]:
        """Anonymous, instantly, often wrong, and with rumours of things that never happened."""
        for n in range(self.habits.accounts):
            voice = Voice(f"account-{n}", "anonymous")
            for one in self.war.happenings:
                if self.teller.sees(one, 0.4):
                    yield from self.observed(voice, one, self.teller.later(one.day, 0.2), premature=0.4)
            for day in range(0, self.war.days, 7):
                for town in self.war.front(day):
                    if self.chance.random() < self.habits.rumours * 7 / 365:
                        taker = self.teller.neighbour_side(town, day)
                        at = day + self.chance.uniform(0, 7)
                        yield self.teller.say(voice, town.id, at, at + 0.1, "captured", (taker,))

    def observed(
        self, voice: Voice, one: Happening, reported: float, *, premature: float
    ) -> Iterator[Report]:
        """What somebody of neither side makes of what it saw."""
        stated = self.stated(voice)
        if one.what == TAKEN:
            if self.chance.random() < 0.03:  # the wrong victor
                wrong = self.teller.other(one.by)
                yield self.teller.say(
                    voice, one.place, one.day, reported, "captured", (wrong,), mistaken=True
                )
            else:
                yield self.teller.say(
                    voice, one.place, one.day, reported, "captured", (one.by,), confidence=stated
                )
        elif one.what == LEFT:
            lost = self.chance.random() < 0.4
            predicate, side = ("lost", one.holder) if lost else ("captured", one.by)
            yield self.teller.say(voice, one.place, one.day, reported, predicate, (side,), confidence=stated)
        elif one.what == REPELLED:
            if self.chance.random() < 0.5:
                yield self.repelled(voice, one, reported)
        elif self.chance.random() < premature * (1.0 if one.what == ENTERED else 0.15):
            yield self.teller.say(
                voice, one.place, one.day, reported, "captured", (one.by,), mistaken=True, confidence=stated
            )
        else:
            yield from self.battle(voice, one, reported)

    def battle(self, voice: Voice, one: Happening, reported: float) -> Iterator[Report]:
        if one.what == ENTERED:
            yield self.teller.say(voice, one.place, one.day, reported, "advanced", (one.by,), relation="in")
        elif self.chance.random() < 0.15:
            yield self.teller.say(voice, one.place, one.day, reported, "captured", (one.by,), extent="part")
        elif self.chance.random() < 0.35:
            yield self.teller.say(
                voice, one.place, one.day, reported, "fighting", (one.by,),
                relation="in", against=(one.holder,),
            )  # fmt: skip

    def repelled(self, voice: Voice, one: Happening, reported: float) -> Report:
        """An attack beaten back: a word for the defender."""
        return self.teller.say(
            voice, one.place, one.day, reported, "fighting", (one.holder,),
            outcome="repelled", against=(one.by,),
        )  # fmt: skip

    def stated(self, voice: Voice) -> float | None:
        """A fifth of the assessments say how sure they are; it tells little about whether they are right."""
        if voice.kind not in ("monitor", "map") or self.chance.random() > 0.2:
            return None
        return self.chance.choice((0.55, 0.70, 0.85, 0.85))

    def map(self) -> Iterator[Report]:
        """A map that is drawn daily: it tells changes a day or three late, from what it sees on pictures."""
        if not self.habits.map_sees:
            return
        for one in self.war.happenings:
            if one.what in (TAKEN, LEFT) and self.teller.sees(one, self.habits.map_sees):
                reported = self.teller.later(one.day + 0.5, 1.5)
                side = self.teller.other(one.by) if self.chance.random() < 0.02 else one.by
                mistaken = side != one.by
                yield self.teller.say(MAP, one.place, one.day, reported, "holds", (side,), mistaken=mistaken)
        yield from self.round_up(MAP, every=30, share=0.9, lag=2)

    def round_up(self, voice: Voice, *, every: int, share: float, lag: int) -> Iterator[Report]:
        """Who holds what at the front, told regularly, as of some days ago."""
        for day in range(every, self.war.days, every):
            for town in self.war.front(day):
                if self.chance.random() < share * self.habits.seen * (0.4 + 0.6 * town.weight):
                    holder = self.war.holders[town.id][max(0, day - round(lag * self.habits.slow))]
                    at = day + self.chance.random()
                    yield self.teller.say(voice, town.id, at, at, "holds", (holder,))

    # -- parties ---------------------------------------------------------------------------------

    def parties(self) -> Iterator[Report]:
        """Each side about itself: gains at once and too early, losses denied, admitted late, or never."""
        for n, side in enumerate(self.war.sides):
            voice = Voice(f"party-{side}", "party", side)
            media = Voice(f"media-{side}", "state-media", side)
            for one in self.war.happenings:
                speaker = media if self.chance.random() < 0.3 else voice
                if one.by == side:
                    yield from self.boast(speaker, one, self.habits.boasts[n])
                elif one.holder == side:
                    yield from self.suffer(speaker, one, self.habits.denies[n], self.habits.admits[n])
            yield from self.invent(voice, side, INVENTED * self.habits.boasts[n])

    def invent(self, voice: Voice, side: str, rate: float) -> Iterator[Report]:
        """Captures at the front of which nothing is true, so many a year for each town there."""
        for day in range(0, self.war.days, 7):
            quiet = LULL if self.war.quiet[day] else 1.0
            for town in self.war.front(day):
                mine = self.war.holders[town.id][day] == side
                if not mine and self.chance.random() < rate * quiet * 7 / 365:
                    at = day + self.chance.uniform(0, 7)
                    yield self.teller.say(voice, town.id, at, at + 0.2, "captured", (side,))

    def boast(self, voice: Voice, one: Happening, premature: float) -> Iterator[Report]:
        """Of its own advance: won before it is, raids told as captures, failures not told at all."""
        reported = self.teller.later(one.day, 0.3)
        if one.what in (TAKEN, LEFT) and self.chance.random() < 0.9:
            yield self.teller.say(voice, one.place, one.day, reported, "captured", (one.by,))
            if self.chance.random() < 0.3:  # said again the next day
                yield self.teller.say(voice, one.place, one.day, reported + 1, "holds", (one.by,))
        elif one.what == ENTERED and self.teller.sees(one, 0.9):
            if self.chance.random() < premature:
                yield self.teller.say(voice, one.place, one.day, reported, "captured", (one.by,))
            else:
                yield self.teller.say(
                    voice, one.place, one.day, reported, "advanced", (one.by,), relation="in"
                )
        elif one.what == FIGHTING and self.chance.random() < premature * 0.1:
            fled = self.chance.random() < 0.4
            predicate, side = ("lost", one.holder) if fled else ("captured", one.by)
            yield self.teller.say(voice, one.place, one.day, reported, predicate, (side,))

    def suffer(self, voice: Voice, one: Happening, denies: float, admits: float) -> Iterator[Report]:
        """Under attack: everything is repelled; a loss is denied for days, and admitted by some, later."""
        reported = self.teller.later(one.day, 0.5)
        if one.what in (FIGHTING, REPELLED) and self.teller.sees(one, 0.9 if one.what == REPELLED else 0.12):
            yield self.repelled(voice, one, reported)
        elif one.what == ENTERED and self.teller.sees(one, denies):
            yield self.teller.say(
                voice, one.place, one.day, reported, "advanced", (one.by,), modality="denies", relation="in"
            )
        elif one.what in (TAKEN, LEFT):
            yield from self.lose(voice, one, reported, denies, admits)

    def lose(
        self, voice: Voice, one: Happening, reported: float, denies: float, admits: float
    ) -> Iterator[Report]:
        again = reported
        while self.chance.random() < denies:
            what, whose = ("lost", one.holder) if self.chance.random() < 0.3 else ("captured", one.by)
            yield self.teller.say(voice, one.place, one.day, again, what, (whose,), modality="denies")
            again = self.teller.later(again, 1.5)
            denies *= 0.6
        if self.chance.random() < admits:
            admitted = self.teller.later(again + 1.0, 4.0)
            yield self.teller.say(
                voice, one.place, one.day, admitted, "lost", (one.holder,), against=(one.by,)
            )
