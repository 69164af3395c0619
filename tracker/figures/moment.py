"""Decides what a map of one moment shows: each place as it was then, and how many there are."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any, Final, NamedTuple

from tracker.marks import MARKS
from tracker.names import AREA_KINDS

HELD, CONTESTED, UNKNOWN = 0, 1, 2
"""As the map document numbers them."""
SHARED: Final = len(MARKS)
"""The number of the mark that all sides share which have none of their own."""
Document = Mapping[str, Any]


def mark_number(actor: Document) -> int:
    """Which of the marks a side of the map document has."""
    return _NUMBERS.get(actor["shape"], SHARED)


_NUMBERS: Final = {mark.shape: number for number, mark in enumerate(MARKS)}


class Spot(NamedTuple):
    """A place on the map: what it is called, where, what of it is known then; `side` indexes the actors."""

    name: str
    lon: float
    lat: float
    status: int
    side: int
    stale: bool
    weight: float
    """How important the place is beside others: by people, then by claims."""
    confidence: int


class Moment(NamedTuple):
    """What there is to draw, the important last, and what cannot be drawn."""

    spots: Sequence[Spot]
    known: int
    """Places of which something is known then."""
    nowhere: int
    """Those of them without coordinates."""
    areas: int
    """Areas with a verdict of their own, which a point would misplace."""
    held: Mapping[int, int]
    """How many places each side holds, by its index; those without coordinates too."""
    contested: int
    stale: int
    unknown: int


def moment(document: Document) -> Moment:
    """What is known at the end of the map document."""
    places, spans = document["places"], document["spans"]
    last = dict(zip(spans["place"], range(len(spans["place"])), strict=True))
    areas = {place for place in last if places["kind"][place] in AREA_KINDS}
    chosen = [place for place in last if place not in areas]
    held: dict[int, int] = {}
    spots: list[Spot] = []
    told = [0, 0, 0]
    stale = 0
    for place in chosen:
        span = last[place]
        status, side, old = spans["status"][span], spans["side"][span], bool(spans["stale"][span])
        told[status] += 1
        stale += old and status != UNKNOWN
        if status == HELD:
            held[side] = held.get(side, 0) + 1
        lat, lon = places["lat"][place], places["lon"][place]
        if lat is None or lon is None:
            continue
        spots.append(
            Spot(
                places["name"][place], lon, lat, status, side, old,
                _weight(places["population"][place], places["claims"][place], status),
                spans["confidence"][span],
            )
        )  # fmt: skip
    spots.sort(key=lambda spot: (spot.status != UNKNOWN, spot.weight, spot.name, spot.lon, spot.lat))
    return Moment(
        spots, len(chosen), len(chosen) - len(spots), len(areas), held, told[CONTESTED], stale, told[UNKNOWN]
    )


def _weight(population: int | None, claims: int, status: int) -> float:
    """Ten times the people weigh one more, and so do about seven times the claims."""
    return round(log10(max(population or 0, 100)) + 1.2 * log10(1 + claims) - (status == UNKNOWN), 6)
