"""Decides which thin lines a map draws beneath the places: coasts, borders, disputed lines, regions.

They come from Natural Earth, packed in one file by `fixtures/extract_outlines.py`, or altogether from a
GeoJSON file of the user's own. The lines are somebody's view of who holds what, and every answer says whose:
tracker itself says nothing about any border.

Inside the packed file: a line that names its kind; a line of JSON with the kinds and, for each level, the
blocks (west, south, east, north, where it begins, how long it is); the blocks, each compressed by itself, so
that a map of one country unpacks a few of them. Level `near` is for countries, `far` (simpler, no regions)
for continents. A block holds how many lines there are of each kind, how many steps each line has, where each
begins, and all steps: first their low bytes, then their high ones.
"""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn, TypedDict

from tracker.errors import BadInput, TrackerError
from tracker.geometry import document, is_far, point
from tracker.resources import folder

Polyline = list[int]
"""Alternating longitudes and latitudes in 1/1000 degree: first where it begins, then steps."""
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

SOURCE: Final = "Natural Earth 1:10m (5.1; claimed borders: 4.1.0), public domain"
CAUTION: Final = (
    "Borders are as Natural Earth draws them: who holds what, not who is right. They are no statement of "
    "tracker's. Dashed: disputed, not settled, or not recognised by everybody."
)
FILE: Final = "natural-earth.outlines"
WANTED: Final = "a GeoJSON file with lines or polygons, longitude first"

MARGIN: Final = 0.25
"""How much more than the bounds is answered, on each side, as a share of their width and height."""
LEAST_MARGIN: Final = 500
"""The same in 1/1000 degree for bounds that are small, or a single place."""
WIDEST_NEAR: Final = 30_000
"""The widest or highest bounds (1/1000 degree) that get every detail; more is a map of a continent."""

_BEGINNING: Final = b"tracker outlines 1\n"
_ALL_ROUND: Final = 360_000
_FARTHEST: Final = 720.0
"""Degrees of longitude that mean something: what lies across the 180th meridian, seen twice round."""


class Outlines(TypedDict):
    """Lines by how they are drawn, whose they are, and what has to be said beside them."""

    coast: list[Polyline]
    borders: list[Polyline]
    disputed: list[Polyline]
    regions: list[Polyline]
    source: str
    caution: str


class Window(NamedTuple):
    """A part of the map in 1/1000 degree, and how far east what is found there is moved."""

    west: int
    south: int
    east: int
    north: int
    moved: int = 0


def outlines(bounds: Bounds | None = None, boundaries: str | None = None) -> Outlines:
    """The lines in and near the bounds, or of the world; the GeoJSON file `boundaries` replaces them all.

    Bounds may cross the 180th meridian: with an east beyond 180 (or a west before -180) the lines go on in
    the same degrees; with a west greater than the east they keep their own, on both sides of the map."""
    windows = None if bounds is None else _windows(bounds)
    if boundaries is not None:
        told: Iterable[tuple[str, Polyline]] = _own(boundaries)
        source = Path(boundaries).name
        caution = f"Lines as {source} has them; they are no statement of tracker's. Dashed: disputed."
    else:
        told, source, caution = _natural_earth(bounds, windows), SOURCE, CAUTION
    found: dict[str, list[Polyline]] = {"coast": [], "borders": [], "disputed": [], "regions": []}
    for kind, line in told:
        found[kind].extend([line] if windows is None else _within(line, windows))
    return Outlines(
        coast=found["coast"], borders=found["borders"], disputed=found["disputed"], regions=found["regions"],
        source=source, caution=caution,
    )  # fmt: skip


# -- which part of the map ------------------------------------------------------------------------


def _windows(bounds: Bounds) -> list[Window]:
    """The bounds with their margin, in one part or, across the 180th meridian, in two."""
    west, south, east, north = bounds
    if not (-90 <= south <= north <= 90 and abs(west) <= _FARTHEST and abs(east) <= _FARTHEST):
        raise BadInput(
            what=f"{', '.join(f'{value:g}' for value in bounds)} are no bounds of a map",
            try_="west, south, east and north in degrees, such as 35.5, 32.3, 42.4, 37.4",
        )
    west, south, east, north = (round(value * 1000) for value in bounds)
    two_sided = west > east
    if two_sided:
        east += _ALL_ROUND
    across = max(LEAST_MARGIN, round((east - west) * MARGIN))
    up = max(LEAST_MARGIN, round((north - south) * MARGIN))
    west, south, east, north = west - across, max(-90_000, south - up), east + across, min(90_000, north + up)
    if east - west >= _ALL_ROUND:
        return [Window(-180_000, south, 180_000, north)]
    found = []
    for moved in (-_ALL_ROUND, 0, _ALL_ROUND):
        low, high = max(-180_000, west - moved), min(180_000, east - moved)
        if low < high:
            found.append(Window(low, south, high, north, 0 if two_sided else moved))
    return found


def _is_near(bounds: Bounds) -> bool:
    west, south, east, north = bounds
    width = east - west if west <= east else east - west + 360
    return max(width, north - south) * 1000 <= WIDEST_NEAR


def _touches(box: Sequence[int], window: Window) -> bool:
    west, south, east, north = box
    return west <= window.east and east >= window.west and south <= window.north and north >= window.south


# -- Natural Earth --------------------------------------------------------------------------------


def _natural_earth(bounds: Bounds | None, windows: list[Window] | None) -> Iterator[tuple[str, Polyline]]:
    """The lines of the blocks that touch a window, whole, with their kinds."""
    level = "near" if bounds is not None and _is_near(bounds) else "far"
    with _packed() as file:
        if file.readline() != _BEGINNING:
            raise _damaged()
        head = json.loads(file.readline())
        begin = file.tell()
        for *box, at, length in head[level]:
            if windows is None or any(_touches(box, window) for window in windows):
                file.seek(begin + at)
                try:
                    body = zlib.decompress(file.read(length))
                except zlib.error as error:  # half a file
                    raise _damaged() from error
                yield from _lines(body, head["kinds"])


def _packed() -> BinaryIO:
    try:
        return open(folder("fixtures") / "outlines" / FILE, "rb")
    except OSError as error:
        raise _damaged() from error


def _damaged() -> TrackerError:
    return TrackerError(
        what=f"this installation of tracker lacks its outlines ({FILE})", try_="install tracker again"
    )


def _lines(body: bytes, kinds: Sequence[str]) -> Iterator[tuple[str, Polyline]]:
    """The lines of a block; nothing here looks at a single point, so that it is quick."""
    counts = _values("I", body[: 4 * len(kinds)])
    lines, at = sum(counts), 4 * len(kinds)
    lengths, at = _values("H", body[at : at + 2 * lines]), at + 2 * lines
    starts, at = _values("i", body[at : at + 8 * lines]), at + 8 * lines
    half = (len(body) - at) // 2
    raw = bytearray(2 * half)
    raw[::2], raw[1::2] = body[at : at + half], body[at + half :]
    steps = _values("h", bytes(raw))
    named = (kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count))
    low = 0
    for n, (kind, length) in enumerate(zip(named, lengths, strict=True)):
        yield kind, [starts[2 * n], starts[2 * n + 1], *steps[low : low + 2 * length]]
        low += 2 * length


def _values(code: str, raw: bytes) -> "array[int]":
    values: array[int] = array(code, raw)
    if sys.byteorder == "big":
        values.byteswap()
    return values


# -- cutting --------------------------------------------------------------------------------------


def _within(line: Polyline, windows: Iterable[Window]) -> Iterator[Polyline]:
    """What of a line lies in the windows, each moved to where it is wanted."""
    xs, ys = list(accumulate(line[::2])), list(accumulate(line[1::2]))
    box = min(xs), min(ys), max(xs), max(ys)
    for window in windows:
        if not _touches(box, window):
            continue
        whole = (
            box[0] >= window.west and box[2] <= window.east
            and box[1] >= window.south and box[3] <= window.north
        )  # fmt: skip
        if whole:
            yield [line[0] + window.moved, *line[1:]]
            continue
        for run in _cut(list(zip(xs, ys, strict=True)), window):
            yield _steps([(x + window.moved, y) for x, y in run])


def _cut(points: list[tuple[int, int]], window: Window) -> Iterator[list[tuple[int, int]]]:
    """The parts of a line inside a window; one that leaves it ends on its edge."""
    run: list[tuple[int, int]] = []
    for one, other in pairwise(points):
        piece = _edge(one, other, window)
        if piece is None or (run and run[-1] != piece[0]):
            if len(run) > 1:
                yield run
            run = []
        if piece is not None:
            run = run or [piece[0]]
            if piece[1] != run[-1]:
                run.append(piece[1])
    if len(run) > 1:
        yield run


def _edge(
    one: tuple[int, int], other: tuple[int, int], window: Window
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The part of an edge inside a window (after Liang and Barsky), or None."""
    (x, y), (dx, dy) = one, (other[0] - one[0], other[1] - one[1])
    enters, leaves = 0.0, 1.0
    for step, room in (
        (-dx, x - window.west), (dx, window.east - x), (-dy, y - window.south), (dy, window.north - y),
    ):  # fmt: skip
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enters = max(enters, room / step)
        else:
            leaves = min(leaves, room / step)
    if enters > leaves:
        return None
    begin = one if enters == 0 else (round(x + enters * dx), round(y + enters * dy))
    end = other if leaves == 1 else (round(x + leaves * dx), round(y + leaves * dy))
    return begin, end


def _steps(points: Sequence[tuple[int, int]]) -> Polyline:
    """Points as a polyline."""
    found = [*points[0]]
    for (x, y), (other_x, other_y) in pairwise(points):
        found += (other_x - x, other_y - y)
    return found


# -- a file of the user's own ---------------------------------------------------------------------


def _own(path: str) -> list[tuple[str, Polyline]]:
    """Every line of a GeoJSON file with its kind, borders unless its properties say otherwise.

    `disputed: true` is dashed; `region: true` or `level: 1` is a region; `coast: true` is a coast."""
    found: list[tuple[str, Polyline]] = []
    for n, feature in enumerate(_features(path, document(path, WANTED)), 1):
        kind = _kind(feature.get("properties"))
        try:
            found += [(kind, line) for line in _polylines(feature.get("geometry"))]
        except ValueError as error:
            _refuse(path, f"feature {n}: {error}")
    if not found:
        _refuse(path, "there is no line and no polygon in it")
    return found


def _features(path: str, told: Any) -> list[Mapping[str, Any]]:
    kind = told.get("type") if isinstance(told, dict) else None
    if kind == "FeatureCollection" and isinstance(told.get("features"), list):
        return [feature for feature in told["features"] if isinstance(feature, dict)]
    if kind == "Feature":
        return [told]
    if kind in _DEPTHS or kind == "GeometryCollection":
        return [{"geometry": told}]
    if kind == "Topology":
        _refuse(path, "it is TopoJSON", "GeoJSON: topo2geo, or mapshaper.org, makes one of it")
    return _refuse(path, "it is JSON, but no GeoJSON")


def _kind(properties: Any) -> str:
    told = (
        {str(key).casefold(): value for key, value in properties.items()}
        if isinstance(properties, dict)
        else {}
    )
    if _is_true(told.get("disputed")):
        return "disputed"
    if _is_true(told.get("region")) or _is_true(told.get("level")):
        return "regions"
    return "coast" if _is_true(told.get("coast")) else "borders"


def _is_true(value: Any) -> bool:
    """Whether a property says yes; what was a table of a GIS says it as 1 or in letters."""
    return value is True or str(value).strip().casefold() in ("true", "yes", "1", "1.0")


_DEPTHS: Final = {
    "Point": -1, "MultiPoint": -1, "LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2,
}  # fmt: skip
"""How many lists are around the lines of a geometry; points are no lines."""


def _polylines(geometry: Any) -> Iterator[Polyline]:
    """The lines of a geometry; collections in collections are taken apart one by one, however deep."""
    waiting = [geometry]
    while waiting:
        told = waiting.pop()
        if not isinstance(told, dict):  # null: a feature without a place
            continue
        if told.get("type") == "GeometryCollection":
            inside = told.get("geometries")
            waiting += reversed(inside) if isinstance(inside, list) else ()
            continue
        depth = _DEPTHS.get(str(told.get("type")), -1)
        if depth < 0:
            continue
        lines = [told.get("coordinates")]
        for _ in range(depth):
            lines = [line for group in lines for line in _list(group)]
        for line in lines:
            yield from _polyline(_list(line), ring="Polygon" in told["type"])


def _polyline(told: list[Any], *, ring: bool) -> Iterator[Polyline]:
    corners = [point(one) for one in told]
    if ring and corners and corners[0] != corners[-1]:
        corners.append(corners[0])
    if any(is_far(one, other) for one, other in pairwise(corners)):
        raise ValueError(
            "an edge spans more than half the globe; a line across the 180th meridian is cut there in two"
        )
    points = [(round(x * 1000), round(y * 1000)) for x, y in corners]
    points = [one for n, one in enumerate(points) if n == 0 or one != points[n - 1]]
    if len(points) > 1:  # less than 100 metres long is nothing that a map shows
        yield _steps(points)


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise ValueError("its coordinates are no list")
    return told


def _refuse(path: str, why: str, step: str = WANTED) -> NoReturn:
    raise BadInput(what=f"{path} cannot be used: {why}", try_=step)
