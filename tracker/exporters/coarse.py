"""Decides how places are made coarse for others: on a grid of about so many kilometres, never nearer.

Each coordinate becomes the middle of its cell, so that all places of a cell lie on one another.
"""

from __future__ import annotations

from math import cos, floor, log10, radians
from typing import Final

from tracker.errors import BadInput

Point = tuple[float, float]
"""Latitude and longitude, in degrees."""
DEGREE_KM: Final = 111.195
LARGEST: Final = 2000.0
_NARROWEST: Final = 0.01
"""The cosine of the latitude from which on cells grow no wider: half a degree from a pole."""


def check_size(km: float | None) -> float | None:
    """A size of cells that can be. Raises BadInput."""
    if km is not None and not 0 < km <= LARGEST:
        raise BadInput(what=f"--blur {km:g} is no size for a grid", try_=f"kilometres, up to {LARGEST:,.0f}")
    return km


def blurred(point: Point, km: float) -> Point:
    """The middle of the cell of about `km` by `km` that a point lies in."""
    step = km / DEGREE_KM
    lat = max(-90.0, min(90.0, _middle(point[0], step)))
    wide = min(360.0, step / max(_NARROWEST, cos(radians(lat))))
    lon = _middle(point[1], wide)
    digits = max(0, 4 - floor(log10(km)))
    return round(lat, digits), round((lon + 180) % 360 - 180, digits)


def _middle(degrees: float, step: float) -> float:
    return (floor(degrees / step) + 0.5) * step
