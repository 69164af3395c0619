"""Decides how places are read: one by id, by nearness, by what they lie in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from math import asin, atan2, cos, degrees, floor, radians, sin, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.reader import NOW, Reader
from tracker.views.evidence import merged
from tracker.views.parties import TRUE

if TYPE_CHECKING:
    from tracker.judgement.columns import Bools

EARTH_KM: Final = 6371.0088
_COLUMNS: Final = "id, name, kind, lat, lon, parent, population, near, bearing, km, gazetteer, merged_into"


class Place(NamedTuple):
    """A place as registered; `lat` and `lon` in degrees, `km` and `bearing` from the place `near`."""

    id: str
    name: str
    kind: str
    lat: float | None
    lon: float | None
    parent: str | None
    population: int | None
    near: str | None
    bearing: str | None
    km: float | None
    gazetteer: str | None
    merged_into: str | None


def places(reader: Reader, ids: Iterable[str], known: int = NOW) -> dict[str, Place]:
    """Some places by id."""
    rows = reader.among(f"SELECT {_COLUMNS} FROM places WHERE id IN (:wanted) AND {TRUE}", ids, known=known)
    return {row[0]: Place(*row) for row in rows}


def place_of(reader: Reader, id_: str, known: int = NOW) -> Place:
    """A place that is known to be there."""
    return places(reader, [id_], known)[id_]


def all_places(reader: Reader, known: int = NOW) -> list[Place]:
    """Every place, by id."""
    rows = reader.rows(f"SELECT {_COLUMNS} FROM places WHERE {TRUE} ORDER BY id", known=known)
    return [Place(*row) for row in rows]


def containing(reader: Reader, place: Place, known: int = NOW) -> list[Place]:
    """The areas that a place lies in, the smallest first; those merged as what they are read as."""
    into = merged(reader, known)

    def find(id_: str) -> Place | None:
        root = into.get(id_, id_)
        return places(reader, [root], known).get(root)

    return upward(place, find)


def upward(place: Place, find: Callable[[str], Place | None]) -> list[Place]:
    """The same, from wherever `find` has places by the ids that they go by."""
    line: list[Place] = []
    seen = {place.id}
    while place.parent is not None:
        found = find(place.parent)
        if found is None or found.id in seen:
            break
        seen.add(found.id)
        line.append(found)
        place = found
    return line


def within(reader: Reader, area: str, known: int = NOW) -> set[str]:
    """Every place in an area, at any depth, the area itself not counted, nor what was merged into another."""
    into = merged(reader, known)
    found: set[str] = set()
    frontier = [area]
    while frontier:
        rows = reader.among(
            f"SELECT id FROM places WHERE parent IN (:wanted) AND {TRUE}",
            _going_by(frontier, into), known=known,
        )  # fmt: skip
        frontier = [row[0] for row in rows if row[0] not in found and row[0] not in into and row[0] != area]
        found.update(frontier)
    return found


def _going_by(roots: Collection[str], into: Mapping[str, str]) -> list[str]:
    """Every id that is read as one of some places."""
    return [*roots, *(id_ for id_, root in into.items() if root in roots)]


def around(reader: Reader, place: Place, km: float, known: int = NOW) -> list[tuple[float, Place]]:
    """The places within `km` of one, with their distance, the nearest first; those minted near it too."""
    found: dict[str, tuple[float, Place]] = {}
    minted = reader.among(
        f"SELECT {_COLUMNS} FROM places WHERE near IN (:wanted) AND {TRUE}",
        _going_by([place.id], merged(reader, known)), known=known,
    )  # fmt: skip
    for row in minted:
        near = Place(*row)
        if near.id != place.id:
            found[near.id] = (near.km or 0.0, near)
    for other in boxed(reader, place, km, known):
        away = distance(place, other)
        if other.id != place.id and away is not None and away <= km:
            found[other.id] = (away, other)
    return sorted(found.values(), key=lambda one: (one[0], one[1].id))


def boxed(reader: Reader, place: Place, km: float, known: int = NOW) -> Iterator[Place]:
    """The places in a box about one that holds all that lie within `km`, and some others."""
    if place.lat is None or place.lon is None:
        return
    d_lat = km / 111.0
    d_lon = km / (111.0 * max(0.01, cos(radians(place.lat))))
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM places"
        f" WHERE lat BETWEEN :south AND :north AND lon BETWEEN :west AND :east AND {TRUE}",
        south=place.lat - d_lat, north=place.lat + d_lat,
        west=place.lon - d_lon, east=place.lon + d_lon, known=known,
    )  # fmt: skip
    for row in rows:
        yield Place(*row)


def distance(a: Place, b: Place) -> float | None:
    """Kilometres between two places on the great circle (haversine); None without coordinates."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


class Nearby:
    """Which of some places lie within `km` of another, without measuring each against each.

    They are kept in cubes of that side, cut through the globe: who is near lies in the same or the next one,
    as a straight line is no longer than the way over the ground. Its length tells who is near, but for the
    few where rounding might decide: they are measured as anywhere else.
    """

    def __init__(self, places: Iterable[Place], km: float) -> None:
        self._km = km
        chord = (2 * EARTH_KM / km * sin(km / (2 * EARTH_KM))) ** 2
        self._surely, self._perhaps = chord * (1 - _DOUBT), chord * (1 + _DOUBT)
        self._cubes: dict[tuple[int, int, int], list[tuple[float, float, float, Place]]] = {}
        for place in places:
            if (at := self._point(place)) is not None:
                x, y, z = at
                self._cubes.setdefault((floor(x), floor(y), floor(z)), []).append((x, y, z, place))

    def to(self, place: Place) -> Iterator[Place]:
        """Those of them, other than the place itself, that are that near."""
        at = self._point(place)
        if at is None:
            return
        x, y, z = at
        a, b, c = floor(x), floor(y), floor(z)
        for da, db, dc in _AROUND:
            for u, v, w, other in self._cubes.get((a + da, b + db, c + dc), ()):
                square = (x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w)
                if square > self._perhaps or other.id == place.id:
                    continue
                if square <= self._surely or (distance(place, other) or 0.0) <= self._km:
                    yield other

    def any(self, place: Place) -> bool:
        """Whether one of them is."""
        return next(self.to(place), None) is not None

    def together(self, places: Iterable[Place]) -> "Iterator[tuple[list[Place], list[Place], Bools]]":
        """The same for many places at once: some of them, those that may be near, and who is near whom.

        A row for each of the first, a column for each of the others; left out where nothing can be near.
        """
        import numpy as np  # a verdict does without

        cubes: dict[tuple[int, int, int], list[tuple[float, float, float, Place]]] = {}
        for place in places:
            if (at := self._point(place)) is not None:
                x, y, z = at
                cubes.setdefault((floor(x), floor(y), floor(z)), []).append((x, y, z, place))
        for (a, b, c), here in cubes.items():
            there = [one for da, db, dc in _AROUND for one in self._cubes.get((a + da, b + db, c + dc), ())]
            if not there:
                continue
            mine, theirs = (np.array([one[:3] for one in some]) for some in (here, there))
            square = ((mine[:, None, :] - theirs[None, :, :]) ** 2).sum(axis=2)
            near = square <= self._surely
            for i, j in zip(*np.nonzero((square <= self._perhaps) & ~near), strict=True):
                near[i, j] = (distance(here[i][3], there[j][3]) or 0.0) <= self._km
            column = {one[3].id: j for j, one in enumerate(there)}
            for i, one in enumerate(here):
                if (own := column.get(one[3].id)) is not None:
                    near[i, own] = False
            yield [one[3] for one in here], [one[3] for one in there], near

    def _point(self, place: Place) -> tuple[float, float, float] | None:
        """Where a place is in space, measured in cubes from the middle of the globe."""
        if place.lat is None or place.lon is None:
            return None
        lat, lon, radius = radians(place.lat), radians(place.lon), EARTH_KM / self._km
        return radius * cos(lat) * cos(lon), radius * cos(lat) * sin(lon), radius * sin(lat)


_DOUBT: Final = 1e-6
_AROUND: Final = tuple(
    sorted(
        ((dx, dy, dz) for dx in (-1, 0, 1) for dy in (-1, 0, 1) for dz in (-1, 0, 1)),
        key=lambda step: sum(map(abs, step)),
    )
)
"""The cube itself first, then those beside it."""


def bearing(a: Place, b: Place) -> str | None:
    """The compass point (of 8) in which `b` lies from `a`."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    lat_a, lat_b, d_lon = radians(a.lat), radians(b.lat), radians(b.lon - a.lon)
    x = cos(lat_a) * sin(lat_b) - sin(lat_a) * cos(lat_b) * cos(d_lon)
    angle = degrees(atan2(sin(d_lon) * cos(lat_b), x)) % 360
    return ("N", "NE", "E", "SE", "S", "SW", "W", "NW")[round(angle / 45) % 8]
