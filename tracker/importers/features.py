"""Decides which places a GeoJSON file holds: its points, and its polygons as areas with their centre.

The log keeps no outlines: `tracker regions --within FILE` takes them from the file itself. Names and codes
are looked for in the properties in which such files usually have them.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from math import isfinite
from sys import getsizeof
from typing import Any, BinaryIO, Final

from tracker.errors import BadInput
from tracker.importers.claims import LeftOut
from tracker.importers.lines import loads, unfit
from tracker.importers.places import KIND, MOST_NAMES, Told, is_id, people, place, text
from tracker.importers.rows import Fields, Rejected, Row, refuse
from tracker.importers.table import head, known_encoding
from tracker.judgement.vocabulary import PLACE_KINDS

LARGEST: Final = 32 * 2**20
"""Bytes of a file that is read; all of it is held in memory."""
MOST_MEMORY: Final = 110 * 2**20
"""Bytes that its text and what it is read into take, by and large: of empty lists thirty times the text."""
_LIST, _OBJECT, _VALUE = 80, 200, 32
_SHORTEST: Final = 50
"""Bytes of a feature that says nothing; what is shorter is none, and some such are told one by one."""
_SPARE: Final = 2**17
DEEPEST: Final = 12
_MOST_PROPERTIES: Final = 1000
_LONGEST: Final = 500
_SMALLER: Final = "only the places that are wanted, or simplified outlines (mapshaper.org)"
_STEP: Final = "a GeoJSON file with points or polygons, longitude first"
_NAME: Final = ("name_en", "name:en", "name", "shapename", "nam", "place_name", "title")
_CODE: Final = ("pcode", "p_code", "code", "shapeid", "hasc", "iso_code", "iso", "@id", "osm_id", "id")
_KIND: Final = ("kind", "place", "place_kind", "place_type", "type")
_WORDS: Final = {
    "hamlet": "village", "isolated_dwelling": "village", "suburb": "other", "state": "governorate",
    "province": "governorate", "county": "district", "aerodrome": "airport",
}  # fmt: skip
_LEVELS: Final = ("country", "governorate", "district", "district", "district", "district")
_ALIAS: Final = re.compile(r"(?:\w+_)?name(?::|_)?\w*|alias(?:es)?|alternatenames|int_name|altname\w*")
_SHAPE: Final = re.compile(r"adm(?:in)?_?([0-5])")
_OURS: Final = {
    "a claim": {"claim", "predicate", "modality"}, "a verdict": {"status", "basis", "policy"},
}  # fmt: skip
"""What `tracker export` writes besides places, and by which properties that is known: none is ever empty."""
_POINTS: Final = ("Point",)
_AREAS: Final = ("Polygon", "MultiPolygon")


def read_features(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """A row for each feature, counted from 1. Raises BadInput where the file is no GeoJSON."""
    told = _document(file, path, "utf-8-sig" if encoding is None else known_encoding(encoding))
    features = _features(path, told)
    if len(features) * _SHORTEST > file.tell() + _SPARE:
        raise refuse(path, "hardly anything in it is a feature", _STEP)
    for n, feature in enumerate(features, 1):
        try:
            yield Row(n, _fields(feature))
        except BadInput as error:
            yield Rejected(n, "", f"{error.message}; {error.next_step}")


def told(fields: Fields) -> Told | LeftOut:
    """The place of a feature, or why it is none."""
    shape = fields.get("geometry")
    given: dict[str, Any] = fields["properties"]
    for what, names in _OURS.items():
        if given.keys() >= names:
            return LeftOut(f"{what}, no place")
    id_ = _own_id(given)
    if shape not in (*_POINTS, *_AREAS) and id_ is None:
        return LeftOut("neither a point nor an area")
    level, is_area = _level(given), shape in _AREAS
    above = range(level + 1 if level is not None and not is_area else level or 0)
    level = level if is_area else None  # codes that a point has are of the areas that it lies in
    adm = [] if level is None else [f"adm{level}_", f"admin{level}"]
    name = _first(given, (*(f"{one}{end}" for one in adm for end in ("en", "name_en", "name")), *_NAME))
    found = [_first(given, (*(f"{one}pcode" for one in adm), *_CODE)), _geonames(given)]
    # A bare number counts features.
    codes = [code for code in found if code and code != id_ and not code.isdigit()]
    return place(
        name, kind=_kind(given, level, is_area=is_area), id_=id_, lat=fields.get("lat"),
        lon=fields.get("lon"), population=people(_first(given, ("population", "pop"))), codes=codes,
        aliases=_aliases(given, level), parents=_parents(given, above), outline=is_area,
        needed="parent" in given,
    )  # fmt: skip


# -- the file -------------------------------------------------------------------------------------


def _document(file: BinaryIO, path: str, encoding: str) -> Any:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise refuse(path, f"it is larger than {LARGEST // 2**20} MB", _SMALLER)
    if not content.strip():
        raise refuse(path, "it is empty", _STEP)
    try:
        told = content.decode(encoding)
        del content
        if getsizeof(told) + _taken(told) > MOST_MEMORY:
            raise refuse(path, f"it would take more than {MOST_MEMORY // 2**20} MB of memory", _SMALLER)
        return loads(told)
    except RecursionError:
        raise refuse(path, "it is nested too deep", _STEP) from None
    except (UnicodeError, LookupError):
        raise refuse(path, f"it is not JSON, nor text in {encoding.upper()}", _STEP) from None
    except ValueError as error:
        raise refuse(path, f"it is no JSON ({error})", _STEP) from None


def _taken(text: str) -> int:
    """Bytes of what JSON will be read into, before it is."""
    return text.count("[") * _LIST + text.count("{") * _OBJECT + text.count(",") * _VALUE


def _features(path: str, told: Any) -> list[Any]:
    kind = told.get("type") if isinstance(told, dict) else None
    if kind == "FeatureCollection" and isinstance(told.get("features"), list):
        return list(told["features"])
    if kind == "Feature":
        return [told]
    if kind == "Topology":
        raise refuse(path, "it is TopoJSON", "GeoJSON: topo2geo, or mapshaper.org, makes one of it")
    raise refuse(path, "it is JSON, but no GeoJSON with features", _STEP)


def _fields(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict):
        raise BadInput(what="it is no feature", try_=_STEP)
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        properties = {}
    if len(properties) > _MOST_PROPERTIES:
        raise BadInput(what=f"it has {len(properties)} properties", try_=f"{_MOST_PROPERTIES} at most")
    given: dict[str, Any] = {}
    for name, value in (*properties.items(), ("id", feature.get("id"))):
        if value is not None and value != "" and head(name) not in given:
            if why := unfit(name) or unfit(value, DEEPEST):
                raise BadInput(
                    what=f"{head(name)[:40]!r} is no text, or list of them: {why}",
                    try_="properties with texts and numbers",
                )
            given[head(name)] = value
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    shape = geometry.get("type")
    found: dict[str, Any] = {"properties": given}
    if isinstance(shape, str) and shape in (*_POINTS, *_AREAS):
        lon, lat = _centre(shape, geometry.get("coordinates"))
        found |= {"geometry": shape, "lat": lat, "lon": lon}
    return found


# -- where it is ----------------------------------------------------------------------------------


def _centre(shape: str, told: Any) -> tuple[float, float]:
    """Longitude and latitude: of a point its own, of an area the centre of its largest outline."""
    if shape == "Point":
        return _point(told)
    polygons = [told] if shape == "Polygon" else _list(told)
    outlines = [[_point(one) for one in _list(_list(polygon)[0])] for polygon in polygons if polygon]
    outlines = [outline for outline in outlines if outline]
    if not outlines:
        raise BadInput(what="the area has no outline", try_=_STEP)
    return _middle(max(outlines, key=lambda outline: abs(_area(outline))))


def _middle(outline: list[tuple[float, float]]) -> tuple[float, float]:
    area = _area(outline)
    lons, lats = zip(*outline, strict=True)
    if abs(area) < 1e-12:
        lon, lat = sum(lons) / len(lons), sum(lats) / len(lats)
    else:
        (lon_0, lat_0), sums = (
            outline[0],
            [0.0, 0.0],
        )  # from a corner: less is lost where a small area lies far away
        for (x, y), (x_next, y_next) in pairwise((*outline, outline[0])):
            x, y, x_next, y_next = x - lon_0, y - lat_0, x_next - lon_0, y_next - lat_0
            cross = x * y_next - x_next * y
            sums = [sums[0] + (x + x_next) * cross, sums[1] + (y + y_next) * cross]
        lon, lat = lon_0 + sums[0] / (6 * area), lat_0 + sums[1] / (6 * area)
    lon, lat = min(max(lon, min(lons)), max(lons)), min(max(lat, min(lats)), max(lats))
    return round(lon, 5), round(lat, 5)


def _area(outline: list[tuple[float, float]]) -> float:
    """In square degrees, with a sign by the direction in which it runs."""
    lon, lat = outline[0]
    return sum(
        (x - lon) * (v - lat) - (u - lon) * (y - lat) for (x, y), (u, v) in pairwise((*outline, outline[0]))
    ) / 2  # fmt: skip


def _point(told: Any) -> tuple[float, float]:
    values = _list(told)[:2]
    if len(values) < 2 or not all(_is_number(value) for value in values):
        raise BadInput(what="a corner is no pair of numbers", try_=_STEP)
    lon, lat = (float(value) for value in values)
    if not abs(lon) <= 180 or not abs(lat) <= 90:
        swapped = abs(lon) <= 90 and abs(lat) <= 180
        why = "is swapped" if swapped else "is not on Earth"
        raise BadInput(what=f"{lon:g}, {lat:g} {why}", try_="degrees, longitude first")
    return lon, lat


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:
        return False


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise BadInput(what="its coordinates are no list", try_=_STEP)
    return told


# -- what it is -----------------------------------------------------------------------------------


def _own_id(given: dict[str, Any]) -> str | None:
    """The id of a place that a tracker wrote out; None: somebody else did."""
    id_ = given.get("id")
    own = "names" in given and given.get("kind") in PLACE_KINDS and isinstance(id_, str) and is_id(id_)
    return id_ if own else None


def _first(given: dict[str, Any], names: Iterable[str]) -> str | None:
    for name in names:
        value = given.get(name)
        if (
            isinstance(value, str | int | float)
            and not isinstance(value, bool)
            and (read := text(name, value))
        ):
            return read
    return None


def _geonames(given: dict[str, Any]) -> str | None:
    code = _first(given, ("geonameid", "geoname_id", "geonamesid", "geonames"))
    return f"gn:{code}" if code is not None and code.isdigit() else code


def _level(given: dict[str, Any]) -> int | None:
    """Of an administrative area its level: the lowest of which it has a code or name, or its shape's type."""
    found = [n for n in range(6) if any(f"adm{n}_{end}" in given for end in ("pcode", "en", "name"))]
    found += [n for n in range(6) if any(f"admin{n}{end}" in given for end in ("pcode", "name_en", "name"))]
    if found:
        return max(found)
    match = _SHAPE.fullmatch(str(given.get("shapetype", "")).casefold())
    return int(match[1]) if match else None


def _kind(given: dict[str, Any], level: int | None, *, is_area: bool) -> str:
    word = (_first(given, _KIND) or "").casefold()
    word = _WORDS.get(word, word)
    if word in PLACE_KINDS:
        return word
    if not is_area:
        return KIND
    return "region" if level is None else _LEVELS[level]


def _aliases(given: dict[str, Any], level: int | None) -> list[str]:
    return list(dict.fromkeys(_names(given, level)))[: MOST_NAMES - 2]


def _names(given: dict[str, Any], level: int | None) -> Iterator[str]:
    own = None if level is None else re.compile(rf"adm(?:in)?_?{level}_?(?:(?:alt|ref)?name\w*|[a-z]{{2,3}})")
    for name, value in given.items():
        if (own is not None and own.fullmatch(name)) or _ALIAS.fullmatch(name):
            parts = value.split(";") if isinstance(value, str) else value if isinstance(value, list) else []
            texts = (one.strip() for one in parts if isinstance(one, str))
            yield from (one for one in texts if 0 < len(one) <= _LONGEST)


def _parents(given: dict[str, Any], above: range) -> tuple[str, ...]:
    parent = _first(given, ("parent", "parent_code", "parent_pcode"))
    areas = [_first(given, (f"adm{n}_pcode", f"admin{n}pcode")) for n in reversed(above)]
    return tuple(one for one in (parent, *areas) if one)
