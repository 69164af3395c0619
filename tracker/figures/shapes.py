"""Decides how a mark is drawn around the origin: full, hatched (contested) or hollow (stale)."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Final

Point = tuple[float, float]
_ARM: Final = 0.36
_LONG: Final = 1.12
_PLUS: Final[tuple[Point, ...]] = (
    (-_ARM, -_LONG), (_ARM, -_LONG), (_ARM, -_ARM), (_LONG, -_ARM), (_LONG, _ARM), (_ARM, _ARM),
    (_ARM, _LONG), (-_ARM, _LONG), (-_ARM, _ARM), (-_LONG, _ARM), (-_LONG, -_ARM), (-_ARM, -_ARM),
)  # fmt: skip
_TURNED: Final = sin(pi / 4)
_TINY: Final = 2.2
"""Marks without an edge: there are so many that edges would hide them."""
DOT: Final = 0.5
"""A place of which nobody is known to hold it, in parts of the others' size."""


def _round(corners: int, radii: Sequence[float], first: float = -pi / 2) -> tuple[Point, ...]:
    """Corners around the origin, at radii that take turns."""
    steps = [(first + 2 * pi * i / corners, radii[i % len(radii)]) for i in range(corners)]
    return tuple((r * cos(a), r * sin(a)) for a, r in steps)


POLYGONS: Final[dict[str, tuple[Point, ...]]] = {
    "circle": _round(32, [0.96]),
    "square": ((-0.86, -0.86), (0.86, -0.86), (0.86, 0.86), (-0.86, 0.86)),
    "triangle": ((0, -1.15), (1.1, 0.8), (-1.1, 0.8)),
    "diamond": ((0, -1.22), (1.22, 0), (0, 1.22), (-1.22, 0)),
    "cross": tuple(((x - y) * _TURNED, (x + y) * _TURNED) for x, y in _PLUS),
    "plus": _PLUS,
    "star": _round(10, [1.25, 0.58]),
    "dot": _round(16, [DOT]),
}


def drawn(shape: str, look: str, radius: float, colour: str, paper: str) -> str:
    """The elements of a mark: `look` is full, hatched or hollow."""
    edge = max(0.5, round(radius * 0.16, 2))
    if look == "full" and radius < _TINY:
        return f'<path d="{_outline(shape, radius)}" fill="{colour}"/>'
    if look == "full":
        return f'<path d="{_outline(shape, radius)}" fill="{colour}" stroke="{paper}" stroke-width="{edge}"/>'
    line = max(0.7, round(radius * 0.26, 2))
    radius -= line / 2  # the line is drawn on both sides of the outline
    told = f'<path d="{_outline(shape, radius)}" fill="{paper}" stroke="{colour}" stroke-width="{line}"/>'
    if look == "hatched":
        told += f'<path d="{_hatching(POLYGONS[shape], radius)}" stroke="{colour}" stroke-width="{line}"/>'
    return told


def _outline(shape: str, radius: float) -> str:
    if shape == "circle" or shape == "dot":
        r = _number(radius * (DOT if shape == "dot" else 0.96))
        return f"M-{r} 0a{r} {r} 0 1 1 {_number(2 * float(r))} 0a{r} {r} 0 1 1-{_number(2 * float(r))} 0z"
    return "M" + "L".join(_pair(point, radius) for point in POLYGONS[shape]) + "z"


def _hatching(polygon: Sequence[Point], radius: float) -> str:
    """Slanted lines within a polygon, whatever its form."""
    told = []
    step = 0.62 if radius >= 5 else 0.9
    for n in range(-4, 5):
        crossed = sorted(_crossings(polygon, n * step + 0.011))
        for one, other in zip(crossed[::2], crossed[1::2], strict=False):
            told.append(f"M{_pair(one, radius)}L{_pair(other, radius)}")
    return "".join(told)


def _crossings(polygon: Sequence[Point], offset: float) -> list[Point]:
    """Where the line x + y = offset crosses the edges."""
    found = []
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        a, b = x1 + y1 - offset, x2 + y2 - offset
        if (a > 0) != (b > 0):
            t = a / (a - b)
            found.append((x1 + t * (x2 - x1), y1 + t * (y2 - y1)))
    return found


def _pair(point: Point, radius: float) -> str:
    return f"{_number(point[0] * radius)} {_number(point[1] * radius)}"


def _number(value: float) -> str:
    """A number with two digits at most behind the point; the same on every machine."""
    return f"{round(value, 2) + 0:.2f}".rstrip("0").rstrip(".")
