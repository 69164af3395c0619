"""Decides which files of polygons are read, which are refused in one line, and what lies in a polygon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput, NotInstalled
from tracker.geometry import LARGEST, Area, lying, read_areas, turned

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]
FAR = [[20, 0], [30, 0], [30, 10], [20, 10], [20, 0]]


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "areas.geojson"


def read(path: Path, told: object) -> list[Area]:
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return read_areas(str(path))


def refused(path: Path, told: object) -> str:
    with pytest.raises(BadInput) as refusal:
        read(path, told)
    assert "\n" not in refusal.value.message
    assert refusal.value.exit_code == 2
    return refusal.value.message.removeprefix(f"{path} cannot be used: ")


# -- what lies in it ---------------------------------------------------------------------------------


def test_a_hole_is_outside_and_a_border_is_inside(path: Path) -> None:
    areas = read(path, collection(feature(polygon(SQUARE, HOLE), name="ring")))
    points = [(1.0, 1.0), (5.0, 5.0), (10.0, 5.0), (0.0, 0.0), (4.0, 5.0), (11.0, 5.0)]
    assert lying(areas, points) == [[0, 2, 3, 4]]


def test_a_point_on_a_common_border_lies_in_both(path: Path) -> None:
    right = [[10, 0], [20, 0], [20, 10], [10, 10], [10, 0]]
    areas = read(path, collection(feature(polygon(SQUARE)), feature(polygon(right))))
    assert lying(areas, [(10.0, 5.0), (5.0, 5.0)]) == [[0, 1], [0]]


def test_several_polygons_are_one_area(path: Path) -> None:
    areas = read(path, feature({"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [FAR]]}, NAME="both"))
    assert [area.name for area in areas] == ["both"]
    assert lying(areas, [(1.0, 1.0), (5.0, 5.0), (25.0, 5.0), (15.0, 5.0)]) == [[0, 2]]


def test_an_area_cut_at_the_180th_meridian(path: Path) -> None:
    west, east = [[179, 0], [180, 0], [180, 5], [179, 5]], [[-180, 0], [-179, 0], [-179, 5], [-180, 5]]
    areas = read(path, {"type": "MultiPolygon", "coordinates": [[west], [east]]})
    assert lying(areas, [(179.5, 1.0), (-179.5, 1.0), (0.0, 1.0)]) == [[0, 1]]


def test_the_whole_world_is_an_area(path: Path) -> None:
    world = read(path, polygon([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]))
    assert lying(world, [(36.0, 34.0), (-180.0, 0.0)]) == [[0, 1]]


def test_an_outline_that_crosses_itself(path: Path) -> None:
    """A bow tie is two triangles."""
    areas = read(path, polygon([[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]))
    assert lying(areas, [(1.0, 5.0), (9.0, 5.0), (5.0, 1.0), (5.0, 9.0)]) == [[0, 1]]


def test_nothing_lies_anywhere_where_there_is_nothing(path: Path) -> None:
    assert lying(read(path, polygon(SQUARE)), []) == [[]]
    assert lying([], [(1.0, 1.0)]) == []


@given(
    west=st.integers(-170, 160), south=st.integers(-80, 60), wide=st.integers(1, 19), high=st.integers(1, 19),
    point=st.tuples(st.integers(-180, 180), st.integers(-90, 90)),
)  # fmt: skip
def test_a_rectangle_holds_what_lies_between_its_sides(
    west: int, south: int, wide: int, high: int, point: tuple[int, int]
) -> None:
    ring = [
        (x, y)
        for x, y in [(west, south), (west + wide, south), (west + wide, south + high), (west, south + high)]
    ]
    area = Area("box", [[[(float(x), float(y)) for x, y in [*ring, ring[0]]]]])
    lon, lat = point
    inside = west <= lon <= west + wide and south <= lat <= south + high
    assert lying([area], [(float(lon), float(lat))]) == [[0] if inside else []]
    assert lying(turned([area]), [(float(lat), float(lon))]) == [[0] if inside else []]


def test_without_shapely_the_package_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(NotInstalled, match="--within needs the package shapely") as refusal:
        lying(read(path, polygon(SQUARE)), [(1.0, 1.0)])
    assert refusal.value.next_step == "pip install 'tracker[polygons]'"


# -- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (feature(polygon(SQUARE), name="Homs"), "Homs"),
        (feature(polygon(SQUARE), shapeName="Homs", shapeID="7"), "Homs"),
        (feature(polygon(SQUARE), NAME_1="Homs", NAME_0="Syria"), "Homs"),
        (feature(polygon(SQUARE), ADM1_EN="  Homs\n governorate "), "Homs governorate"),
        (feature(polygon(SQUARE), name=None, other="x") | {"id": 12}, "12"),
        (feature(polygon(SQUARE), name={"en": "Homs"}), "polygon 1"),
        (feature(polygon(SQUARE)) | {"properties": None}, "polygon 1"),
        (polygon(SQUARE), "polygon 1"),
    ],
)
def test_an_area_has_the_name_that_its_properties_give(path: Path, told: object, name: str) -> None:
    assert [area.name for area in read(path, told)] == [name]


def test_what_is_no_polygon_is_passed_over(path: Path) -> None:
    town = feature({"type": "Point", "coordinates": [36, 34]}, name="town")
    areas = read(path, collection(town, feature(None), "?", feature(polygon(SQUARE))))
    assert [area.name for area in areas] == ["polygon 4"], "counted as they stand in the file"


def test_heights_and_marks_of_byte_order_are_no_trouble(path: Path) -> None:
    high = [[x, y, 700] for x, y in SQUARE]
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(polygon(high)).encode())
    assert read_areas(str(path)) == [Area("polygon 1", [[[(float(x), float(y)) for x, y in SQUARE]]])]


# -- what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("name,lat,lon\n", "it is not JSON (line 1, column 1)"),
        ('{"type":\n  Polygon}', "it is not JSON (line 2, column 3)"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, NaN], [1, 1]]]}', "it is not JSON (NaN"),
        ("[" * 100_000, "it is nested too deep"),
        ('{"a":' * 100_000, "it is nested too deep"),
        ([], "it is JSON, but no GeoJSON"),
        ({"features": []}, "it is JSON, but no GeoJSON"),
        ({"type": "FeatureCollection"}, "it is JSON, but no GeoJSON"),
        ({"type": "Topology", "objects": {}}, "it is TopoJSON"),
        (collection(), "there is no polygon in it"),
        (collection(feature({"type": "LineString", "coordinates": SQUARE})), "there is no polygon in it"),
        ({"type": "MultiPolygon", "coordinates": []}, "there is no polygon in it"),
        (polygon(), "there is no polygon in it"),
        (polygon("abc"), "polygon 1: its coordinates are no list"),
        ({"type": "Polygon"}, "polygon 1: its coordinates are no list"),
        (polygon(SQUARE[:2]), "polygon 1: an outline has fewer than three corners"),
        (polygon([[0, 0], [1, 1], [0, 0], [1, 1]]), "polygon 1: an outline has fewer than three corners"),
        (polygon([[0], [1], [2]]), "polygon 1: a corner is no pair of numbers"),
        (polygon([[0, "1"], [1, 1], [2, 2]]), "polygon 1: a corner is no pair of numbers"),
        (polygon([[True, 1], [1, 1], [2, 2]]), "polygon 1: a corner is no pair of numbers"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 0], [1, 0], [1, 1]]]}', "polygon 1: a corner is no"),
        (polygon([[10**400, 0], [1, 0], [1, 1]]), "polygon 1: a corner is no pair of numbers"),
        (polygon([[34, 120], [35, 120], [35, 121]]), "polygon 1: 34, 120 is swapped: longitude comes first"),
        (polygon([[4e6, 3e6], [4e6, 4e6], [5e6, 3e6]]), "polygon 1: 4e+06, 3e+06 is not on the globe"),
        (polygon([[170, 0], [-170, 0], [-170, 5], [170, 5]]), "polygon 1: an edge spans more than half"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_file_is_refused_in_one_line(path: Path, told: object, why: str) -> None:
    assert refused(path, told).startswith(why)


def test_a_file_that_is_not_there_or_no_text_or_too_large(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_areas(str(path))
    with pytest.raises(BadInput, match="Is a directory"):
        read_areas(str(tmp_path))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="it is not JSON, nor text in UTF-8"):
        read_areas(str(path))
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(BadInput, match="it is larger than 32 MB"):
        read_areas(str(path))
