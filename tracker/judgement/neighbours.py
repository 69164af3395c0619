"""Decides what neighbours say: a place on the front is less sure, one of which nothing is said is inferred.

Where a place has claims of its own its neighbours make the belief worse, for fronts are where they differ.
So they never enter the belief: they are read beside it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

FRONT_KM: Final = 10.0
"""A place of another side that near makes a front."""
FRONT: Final = 0.1
"""Share of the lead over the side across the front that goes to it: of two sides, p <- pi + 0.8 (p - pi)."""
NEAREST: Final = 5
"""So many neighbours tell of a place that nobody speaks of (right for 91 to 96 of 100 hidden ones)."""
INFERRED_KM: Final = 100.0
"""Nobody further away is asked."""


class Neighbour(NamedTuple):
    """A place with claims of its own: how far away, and what is believed of it."""

    place: str
    km: float
    probabilities: Mapping[str, float]


class Inferred(NamedTuple):
    """What the neighbours of a place make likely there."""

    probabilities: dict[str, float]
    neighbours: tuple[Neighbour, ...]


def on_the_front(
    p: Sequence[float], names: Sequence[str], holder: str, across: Collection[str]
) -> list[float]:
    """The probabilities of a place, given whom the sides across the front are; the holder stays ahead."""
    read = list(p)
    best = names.index(holder)
    others = [names.index(side) for side in sorted(across) if side in names]
    for i in others:
        lead = max(0.0, p[best] - p[i]) * FRONT / len(others)
        read[best] -= lead
        read[i] += lead
    return read


def inferred(neighbours: Iterable[Neighbour]) -> Inferred | None:
    """The mean belief of the nearest; of equally near ones by id. None: there is nobody."""
    nearest = tuple(sorted(neighbours, key=lambda one: (one.km, one.place))[:NEAREST])
    if not nearest:
        return None
    sides = sorted(set().union(*(one.probabilities for one in nearest)))
    mean = {side: sum(one.probabilities.get(side, 0.0) for one in nearest) / len(nearest) for side in sides}
    return Inferred(mean, nearest)
