"""Decides where on a picture a point of the Earth lies: Web Mercator, and a window fitted to the places."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import asinh, atan, cos, degrees, radians, sinh, tan
from typing import Final, NamedTuple

FARTHEST: Final = 85.05
"""Degrees of latitude at which Web Mercator ends."""
_EARTH: Final = 40_075.017
"""Kilometres around the equator."""
LEAST_KM: Final = 120.0
"""A window is at least so wide: one place alone is shown with what lies around it."""


Point = tuple[float, float]


class Window(NamedTuple):
    """A part of the Earth on a picture of that many pixels; `west` in degrees, `north` as the map has it."""

    west: float
    north: float
    scale: float
    """Pixels a degree of longitude."""
    width: float
    height: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point lies, from the upper left corner; east of the window's west, however far."""
        return (lon - self.west) % 360 * self.scale, (self.north - northing(lat)) * self.scale

    def beside(self, lon: float, lat: float) -> tuple[float, float]:
        """The same without going around the Earth: for lines that begin west of the window."""
        return (lon - self.west) * self.scale, (self.north - northing(lat)) * self.scale

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees; the east is beyond 180 where the window crosses there."""
        bottom = latitude(self.north - self.height / self.scale)
        return self.west, bottom, self.west + self.width / self.scale, latitude(self.north)

    def pixels_of_km(self, km: float) -> float:
        """How long a distance is in the middle of the window."""
        middle = latitude(self.north - self.height / self.scale / 2)
        return km * 360 * self.scale / (_EARTH * cos(radians(middle)))


def northing(lat: float) -> float:
    """How far north of the equator a latitude is drawn, in degrees of longitude."""
    return degrees(asinh(tan(radians(max(-FARTHEST, min(FARTHEST, lat))))))


def latitude(north: float) -> float:
    """The latitude that is drawn so far north of the equator."""
    return degrees(atan(sinh(radians(max(-180.0, min(180.0, north))))))


def fitted(
    points: Sequence[tuple[float, float]], width: float, *, margin: float, lowest: float, highest: float
) -> Window:
    """The window around points (longitude, latitude), so high as they need between two bounds.

    It lies across the antimeridian where that is the shorter way around.
    """
    west, wide = _arc(lon for lon, _ in points)
    ys = sorted(northing(lat) for _, lat in points)
    south, high = ys[0], ys[-1] - ys[0]
    middle_x, middle_y = west + wide / 2, south + high / 2
    least = LEAST_KM * 360 / (_EARTH * cos(radians(latitude(middle_y))))
    wide, high = max(wide, least), max(high, least * 0.6)
    inside = width - 2 * margin
    height = min(max(inside * high / wide + 2 * margin, lowest), highest)
    scale = min(inside / wide, (height - 2 * margin) / high)
    scale = max(scale, width / 360)
    return Window(
        west=middle_x - width / scale / 2, north=middle_y + height / scale / 2, scale=scale, width=width,
        height=height,
    )  # fmt: skip


def _arc(lons: Iterable[float]) -> tuple[float, float]:
    """The shortest arc with all the longitudes on it: where it begins, and how wide it is."""
    around = sorted({lon % 360 for lon in lons})
    gaps = [(after - before, after) for before, after in pairwise(around)]
    gaps.append((around[0] + 360 - around[-1], around[0]))
    gap, west = max(gaps)
    return (west - 360 if west > 180 else west), 360 - gap


def bar(window: Window, room: float) -> tuple[float, float]:
    """The longest round distance (km) that has room, and its length in pixels."""
    best = 0.001
    for tens in range(-3, 5):
        for step in (1, 2, 5):
            if window.pixels_of_km(step * 10.0**tens) <= room:
                best = step * 10.0**tens
    return best, window.pixels_of_km(best)


def inside(points: Sequence[Point], width: float, height: float) -> list[list[Point]]:
    """The pieces of a polyline that lie in a frame from 0, 0 on (cut as Liang and Barsky do)."""
    pieces: list[list[Point]] = []
    for one, other in pairwise(points):
        cut = _cut(one, other, width, height)
        if cut is None:
            continue
        first, last = cut
        if pieces and pieces[-1][-1] == first:
            pieces[-1].append(last)
        else:
            pieces.append([first, last])
    return pieces


def _cut(one: Point, other: Point, width: float, height: float) -> tuple[Point, Point] | None:
    """What of a straight line lies in the frame."""
    (x, y), dx, dy = one, other[0] - one[0], other[1] - one[1]
    first, last = 0.0, 1.0
    for step, room in ((-dx, x), (dx, width - x), (-dy, y), (dy, height - y)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    if first >= last:
        return None
    start = one if first == 0 else (x + first * dx, y + first * dy)
    return start, other if last == 1 else (x + last * dx, y + last * dy)
