"""Decides how the steps of many places are taken together: the first of each, then the second, and so on.

This is the arithmetic of `Fold` for arrays, a column a place. What a step does is told there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from tracker.judgement.belief import CAP, NEAR
from tracker.judgement.columns import Bools, Floats, Ints
from tracker.judgement.evidence import DAY
from tracker.judgement.steps import BEST, LIKELIEST, NAMED, RUNNER_UP, Steps, bits

MOST_NAMES: Final = 61
"""So many sides fit into the bits of a number, with one bit left for nobody."""
NOBODY: Final = MOST_NAMES
"""The number of the best side where none is named."""


class Rounds:
    """All places side by side, those with most steps first, and their steps in rounds."""

    def __init__(self, steps: Steps, named: Ints, count: int, names: int, lam: Floats) -> None:
        self.count, self.names, self.places, self.named = count, names, len(lam), named
        each = np.bincount(steps.place, minlength=self.places)
        self.ranked = np.argsort(-each, kind="stable")
        column = inverse(self.ranked)[steps.place]
        begin = np.cumsum(each) - each
        turn = np.arange(len(column)) - begin[steps.place]
        active = np.cumsum(np.bincount(each)[::-1])[::-1][1:]
        self.edges = [0, *np.cumsum(active).tolist()]
        self.where = np.array(self.edges)[turn] + column
        self.pi = 1.0 / count
        self.p = np.full((count + 1, self.places), self.pi)
        self.p[count] = 0.0  # stays so: what is for no one side in particular is added and scaled here
        self.flat = self.p.reshape(-1)
        self.best = np.full(self.places, NOBODY)
        self.best_cell = count * self.places + np.arange(self.places)
        self.since, self.changed = np.full((2, self.places), -1)
        self.strange = np.zeros(self.places, bool)
        apart = np.diff(steps.event_at, prepend=steps.event_at[:1]).astype(float)
        apart[begin[each > 0]] = 0.0
        self._lay(steps, np.exp(-lam[steps.place] * apart / DAY), column)

    def _lay(self, steps: Steps, keep: Floats, column: Ints) -> None:
        """Put the steps of each round beside one another."""
        order = inverse(self.where)

        def cell(sides: Ints) -> Ints:
            one = ~several & (steps.aim == NAMED) & (sides != 0)
            return (np.where(one, _lowest(sides), self.count) * self.places + column)[order]

        several = (steps.aim == NAMED) & ((bits(steps.to) > 1) | (bits(steps.scaled) > 1))
        self.to_cell, self.scaled_cell = cell(steps.to), cell(steps.scaled)
        self.laid = steps.only(order)
        self.keep, self.several = keep[order], several[order]
        # Those for several sides are given their shares one by one.
        lost_by_several = several & ~steps.unless & (bits(steps.sides) > 1)
        self.first = np.where(lost_by_several[order], 0.0, self.laid.first)
        self.second = np.where(self.several, 0.0, self.laid.second)
        self.rounds_of_several = self._rounds_with(self.several)
        self.rounds_with_aims = self._rounds_with(self.laid.aim != NAMED)
        self.acted = np.zeros(len(keep), bool)
        self.target = np.full(len(keep), -1)

    def _rounds_with(self, some: Bools) -> Mapping[int, Ints]:
        """The rounds that have some of these steps, each with where in it they are."""
        rows = np.flatnonzero(some)
        bounds = np.searchsorted(rows, self.edges)
        spans = zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        return {turn: rows[a:b] - self.edges[turn] for turn, (a, b) in enumerate(spans) if b > a}

    def go(self) -> None:
        """Take every round."""
        for turn, (start, end) in enumerate(zip(self.edges[:-1], self.edges[1:], strict=True)):
            self._round(turn, slice(start, end), end - start)

    def _round(self, turn: int, here: slice, active: int) -> None:
        p, flat, laid = self.p[: self.count, :active], self.flat, self.laid
        p -= self.pi
        p *= self.keep[here]
        p += self.pi
        if turn in self.rounds_with_aims:
            self._aim(p, here.start, self.rounds_with_aims[turn])
        missed = (laid.sides[here] >> self.best[:active]) & 1 == 0
        moved = missed == laid.unless[here]
        self.acted[here] = acted = moved | laid.always[here]
        k = laid.k[here] * moved
        p *= 1.0 - k
        flat[self.best_cell[:active]] += k * self.first[here]
        flat[self.to_cell[here]] += k * self.second[here]
        factor = np.where(acted, laid.factor[here], 1.0)
        flat[self.scaled_cell[here]] *= factor
        if turn in self.rounds_of_several:
            rows = self.rounds_of_several[turn]
            self._give_several(p, here.start, rows, k[rows], factor[rows])
        p /= p.sum(axis=0)
        self._cap(p)
        self._elect(p, here, active)

    def _aim(self, p: Floats, start: int, rows: Ints) -> None:
        """For whom steps are that name nobody: the runner-up, the best, the likeliest of some."""
        laid, steps = self.laid, start + rows
        aim, best = laid.aim[steps], self.best[rows]
        able = self._has(np.where(aim == LIKELIEST, laid.to[steps], -1))
        able &= (np.arange(self.count)[:, None] != best) | (aim == LIKELIEST)
        target = np.where(able, p[:, rows], -1.0).argmax(axis=0)
        target = np.where(aim == BEST, best, target)
        self.target[steps] = target
        cell = target * self.places + rows
        self.to_cell[steps] = np.where(aim == BEST, self.to_cell[steps], cell)
        self.scaled_cell[steps] = np.where(aim == RUNNER_UP, self.scaled_cell[steps], cell)
        laid.sides[steps] = np.where(aim == LIKELIEST, np.left_shift(1, target), laid.sides[steps])
        unnamed = self.named[self.ranked[rows] * self.names + target] >= laid.position[steps]
        self.strange[rows[unnamed & (aim == BEST)]] = True

    def _has(self, sides: Ints) -> Bools:
        has: Bools = (sides >> np.arange(self.count)[:, None]) & 1 == 1
        return has

    def _give_several(self, p: Floats, start: int, rows: Ints, k: Floats, factor: Floats) -> None:
        laid, steps = self.laid, start + rows
        some = p[:, rows]
        losers = ~laid.unless[steps] & (bits(laid.sides[steps]) > 1)
        second = _shares(some, self._has(laid.to[steps])) * (k * laid.second[steps])
        if losers.any():
            lost = self._has(np.where(losers, laid.sides[steps], 0))
            even = (bits(laid.sides[steps]) == 2) & (laid.to[steps] == 0)
            shares = np.where(even, lost / 2.0, _shares(some, lost))
            some += shares * (k * laid.first[steps])
        some += second
        p[:, rows] = np.where(self._has(laid.scaled[steps]), some * factor, some)

    def _cap(self, p: Floats) -> None:
        if self.count < 2:
            return
        over = np.flatnonzero(p.max(axis=0) > CAP)
        if len(over):
            some, each = p[:, over], np.arange(len(over))
            top = some.argmax(axis=0)
            some[top, each] = 0.0
            none = ~some.any(axis=0)
            if none.any():
                some[:, none] = 1.0
                some[top, each] = 0.0
            some *= (1.0 - CAP) / some.sum(axis=0)
            some[top, each] = CAP
            p[:, over] = some

    def _elect(self, p: Floats, here: slice, active: int) -> None:
        """Most stay with whom they have; only where another one comes near is it asked who is best."""
        rivals = p > self.flat[self.best_cell[:active]] - NEAR
        if np.count_nonzero(rivals) == active:
            return
        rows = np.flatnonzero(
            (np.count_nonzero(rivals, axis=0) != 1) & self.acted[here] & self.laid.elects[here]
        )
        some = p[:, rows]
        most = some.max(axis=0)
        near = (most - some < NEAR) & (np.round(some, 9) == np.round(most, 9))
        best = near.argmax(axis=0)
        other = best != self.best[rows]
        rows, best = rows[other], best[other]
        self.changed[rows] = np.where(self.best[rows] == NOBODY, self.changed[rows], here.start + rows)
        self.since[rows] = here.start + rows
        self.best[rows] = best
        self.best_cell[rows] = best * self.places + rows


def inverse(order: Ints) -> Ints:
    """Where each number stands in an order of all numbers."""
    found = np.empty_like(order)
    found[order] = np.arange(len(order))
    return found


def _lowest(masks: Ints) -> Ints:
    """The number of the only bit of each mask."""
    exponents: Ints = np.frexp(masks.astype(float))[1].astype(np.int64)
    return exponents - 1


def _shares(p: Floats, some: Bools) -> Floats:
    """The shares of some sides in what they have together; evenly if they have nothing."""
    theirs = np.where(some, p, 0.0)
    total = theirs.sum(axis=0)
    theirs[:, total == 0.0] = some[:, total == 0.0]
    total = theirs.sum(axis=0)
    return theirs / np.where(total == 0.0, 1.0, total)
