"""Decides which lines a map shows, whose they are said to be, and which files of lines are refused."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput, TrackerError
from tracker.geometry import LARGEST
from tracker.outlines import LEAST_MARGIN, MARGIN, Bounds, Outlines, Polyline, outlines
from tracker.resources import folder

Point = tuple[float, float]

SYRIA = (35.5, 32.3, 42.4, 37.4)
UKRAINE = (22.1, 44.3, 40.3, 52.4)
SQUARE = [[36, 33], [38, 33], [38, 35], [36, 35], [36, 33]]


def degrees(line: Polyline) -> list[Point]:
    xs, ys = accumulate(line[::2]), accumulate(line[1::2])
    return [(x / 1000, y / 1000) for x, y in zip(xs, ys, strict=True)]


def every(found: Outlines) -> list[Polyline]:
    return [*found["coast"], *found["borders"], *found["disputed"], *found["regions"]]


def nearest(lines: list[Polyline], place: Point) -> float:
    """How far, in degrees, a place lies from the nearest of the lines."""
    return min(apart(place, one, other) for line in lines for one, other in pairwise(degrees(line)))


def apart(place: Point, one: Point, other: Point) -> float:
    dx, dy = other[0] - one[0], other[1] - one[1]
    long = dx * dx + dy * dy
    share = ((place[0] - one[0]) * dx + (place[1] - one[1]) * dy) / long if long else 0.0
    share = min(1.0, max(0.0, share))
    x, y = one[0] + share * dx - place[0], one[1] + share * dy - place[1]
    return float((x * x + y * y) ** 0.5)


def crosses(here: Point, there: Point, one: Point, other: Point) -> bool:
    def side(a: Point, b: Point, c: Point) -> bool:
        return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])

    return side(here, there, one) != side(here, there, other) and side(one, other, here) != side(
        one, other, there
    )


# -- what is in a window -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def syria() -> Outlines:
    return outlines(SYRIA)


@pytest.mark.parametrize(
    ("kind", "what", "place"),
    [
        ("coast", "Latakia", (35.77, 35.52)),
        ("coast", "Tartus", (35.88, 34.89)),
        ("borders", "Turkey, at Kobani", (38.35, 36.90)),
        ("borders", "Iraq, at al-Bukamal", (41.00, 34.42)),
        ("borders", "Jordan, at Nasib", (36.19, 32.54)),
        ("disputed", "Lebanon, at Masnaa", (35.95, 33.70)),
        ("disputed", "Israel, the ceasefire line at Quneitra", (35.82, 33.12)),
        ("disputed", "the western edge of the Golan", (35.64, 33.10)),
    ],
)
def test_syria_has_its_coast_its_five_neighbours_and_the_golan(
    syria: Outlines, kind: str, what: str, place: Point
) -> None:
    lines = {"coast": syria["coast"], "borders": syria["borders"], "disputed": syria["disputed"]}
    assert nearest(lines[kind], place) < 0.12, what


ALEPPO, RAQQA, TABQA, DAMASCUS, SUWAYDA = (
    (37.16, 36.20),
    (39.01, 35.95),
    (38.55, 35.84),
    (36.29, 33.51),
    (36.57, 32.71),
)
HOMS, HAMA, TADMUR, MAYADIN, BUKAMAL = (
    (36.71, 34.73),
    (36.75, 35.13),
    (38.28, 34.55),
    (40.45, 35.02),
    (40.92, 34.46),
)


@pytest.mark.parametrize(
    ("here", "there", "parted"),
    [
        (ALEPPO, RAQQA, True),
        (HOMS, HAMA, True),
        (TADMUR, MAYADIN, True),
        (DAMASCUS, SUWAYDA, True),
        (RAQQA, TABQA, False),
        (HOMS, TADMUR, False),
        (MAYADIN, BUKAMAL, False),
    ],
)
def test_syria_has_its_governorates(syria: Outlines, here: Point, there: Point, parted: bool) -> None:
    """The way from one town to another crosses a line if, and only if, they are in different governorates."""
    crossed = any(
        crosses(here, there, one, other)
        for line in syria["regions"]
        for one, other in pairwise(degrees(line))
    )
    assert crossed is parted


def test_what_is_disputed_is_not_drawn_solid_as_well(syria: Outlines) -> None:
    """Nowhere does a solid border run along a dashed line, or a line twice."""
    for found in (syria, outlines(UKRAINE), outlines((72, 31, 81, 38))):
        edges = [frozenset(edge) for line in every(found) for edge in pairwise(degrees(line))]
        assert len(edges) == len(set(edges))


@pytest.mark.parametrize(
    ("what", "bounds", "place"),
    [
        ("Crimea towards Ukraine", UKRAINE, (33.70, 46.18)),
        ("the strait of Kerch", UKRAINE, (36.60, 45.10)),
        ("Transnistria", UKRAINE, (29.18, 47.20)),
        ("the line of control in Kashmir", (72, 31, 81, 38), (74.0, 34.0)),
        ("Western Sahara's northern border", (-17.5, 20.5, -4, 31), (-10.0, 27.67)),
        ("the berm in Western Sahara", (-17.5, 20.5, -4, 31), (-14.5, 22.5)),
        ("the West Bank", (34, 29.4, 36, 33.4), (35.0, 31.87)),
        ("Gaza", (34, 29.4, 36, 33.4), (34.40, 31.42)),
        ("Kosovo and Serbia", (19, 41, 23, 44), (21.35, 42.87)),
        ("Korea", (124, 33, 131, 43), (127.5, 38.3)),
        ("Northern Cyprus", (32, 34, 35, 36), (33.2, 35.15)),
    ],
)
def test_what_is_disputed_is_dashed(what: str, bounds: Bounds, place: Point) -> None:
    found = outlines(bounds)
    assert nearest(found["disputed"], place) < 0.35, what
    assert nearest(found["disputed"], place) < nearest(found["borders"], place), what


def test_a_front_of_the_past_is_no_border() -> None:
    """The contact line of 2015 ran past Donetsk; the ceasefire line of 1994 east of Stepanakert."""
    assert nearest(outlines(UKRAINE)["disputed"], (37.75, 48.05)) > 1
    assert nearest(outlines((44, 38, 51, 42))["disputed"], (47.0, 40.0)) > 1


def test_it_is_said_whose_lines_they_are(syria: Outlines) -> None:
    assert "Natural Earth" in syria["source"]
    assert "public domain" in syria["source"]
    assert "no statement" in syria["caution"]
    assert "Dashed: disputed" in syria["caution"]


def test_the_world_is_drawn_simpler_and_without_regions() -> None:
    world, near = outlines(), outlines(SYRIA)
    assert world["regions"] == []
    assert near["regions"] != []
    assert 2_000 < sum(len(line) // 2 for line in every(world)) < 80_000
    assert world == outlines((-180, -90, 180, 90))


def test_one_place_has_something_around_it() -> None:
    found = outlines((36.3, 33.5, 36.3, 33.5))
    assert found["regions"] != []


@pytest.mark.parametrize(
    "bounds", [(1, 2, 3, 1), (0, -91, 1, 0), (0, 0, 1, float("nan")), (float("inf"), 0, 1, 1)]
)
def test_bounds_that_are_none(bounds: Bounds) -> None:
    with pytest.raises(BadInput, match="are no bounds of a map"):
        outlines(bounds)


# -- across the 180th meridian -----------------------------------------------------------------------


def test_fiji_in_one_piece_when_degrees_go_on() -> None:
    found = outlines((177, -20, 182, -15))
    assert nearest(found["coast"], (178.4, -18.2)) < 0.1  # Suva
    assert nearest(found["coast"], (180.05, -16.9)) < 0.1  # Taveuni, east of the meridian
    assert all(170 < x < 190 for line in every(found) for x, _ in degrees(line))


def test_fiji_on_both_sides_when_degrees_do_not() -> None:
    found = outlines((177, -20, -178, -15))
    assert nearest(found["coast"], (178.4, -18.2)) < 0.1
    assert nearest(found["coast"], (-179.95, -16.9)) < 0.1
    assert all(abs(x) <= 180 for line in every(found) for x, _ in degrees(line))


def test_the_other_way_round_it_is_the_same() -> None:
    east, west = outlines((177, -20, 182, -15)), outlines((-183, -20, -178, -15))
    moved = [[line[0] + 360_000, *line[1:]] for line in west["coast"]]
    assert sorted(moved) == sorted(east["coast"])


# -- cutting -----------------------------------------------------------------------------------------

WINDOWS = st.tuples(
    st.floats(-180, 170), st.floats(-85, 80), st.floats(0.01, 10), st.floats(0.01, 10)
).map(lambda w: (w[0], w[1], w[0] + w[2], min(85.0, w[1] + w[3])))  # fmt: skip


@given(bounds=WINDOWS)
def test_no_point_lies_far_outside_the_bounds(bounds: Bounds) -> None:
    west, south, east, north = bounds
    across = max(LEAST_MARGIN / 1000, MARGIN * (east - west)) + 0.003
    up = max(LEAST_MARGIN / 1000, MARGIN * (north - south)) + 0.003
    for line in every(outlines(bounds)):
        assert len(line) >= 4
        assert len(line) % 2 == 0
        assert all(type(value) is int for value in line)
        for x, y in degrees(line):
            assert west - across <= x <= east + across
            assert south - up <= y <= north + up


@given(lon=st.integers(-170_000, 170_000), lat=st.integers(-80_000, 80_000), data=st.data())
def test_a_line_is_cut_to_what_of_it_is_inside(
    tmp_path_factory: pytest.TempPathFactory, lon: int, lat: int, data: st.DataObject
) -> None:
    """Every corner inside the bounds stays, in order, and what is answered lies on the line told."""
    near = st.tuples(st.integers(lon - 9_000, lon + 9_000), st.integers(lat - 9_000, lat + 9_000))
    told = [(x / 1000, y / 1000) for x, y in data.draw(st.lists(near, min_size=2, max_size=9, unique=True))]
    path = tmp_path_factory.getbasetemp() / "line.geojson"
    path.write_text(json.dumps({"type": "LineString", "coordinates": told}))
    bounds = (lon / 1000, lat / 1000, lon / 1000 + 4, lat / 1000 + 4)

    found = outlines(bounds, boundaries=str(path))["borders"]

    corners = [corner for line in found for corner in degrees(line)]
    kept = [
        point for point in told if bounds[0] <= point[0] <= bounds[2] and bounds[1] <= point[1] <= bounds[3]
    ]
    remaining = iter(corners)
    assert all(point in remaining for point in kept)
    for corner in corners:
        assert min(apart(corner, one, other) for one, other in pairwise(told)) < 0.002


def test_a_long_edge_through_the_window_is_seen(tmp_path: Path) -> None:
    found = own(tmp_path, {"type": "LineString", "coordinates": [[0, 34], [80, 34]]}, bounds=SYRIA)
    (line,) = found["borders"]
    assert [round(x, 1) for x, _ in degrees(line)] == [33.8, 44.1]


def test_a_country_is_there_in_no_time() -> None:
    """The bar is 50 ms; a hundred are left to a busy machine, and the best of five counts."""

    def taken() -> float:
        begin = process_time()
        outlines(UKRAINE)
        return process_time() - begin

    assert min(taken() for _ in range(5)) < 0.15


# -- a file of one's own -----------------------------------------------------------------------------


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def line(*points: object) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def own(folder: Path, told: object, bounds: Bounds | None = None) -> Outlines:
    path = folder / "own.geojson"
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return outlines(bounds, boundaries=str(path))


def refused(folder: Path, told: object) -> str:
    with pytest.raises(BadInput) as refusal:
        own(folder, told)
    assert "\n" not in refusal.value.message
    assert refusal.value.next_step
    return refusal.value.message.removeprefix(f"{folder / 'own.geojson'} cannot be used: ")


def test_ones_own_file_replaces_natural_earth_altogether(tmp_path: Path) -> None:
    told = collection(
        feature(line([36, 33], [36.5, 33.25])),
        feature(line([36, 34], [37, 34]), disputed=True),
        feature(line([36, 35], [37, 35]), Region="true"),
        feature(line([36, 36], [37, 36]), level=1),
        feature(line([35, 33], [35, 34]), coast=True),
        feature(line([36, 37], [37, 37]), level=0, disputed=False),
    )
    found = own(tmp_path, told, SYRIA)
    assert found["borders"] == [[36000, 33000, 500, 250], [36000, 37000, 1000, 0]]
    assert found["disputed"] == [[36000, 34000, 1000, 0]]
    assert found["regions"] == [[36000, 35000, 1000, 0], [36000, 36000, 1000, 0]]
    assert found["coast"] == [[35000, 33000, 0, 1000]]
    assert found["source"] == "own.geojson"
    assert "own.geojson" in found["caution"]
    assert "Natural Earth" not in found["caution"]


def test_every_geometry_with_lines_is_drawn(tmp_path: Path) -> None:
    multi = {"type": "MultiLineString", "coordinates": [[[1, 1], [2, 2]], [[3, 3], [4, 4]]]}
    polygons = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE[:-1]]]}
    inner = {
        "type": "GeometryCollection",
        "geometries": [line([5, 5], [6, 6]), {"type": "Point", "coordinates": [0, 0]}],
    }
    told = {
        "type": "GeometryCollection",
        "geometries": [multi, polygons, inner, {"type": "Polygon", "coordinates": [SQUARE]}],
    }
    found = own(tmp_path, told)["borders"]
    square = [36000, 33000, 2000, 0, 0, 2000, -2000, 0, 0, -2000]
    assert found == [
        [1000, 1000, 1000, 1000],
        [3000, 3000, 1000, 1000],
        square,
        square,
        [5000, 5000, 1000, 1000],
        square,
    ]


def test_heights_a_mark_of_order_and_features_without_a_place_do_no_harm(tmp_path: Path) -> None:
    told = "\ufeff" + json.dumps(collection(feature(None), feature(line([1, 1, 800], [2, 2, 900]))))
    assert own(tmp_path, told)["borders"] == [[1000, 1000, 1000, 1000]]


def test_a_file_with_nothing_in_this_window_is_no_mistake(tmp_path: Path) -> None:
    assert every(own(tmp_path, line([1, 1], [2, 2]), SYRIA)) == []


def test_collections_in_collections_however_deep(tmp_path: Path) -> None:
    told: dict[str, Any] = line([1, 1], [2, 2])
    for _ in range(200):
        told = {"type": "GeometryCollection", "geometries": [told]}
    assert own(tmp_path, told)["borders"] == [[1000, 1000, 1000, 1000]]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "it is empty"),
        ("{", "it is not JSON (line 1, column 2)"),
        ('{"a": NaN}', "it is not JSON (NaN is no number)"),
        ("[" * 100_000, "it is nested too deep"),
        ("[1, 2]", "it is JSON, but no GeoJSON"),
        ({"type": "FeatureCollection"}, "it is JSON, but no GeoJSON"),
        ({"type": "Topology", "arcs": []}, "it is TopoJSON"),
        (collection(), "there is no line and no polygon in it"),
        (collection(1, None, feature(7)), "there is no line and no polygon in it"),
        (feature({"type": "Point", "coordinates": [1, 1]}), "there is no line and no polygon in it"),
        (line([1, 1], [1, 1]), "there is no line and no polygon in it"),
        (
            collection(feature(None), feature(line([4181000, 4010000], [4182000, 4011000]))),
            "feature 2: 4.181e+06, 4.01e+06 is not on the globe: "
            "longitude and latitude in degrees are wanted",
        ),
        (line([36, 120], [36, 121]), "feature 1: 36, 120 is swapped: longitude comes first"),
        (line([1, 1], ["2", 2]), "feature 1: a corner is no pair of numbers"),
        (line([1, 1], [2]), "feature 1: a corner is no pair of numbers"),
        (line(1, 2), "feature 1: its coordinates are no list"),
        ({"type": "Polygon", "coordinates": 5}, "feature 1: its coordinates are no list"),
        (
            line([179, 0], [-179, 0]),
            "feature 1: an edge spans more than half the globe; "
            "a line across the 180th meridian is cut there in two",
        ),
    ],
)
def test_what_is_refused_in_one_line(tmp_path: Path, told: object, why: str) -> None:
    assert refused(tmp_path, told) == why


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file") as refusal:
        outlines(boundaries=str(tmp_path / "none.geojson"))
    assert "ls -l" in refusal.value.next_step


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="directory"):
        outlines(boundaries=str(tmp_path))


def test_a_huge_file(tmp_path: Path) -> None:
    path = tmp_path / "huge.geojson"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(BadInput, match="larger than 32 MB"):
        outlines(boundaries=str(path))


# -- the file that comes with tracker ----------------------------------------------------------------


def vendored() -> Iterator[tuple[str, int, str]]:
    listed = (folder("fixtures") / "outlines" / "README.md").read_text(encoding="utf-8")
    for name, size, digest in re.findall(
        r"^\| `([\w.-]+)` \| (\d+) \|.*\| `([0-9a-f]{64})` \|$", listed, re.M
    ):
        yield name, int(size), digest


def test_every_file_is_listed_with_its_size_and_its_hash() -> None:
    there = {path.name for path in (folder("fixtures") / "outlines").iterdir()} - {"README.md"}
    assert {name for name, _, _ in vendored()} == there
    for name, size, digest in vendored():
        content = (folder("fixtures") / "outlines" / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)


def test_the_world_stays_small() -> None:
    assert sum(size for _, size, _ in vendored()) < 1.2e6


WHOLE = (folder("fixtures") / "outlines" / "natural-earth.outlines").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"something else\n{}\n", WHOLE[: len(WHOLE) // 4]])
def test_an_installation_without_its_outlines_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    (tmp_path / "outlines").mkdir()
    if content is not None:
        (tmp_path / "outlines" / "natural-earth.outlines").write_bytes(content)
    monkeypatch.setattr(sys.modules["tracker.outlines"], "folder", lambda name: tmp_path)
    with pytest.raises(TrackerError, match="lacks its outlines"):
        outlines(SYRIA)
