"""Decides what each claim of a whole map does to the belief about its place, as far as the claims tell.

The steps are those of `Fold`, told there, in numbers that `rounds` can take for many places together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from tracker.judgement.belief import CONTESTED, DECIDES, DOUBT, ENTERED
from tracker.judgement.columns import Bools, Columns, Floats, Ints, ints
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST, MOVING
from tracker.judgement.weighing import Weighing

NAMED, RUNNER_UP, BEST, LIKELIEST = range(4)
"""Whom a step is for: those it names, whoever comes second, the best, the likeliest of those it names."""


class Steps(NamedTuple):
    """What each claim that can move something does, place by place in the order in which they are taken.

    k of everybody's share is given out again, `first` of it to the best side (or, of a loss, to those who
    lost), `second` to those of `to`; then those of `scaled` are multiplied by `factor`. The giving out
    waits for the best side to be among `sides`, or (`unless`) not to be; so does all the rest, where the
    step is not `always` taken. Sides are bits.
    """

    position: Ints
    place: Ints
    event_at: Ints
    k: Floats
    first: Floats
    second: Floats
    factor: Floats
    sides: Ints
    to: Ints
    scaled: Ints
    unless: Bools
    always: Bools
    aim: Ints
    elects: Bools
    """Whether somebody is named after it, so that one side is best."""

    def only(self, rows: Ints) -> Steps:
        """Those with some numbers, in that order."""
        return Steps._make(column.take(rows) for column in self)


KINDS: Final = (FOR, DENY_LOST, DENY_GAIN, LOST, CONTEST, INSIDE)
"""The kinds of claims that take a step; elsewhere they are their numbers here."""


class Telling:
    """What each entry of `tolds` says, as numbers and bits."""

    def __init__(self, given: Columns, names: Sequence[str], declared: int) -> None:
        codes = {name: number for number, name in enumerate(names)}
        tolds = given.tolds
        self.sides = ints(sum(1 << codes[side] for side in one.sides) for one in tolds)
        self.known = self.sides & ((1 << declared) - 1)
        self.moving = np.array([one.kind in MOVING for one in tolds], bool)
        self.taken = self.moving & np.array([one.weight > 0.0 for one in tolds], bool)
        self.decides = np.array([one.kind == FOR and one.predicate in DECIDES for one in tolds], bool)
        self.share = np.array([CONTESTED if one.kind == CONTEST else ENTERED for one in tolds], float)
        self.kind = ints(KINDS.index(one.kind) if one.kind in KINDS else -1 for one in tolds)


def steps_of(weighing: Weighing, telling: Telling, count: int, names: int) -> Steps:
    """The steps of all claims that take one; `count` sides are declared, of so many names."""
    return _Reading(weighing, telling, count, names).steps()


class _Reading:
    """The claims that may take a step, and what they say."""

    def __init__(self, weighing: Weighing, telling: Telling, count: int, names: int) -> None:
        self.weighing, self.count, self.names = weighing, count, names
        self.position = position = np.flatnonzero(telling.taken[weighing.told])
        self.place, self.g, told = weighing.place[position], weighing.g[position], weighing.told[position]
        self.sides, self.known = telling.sides[told], telling.known[told]
        kind = telling.kind[told]
        self.kept = kind == KINDS.index(FOR)
        self.supports = self.kept | (kind == KINDS.index(DENY_LOST))
        self.denies, self.loses = kind == KINDS.index(DENY_GAIN), kind == KINDS.index(LOST)
        self.contests = (kind == KINDS.index(CONTEST)) | (kind == KINDS.index(INSIDE))
        self.share = telling.share[told]
        first = weighing.named.reshape(-1, names).min(axis=1)[self.place]
        self.begun = first < position  # somebody has been named before
        self.begins = first == position

    def steps(self) -> Steps:
        """The step of each."""
        begun, nobody = self.begun, self.sides == 0
        aim = np.full(len(self.position), NAMED)
        aim[self.kept & nobody & begun] = BEST
        aim[self.contests & nobody & begun & (self.count > 1)] = RUNNER_UP
        to = self.known.copy()
        lost = np.flatnonzero(self.loses & begun)
        to[lost] = self._rest(lost)
        denials = np.flatnonzero(self.denies)
        own, others = self._denied(denials)
        to[denials] = np.where(own != 0, own, others) & self._declared
        aim[denials[(own == 0) & (bits(to[denials]) > 1)]] = LIKELIEST
        against = np.zeros(len(to), bool)  # it speaks for nobody, so against those it names
        against[denials[(own | others) == 0]] = True
        k, first, second = self._shifts(to, aim, against)
        tested = np.where(self.denies & ~against, to, self.known)
        waits = (self.loses | self.contests) & begun
        steps = Steps(
            self.position, self.place, self.weighing.event_at[self.position], k, first, second,
            self._factors(against), tested, to,
            np.where(self.contests, 0, np.where(self.loses | against, self.known, to)),
            ~self.loses, ~waits, aim, begun | self.begins,
        )  # fmt: skip
        return steps.only(np.flatnonzero(self.contests | against | (tested != 0) | (aim == BEST)))

    @property
    def _declared(self) -> int:
        return (1 << self.count) - 1

    def _factors(self, against: Bools) -> Floats:
        """What the step multiplies: the odds of r, at a first naming so that it brings p to r, to the g."""
        r = self.weighing.reliability[self.position]
        odds = r / (1.0 - r)
        odds[self.loses | against] = (1.0 - r[self.loses | against]) / r[self.loses | against]
        odds[self.contests] = 1.0
        pi = bits(self.known) / self.count
        opening = self.supports & ~self.begun
        told = opening & (pi > 0.0) & (pi < 1.0 - 1e-9)
        odds[told] *= (1.0 - pi[told]) / pi[told]
        odds[opening & ~told] = 1.0
        factors: Floats = odds**self.g
        return factors

    def _shifts(self, to: Ints, aim: Ints, against: Bools) -> tuple[Floats, Floats, Floats]:
        """k, and who gets what of it: half each, or all where the other is nobody."""
        k = np.where(self.contests, self.share, DOUBT) * np.minimum(self.g, 1.0)
        early = self.contests & ~self.begun
        k[early] /= 2
        k[(~self.begun & ~self.contests) | against | (aim == BEST) | (early & (to == 0))] = 0.0
        alone = (to == 0) & (aim != RUNNER_UP)
        first = np.where(early, 0.0, np.where(alone, 1.0, 0.5))
        return k, first, np.where(early, 1.0, np.where(alone, 0.0, 0.5))

    def _denied(self, rows: Ints) -> tuple[Ints, Ints]:
        """For denials of a gain: the denier's own side, if named, and all named, but for those it names."""
        position = self.position[rows]
        named = self._since(self.weighing.named, rows) & ~self.sides[rows]
        lean = self.weighing.lean[position]
        return np.where(lean >= 0, np.left_shift(1, np.maximum(lean, 0)), 0) & named, named

    def _rest(self, rows: Ints) -> Ints:
        """Who may have what somebody lost: the others around, or else all others."""
        around = self._since(self.weighing.around, rows) & ~self.sides[rows]
        return np.where(around != 0, around, ~self.sides[rows]) & self._declared

    def _since(self, first: Ints, rows: Ints) -> Ints:
        """Which names came into a book of first positions before some claims."""
        found = np.zeros(len(rows), np.int64)
        for name in range(self.names):
            before = first[self.place[rows] * self.names + name] < self.position[rows]
            found |= before.astype(np.int64) << name
        return found


def bits(masks: Ints) -> Ints:
    """How many sides are in each mask."""
    return np.bitwise_count(masks).astype(np.int64)
