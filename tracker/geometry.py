"""Decides which polygons a GeoJSON file holds (RFC 7946), and which points lie in them.

What is no polygon on this earth is refused in one line. Points on a border lie inside, of both
neighbours. Coordinates are degrees, longitude first; edges are straight in degrees.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any, Final, NamedTuple, NoReturn

from tracker.errors import BadInput, NotInstalled, typed

Ring = list[tuple[float, float]]
Polygon = list[Ring]
"""The outline first, then the holes."""

WANTED: Final = "a GeoJSON file with polygons, longitude first"
LARGEST: Final = 32 * 2**20
"""Bytes of a file that is read: the borders of a continent, and no more memory than a desk has."""
NAMES: Final = (
    "name",
    "name_en",
    "shapename",
    "adm3_en",
    "adm2_en",
    "adm1_en",
    "adm0_en",
    "name_2",
    "name_1",
    "id",
)
"""The properties that a polygon's name is looked for in, whatever their case; else the feature's own id."""


class Area(NamedTuple):
    """The polygons of one feature, under its name."""

    name: str
    polygons: list[Polygon]


def read_areas(path: str) -> list[Area]:
    """The features with polygons of a GeoJSON file; `BadInput` for anything else."""
    told = document(path)
    found = [area for n, feature in enumerate(_features(path, told), 1) if (area := _area(path, n, feature))]
    if not found:
        _refuse(path, "there is no polygon in it", "a GeoJSON file with a Polygon or MultiPolygon")
    return found


def lying(areas: Sequence[Area], points: Sequence[tuple[float, float]]) -> list[list[int]]:
    """For each area, which of the points (longitude, latitude) lie in it or on its border, in order."""
    try:
        import shapely
    except ImportError as error:
        raise NotInstalled(what="--within", package="shapely", extra="polygons") from error
    if not points:
        return [[] for _ in areas]
    tree = shapely.STRtree(shapely.points(points))
    found: list[list[int]] = []
    for area in areas:
        shape = shapely.MultiPolygon([(outline, holes) for outline, *holes in area.polygons])
        if not shape.is_valid:  # borders that touch or cross themselves are common: a point in an odd number
            shape = shapely.make_valid(shape)  # of outlines is inside, as a map would paint it
        found.append(sorted(tree.query(shape, predicate="intersects").tolist()))
    return found


def turned(areas: Sequence[Area]) -> list[Area]:
    """The same with latitude and longitude exchanged, for whoever asks whether they were."""
    return [
        Area(area.name, [[[(y, x) for x, y in ring] for ring in polygon] for polygon in area.polygons])
        for area in areas
    ]


# -- the file -------------------------------------------------------------------------------------


def document(path: str, wanted: str = WANTED) -> Any:
    """What a JSON file says; `BadInput` for what is none, with `wanted` as the next step."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        _refuse(path, error.strerror or str(error), f"ls -l {typed(path)} shows what is there")
    if len(content) > LARGEST:
        what = f"it is larger than {LARGEST // 2**20} MB"
        _refuse(path, what, "only the areas that are asked about, or a simplified outline (mapshaper.org)")
    if not content.strip():
        _refuse(path, "it is empty", wanted)
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        _refuse(path, "it is nested too deep", wanted)
    except UnicodeDecodeError:
        _refuse(path, "it is not JSON, nor text in UTF-8", wanted)
    except json.JSONDecodeError as error:
        _refuse(path, f"it is not JSON (line {error.lineno}, column {error.colno})", wanted)
    except ValueError as error:
        _refuse(path, f"it is not JSON ({error})", wanted)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _features(path: str, told: Any) -> list[Any]:
    kind = told.get("type") if isinstance(told, dict) else None
    if kind == "FeatureCollection" and isinstance(told.get("features"), list):
        return [*told["features"]]
    if kind == "Feature":
        return [told]
    if kind in ("Polygon", "MultiPolygon"):
        return [{"type": "Feature", "geometry": told}]
    if kind == "Topology":
        _refuse(path, "it is TopoJSON", "GeoJSON: topo2geo, or mapshaper.org, makes one of it")
    return _refuse(path, "it is JSON, but no GeoJSON with features", "a FeatureCollection of polygons")


def _area(path: str, n: int, feature: Any) -> Area | None:
    """A feature as an area; None for one without polygons, such as a road or a town."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    geometry = geometry if isinstance(geometry, dict) else {}
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        return None
    name = _name(feature) or f"polygon {n}"
    told = geometry.get("coordinates")
    polygons = [told] if kind == "Polygon" else told
    try:
        found = [[_ring(ring) for ring in _list(polygon)] for polygon in _list(polygons) if polygon != []]
    except ValueError as error:
        _refuse(path, f"{name}: {error}")
    return Area(name, found) if found else None


def _name(feature: dict[str, Any]) -> str | None:
    properties = feature.get("properties")
    told = (
        {str(key).casefold(): value for key, value in properties.items()}
        if isinstance(properties, dict)
        else {}
    )
    for value in (*(told.get(key) for key in NAMES), feature.get("id")):
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())[:200]
    return None


# -- coordinates ----------------------------------------------------------------------------------


def _ring(told: Any) -> Ring:
    ring = [point(one) for one in _list(told)]
    if len(set(ring)) < 3:
        raise ValueError("an outline has fewer than three corners")
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    if any(is_far(one, other) for one, other in pairwise(ring)):
        raise ValueError(
            "an edge spans more than half the globe; an area across the 180th meridian is cut there in two"
        )
    return ring


def is_far(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether an edge is meant to go the other way round; the edge of a world map is not."""
    return abs(one[0] - other[0]) > 180 and not abs(one[0]) == abs(other[0]) == 180


def point(told: Any) -> tuple[float, float]:
    """A pair of coordinates in degrees; `ValueError` says what else it is."""
    values = _list(told)[:2]
    if len(values) < 2 or not all(_is_number(value) for value in values):
        raise ValueError("a corner is no pair of numbers")
    lon, lat = (float(value) for value in values)
    if not abs(lon) <= 180 or not abs(lat) <= 90:
        if abs(lon) <= 90 and abs(lat) <= 180:
            raise ValueError(f"{lon:g}, {lat:g} is swapped: longitude comes first")
        raise ValueError(
            f"{lon:g}, {lat:g} is not on the globe: longitude and latitude in degrees are wanted"
        )
    return lon, lat


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:  # an integer beyond all floats
        return False


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise ValueError("its coordinates are no list")
    return told


def _refuse(path: str, why: str, step: str = WANTED) -> NoReturn:
    raise BadInput(what=f"{path} cannot be used: {why}", try_=step)
