"""Decides what happens in a simulated war: towns, fronts, offensives, raids, who holds what each day.

Nothing here knows of the belief or of anybody's reports. Control changes because somebody marches:
a town falls only to a side that stands near it, after fighting that may fail; towns fall one after
the other along a direction; some are retaken; a sector may collapse within days; there are lulls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from random import Random
from typing import Final, NamedTuple

WIDTH: Final = 240.0
HEIGHT: Final = 160.0
"""Kilometres: about the size of a province or two."""
FRONT_KM: Final = 25.0
"""A town this near to a town of another side lies at the front."""
REACH_KM: Final = 45.0
"""How far an offensive goes in one bound, and how deep a raid gets."""
LULL: Final = 0.1
"""What is left of the fighting in a quiet time."""

FIGHTING, ENTERED, REPELLED, TAKEN, LEFT = "fighting", "entered", "repelled", "taken", "left"


class Town(NamedTuple):
    """A place: where it lies, in kilometres, and how much the world cares, in (0, 1]."""

    id: str
    x: float
    y: float
    weight: float


class Tempo(NamedTuple):
    """How a war is fought. Rates are a year over the whole plane."""

    offensives: float
    bounds: float
    """Towns that an offensive takes before it runs out of strength, on average."""
    days: float
    """Days of fighting for a town, on average."""
    success: float
    counterattacks: float
    """Share of the towns taken that are attacked again within days."""
    raids: float
    collapses: float
    lulls: float
    """Share of the time that is quiet."""


class Happening(NamedTuple):
    """Something that really happened; `day` has hours as its fraction, `holder` held the town before it."""

    day: float
    place: str
    what: str
    by: str
    holder: str
    falls: bool
    """Whether this fight ends with the town taken (a witness of the middle cannot know)."""


class Campaign(NamedTuple):
    """A whole war: `holders` has for each town who held it at the end of each day."""

    sides: tuple[str, ...]
    towns: tuple[Town, ...]
    days: int
    happenings: tuple[Happening, ...]
    holders: dict[str, tuple[str, ...]]
    quiet: tuple[bool, ...]

    @property
    def changes(self) -> int:
        """How often a town had another holder than the day before."""
        return sum(a != b for days in self.holders.values() for a, b in pairwise(days))

    def front(self, day: int) -> list[Town]:
        """The towns within `FRONT_KM` of a town of another side, at the end of a day."""
        return [
            town
            for town in self.towns
            if any(
                self.holders[town.id][day] != self.holders[other.id][day] and distance(town, other) < FRONT_KM
                for other in self.towns
            )
        ]


def distance(one: Town, other: Town) -> float:
    """Kilometres between two towns."""
    return hypot(one.x - other.x, one.y - other.y)


def wage(sides: tuple[str, ...], tempo: Tempo, towns: int, days: int, chance: Random) -> Campaign:
    """A war from its first day to its last."""
    war = _War(sides, tempo, tuple(_towns(towns, chance)), chance)
    quiet = _lulls(tempo.lulls, days, chance)
    held: dict[str, list[str]] = {town.id: [] for town in war.towns}
    for day in range(days):
        war.live(day, LULL if quiet[day] else 1.0)
        for place, side in war.holder.items():
            held[place].append(side)
    holders = {place: tuple(told) for place, told in held.items()}
    return Campaign(sides, war.towns, days, tuple(sorted(war.happenings)), holders, tuple(quiet))


def _towns(count: int, chance: Random) -> Iterator[Town]:
    """Half of them in clusters, as settlements are; few are of much interest, most of little (Zipf)."""
    hubs = [(chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)) for _ in range(5)]
    for n in range(count):
        x, y = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
        if n % 2:
            hub = chance.choice(hubs)
            x, y = chance.gauss(hub[0], 15.0), chance.gauss(hub[1], 15.0)
        yield Town(f"town-{n:02}", x, y, max(0.15, (1 + n % 10) ** -0.7))


def _lulls(share: float, days: int, chance: Random) -> list[bool]:
    """Quiet times of two to six weeks until they make up the share."""
    quiet = [False] * days
    while sum(quiet) < share * days:
        start = chance.randrange(days)
        for day in range(start, min(days, start + chance.randint(14, 42))):
            quiet[day] = True
    return quiet


@dataclass
class _Battle:
    """A fight for a town that goes on until `until`; `bounds` is what the offensive has in it after it."""

    place: Town
    by: str
    until: float
    falls: bool
    bounds: int
    heading: tuple[float, float]
    shouted: bool = False


@dataclass
class _War:
    sides: tuple[str, ...]
    tempo: Tempo
    towns: tuple[Town, ...]
    chance: Random
    holder: dict[str, str] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    battles: list[_Battle] = field(default_factory=list)
    falling: list[tuple[float, Town, str]] = field(default_factory=list)
    leaving: list[tuple[float, Town, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Each side holds what is nearest to its seat; a few towns are pockets of another."""
        seats = [self.chance.choice(self.towns)]
        while len(seats) < len(self.sides):  # far from each other, or nobody would have a hinterland
            seats.append(max(self.towns, key=lambda town: min(distance(town, seat) for seat in seats)))
        for town in self.towns:
            near = min(range(len(seats)), key=lambda n: distance(town, seats[n]))
            pocket = self.chance.random() < 0.03
            self.holder[town.id] = self.chance.choice(self.sides) if pocket else self.sides[near]

    def live(self, day: int, intensity: float) -> None:
        """One day: what was under way goes on, and something new may begin."""
        self._withdraw(day)
        self._collapse(day)
        for battle in list(self.battles):
            self._fight(day, battle)
        for rate, begin in (
            (self.tempo.offensives, self._offensive),
            (self.tempo.raids, self._raid),
            (self.tempo.collapses, self._rout),
        ):
            if self.chance.random() < rate * intensity / 365.0:
                begin(day)

    def _note(self, day: float, town: Town, what: str, by: str, falls: bool = False) -> None:
        self.happenings.append(Happening(day, town.id, what, by, self.holder[town.id], falls))

    def _take(self, day: float, town: Town, by: str, what: str = TAKEN) -> None:
        self._note(day, town, what, by, falls=True)
        self.holder[town.id] = by

    def _hour(self, day: int) -> float:
        return day + self.chance.uniform(0.1, 0.9)

    def _targets(self, km: float) -> list[tuple[Town, str]]:
        """Towns with a side that stands near enough to attack them; across a gap, the nearest."""
        pairs = [
            (distance(town, other), town, self.holder[other.id])
            for town in self.towns
            for other in self.towns
            if self.holder[town.id] != self.holder[other.id]
        ]
        nearest = min((apart for apart, _, _ in pairs), default=0.0)
        return [(town, by) for apart, town, by in pairs if apart < max(km, nearest + 5.0)]

    def _offensive(self, day: int) -> None:
        if targets := self._targets(REACH_KM):
            town, by = self.chance.choice(targets)
            bounds = min(20, int(self.chance.expovariate(1.0 / self.tempo.bounds)))
            self._attack(day, town, by, bounds, (self.chance.gauss(0, 1), self.chance.gauss(0, 1)))

    def _attack(self, day: int, town: Town, by: str, bounds: int, heading: tuple[float, float]) -> None:
        if any(battle.place == town for battle in self.battles):
            return
        length = self.chance.gammavariate(2.0, self.tempo.days / 2.0)
        falls = self.chance.random() < self.tempo.success
        self.battles.append(_Battle(town, by, day + length, falls, bounds, heading))

    def _fight(self, day: int, battle: _Battle) -> None:
        if self.holder[battle.place.id] == battle.by:  # it fell some other way
            self.battles.remove(battle)
            return
        if day < battle.until:
            what = ENTERED if not battle.shouted and battle.until - day < self.tempo.days / 2 else FIGHTING
            battle.shouted = battle.shouted or what == ENTERED
            self._note(self._hour(day), battle.place, what, battle.by, battle.falls)
            return
        self.battles.remove(battle)
        if not battle.falls:
            self._note(self._hour(day), battle.place, REPELLED, battle.by)
            return
        loser = self.holder[battle.place.id]
        self._take(self._hour(day), battle.place, battle.by)
        self._go_on(day, battle)
        if self.chance.random() < self.tempo.counterattacks:
            self._attack(day + self.chance.randint(1, 6), battle.place, loser, 0, (0.0, 0.0))

    def _go_on(self, day: int, battle: _Battle) -> None:
        """The next town on the way: near the last, rather ahead than behind."""
        here, (dx, dy) = battle.place, battle.heading
        ahead = [
            (distance(here, town) - 10.0 * ((town.x - here.x) * dx + (town.y - here.y) * dy > 0), town)
            for town in self.towns
            if self.holder[town.id] != battle.by and distance(here, town) < REACH_KM
        ]
        if battle.bounds > 0 and ahead:
            self._attack(day, min(ahead)[1], battle.by, battle.bounds - 1, battle.heading)

    def _raid(self, day: int) -> None:
        """In and out again within days; half of the raiders really have the town meanwhile."""
        if not (targets := self._targets(REACH_KM)):
            return
        town, by = self.chance.choice(targets)
        at, owner = self._hour(day), self.holder[town.id]
        self._note(at, town, ENTERED, by)
        if self.chance.random() < 0.5:
            self._take(at + 0.05, town, by)
            self.leaving.append((day + self.chance.randint(1, 3), town, by, owner))
        else:
            self._note(at + self.chance.uniform(0.2, 1.5), town, REPELLED, by)

    def _withdraw(self, day: int) -> None:
        for one in list(self.leaving):
            due, town, raider, owner = one
            if day >= due:
                self.leaving.remove(one)
                if self.holder[town.id] == raider:
                    self._take(self._hour(day), town, owner, LEFT)

    def _rout(self, day: int) -> None:
        """A sector gives way: all its towns go within days, mostly without a fight."""
        if not (targets := self._targets(FRONT_KM)):
            return
        first, by = self.chance.choice(targets)
        radius, loser = self.chance.uniform(30.0, 70.0), self.holder[first.id]
        for town in self.towns:
            if self.holder[town.id] == loser and distance(first, town) < radius:
                self.falling.append((day + distance(first, town) / 15.0, town, by))

    def _collapse(self, day: int) -> None:
        for one in list(self.falling):
            due, town, by = one
            if day >= due:
                self.falling.remove(one)
                if self.holder[town.id] != by:
                    self._take(self._hour(day), town, by, LEFT if self.chance.random() < 0.6 else TAKEN)
