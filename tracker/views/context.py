"""Decides what stands beside a verdict and moves nothing: recent claims on areas around and places near."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import ceil, cos, floor, radians
from typing import Final

from tracker.judgement.evidence import DAY, Evidence
from tracker.views.places import Place, around, distance
from tracker.views.situation import CONTEXT_KM, Situation

CONTEXT_DAYS: Final = 7
CONTEXT_LIMIT: Final = 12
_CELL: Final = 0.1
"""Degrees; a cell is no lower than `CONTEXT_KM` is high, so neighbours lie in the cells around."""


def beside(situation: Situation, place: Place, areas: Iterable[Place]) -> list[Evidence]:
    """The recent claims on the areas that contain one place and on what lies within 10 km, newest first."""
    near = (
        other.id
        for _, other in around(situation.reader, place, CONTEXT_KM, situation.known)
        if other.merged_into is None  # those merged count where they were merged into
    )
    ids = dict.fromkeys([*(area.id for area in areas), *near])
    return _newest(situation.recent((id_ for id_ in ids if id_ != place.id), _since(situation)))


def beside_each(situation: Situation, known: Mapping[str, Place]) -> Callable[[Place], list[Evidence]]:
    """The same for many places: what was said lately is read once."""
    recent = situation.recent_by_place(situation.claimed(), _since(situation))
    spoken_of = [known[id_] for id_, claims in recent.items() if claims and id_ in known]
    cells: dict[tuple[int, int], list[Place]] = {}
    for place in spoken_of:
        if place.lat is not None and place.lon is not None:
            cells.setdefault((floor(place.lat / _CELL), floor(place.lon / _CELL)), []).append(place)

    def of(place: Place) -> list[Evidence]:
        ids = dict.fromkeys(
            [*_containing(place, known), *(near.id for near in _near(place, cells, spoken_of))]
        )
        return _newest(one for id_ in ids if id_ != place.id for one in recent.get(id_, ()))

    return of


def _since(situation: Situation) -> int:
    return situation.question.at - CONTEXT_DAYS * DAY


def _newest(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: (-one.event_at, one.claim))[:CONTEXT_LIMIT]


def _containing(place: Place, known: Mapping[str, Place]) -> list[str]:
    line: list[str] = []
    while place.parent is not None and place.parent not in line and place.parent in known:
        line.append(place.parent)
        place = known[place.parent]
    return line


def _near(
    place: Place, cells: Mapping[tuple[int, int], list[Place]], spoken_of: Iterable[Place]
) -> Iterable[Place]:
    yield from (other for other in spoken_of if other.near == place.id)
    if place.lat is None or place.lon is None:
        return
    row, column = floor(place.lat / _CELL), floor(place.lon / _CELL)
    wide = ceil(1 / max(0.01, cos(radians(place.lat))))
    for d_row in (-1, 0, 1):
        for d_column in range(-wide, wide + 1):
            for other in cells.get((row + d_row, column + d_column), ()):
                away = distance(place, other)
                if away is not None and away <= CONTEXT_KM:
                    yield other
