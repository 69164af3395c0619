"""Decides when control had changed near each of many places, measured cube by cube with numpy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tracker.judgement.columns import Bools, Ints
from tracker.judgement.staleness import Stretch
from tracker.names import AREA_KINDS
from tracker.views.places import Nearby, Place


class Near:
    """The stretches of time in which something was so near a place, of some places with those of each.

    As everywhere an area is near to nothing: where in it that was nobody can say.
    """

    def __init__(self, when: Iterable[tuple[Place, Sequence[Stretch]]], km: float) -> None:
        some = [(place, found) for place, found in when if found and place.kind not in AREA_KINDS]
        self._when = {place.id: found for place, found in some}
        self._nearby = Nearby((place for place, _ in some), km)

    def to(self, places: Iterable[Place]) -> dict[str, list[Stretch]]:
        """For each of some places the stretches near it, in order; they do not overlap."""
        found: dict[str, list[Stretch]] = {}
        for some, others, near in self._nearby.together(places):
            rows = [(number, *one) for number, other in enumerate(others) for one in self._when[other.id]]
            owner, start, end = np.array(sorted(rows, key=_start), np.int64).reshape(-1, 3).T
            for place, chosen in zip(some, near[:, owner], strict=True):
                found[place.id] = list(_united(start[chosen], end[chosen]))
        return found


def _start(row: tuple[int, int, int]) -> int:
    return row[1]


def _united(start: Ints, end: Ints) -> Iterator[Stretch]:
    """Stretches in order of their beginnings, those that meet made one."""
    if not len(start):
        return
    until = np.maximum.accumulate(end)
    apart: Bools = start[1:] > until[:-1]
    first = start[np.concatenate([[True], apart])]
    last = until[np.concatenate([apart, [True]])]
    yield from zip(first.tolist(), last.tolist(), strict=True)
