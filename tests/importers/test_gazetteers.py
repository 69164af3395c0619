"""Decides what each format of places tells, and that whatever is wrong with a file is told."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.importers.claims import LeftOut
from tracker.importers.formats import GAZETTEERS, Gazetteer, format_of
from tracker.importers.geonames import COLUMNS
from tracker.importers.places import Told, people
from tracker.importers.rows import LONGEST, Rejected, Row
from tracker.record.events import typed_by_somebody


def told(name: str, data: str | bytes) -> list[Told | LeftOut | str]:
    """What each row tells, or why it is none."""
    how = format_of("", name)
    assert isinstance(how, Gazetteer)
    raw = data.encode() if isinstance(data, str) else data
    return [_told(how, row) for row in how.read(io.BytesIO(raw), "file", None)]


def _told(how: Gazetteer, row: Row | Rejected) -> Told | LeftOut | str:
    if isinstance(row, Rejected):
        return row.why
    try:
        with typed_by_somebody():
            return how.told(row.fields)
    except BadInput as error:
        return error.message


def one(name: str, data: str | bytes) -> Told:
    (found,) = told(name, data)
    assert isinstance(found, Told), found
    return found


def dump(**cells: object) -> str:
    """A line of a GeoNames dump."""
    return "\t".join(str(cells.get(name, "")) for name in COLUMNS) + "\n"


def collection(*features: Mapping[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def feature(shape: str, coordinates: object, **properties: object) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def workbook(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    del book[book.sheetnames[0]]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# -- tables of places --------------------------------------------------------------------------------


def test_a_table_of_places_has_its_columns_under_many_names() -> None:
    for head in (
        "place_id,name,latitude,lng,pop,Other Names,Part of",
        "code,NAME,lat,lon,population,aliases,parent",
    ):
        found = one("places", f'{head}\ngn:170017,Hama,35.13,36.75,"460,602",Ḩamāh; حماة,Hama Governorate\n')
        event = found.event
        assert (event.name, event.place_kind, event.lat, event.lon) == ("Hama", "town", 35.13, 36.75)
        assert (event.gazetteer, event.population) == ("gn:170017", 460_602)
        assert event.aliases == ("Ḩamāh", "حماة", "gn:170017"), "a code is a name"
        assert (found.id, found.parents, found.needed) == (None, ("Hama Governorate",), True)


def test_a_workbook_of_places_is_read_as_a_table_is() -> None:
    (found,) = told(
        "places", workbook({"places": [["name", "lat", "lon", "population"], ["Hama", 35.13, 36.75, 500]]})
    )
    assert isinstance(found, Told)
    assert (found.event.name, found.event.lat, found.event.population) == ("Hama", 35.13, 500)


def test_an_id_that_can_be_one_is_one_and_another_is_a_code() -> None:
    assert one("places", "id,name\nhama-city,Hama\n").id == "hama-city"
    found = one("places", "id,name\nSY05,Hama\n")
    assert (found.id, found.code, found.event.place) == (None, "SY05", "hama")
    found = one("places", "id,name,pcode\nSY05,Hama,C100\n")
    assert (found.code, found.event.aliases) == ("C100", ("C100", "SY05"))


def test_the_name_of_a_gazetteer_says_nothing_and_a_code_of_one_does() -> None:
    assert one("places", "name,gazetteer,held_before_2022\nHama,gn,1\n").code is None
    assert one("places", "name,gazetteer\nHama,geonames:170017\n").code == "geonames:170017"
    assert one("places", "name,geonameid\nHama,170017\n").code == "gn:170017"


def test_places_in_json_are_told_line_by_line() -> None:
    rows = [
        {"name": "Hama", "lat": 35, "lon": 36.5, "aliases": ["Ḩamāh"], "code": 7, "kind": "City"},
        {"name": [1]},
    ]
    good, bad = told("places", "\n".join(map(json.dumps, rows)))
    assert isinstance(good, Told)
    assert (good.event.place_kind, good.event.lat, good.code) == ("city", 35.0, "7")
    assert bad == "name is no text"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("lat,1", "the place has no name"), ("name,kind\nX,hamlett", "'hamlett' is no kind of place"),
        ("name,lat\nX,35", "a position needs both"), ("name,lat,lon\nX,95,10", "--lat 95 is not on Earth"),
        ("name,lat,lon\nX,nan,10", "lat 'nan' is no number"), ("name,lat,lon\nX,1_0,10", "is no number"),
        ("name,population\nX,many", "is no number"), ("name,population\nX,-3", "is no number of people"),
        ("name,population\nX,1e300", "is no number of people"),
        ("name,population\nX,2.5", "no number of people"),
        ("name,lat,latitude\nX,1,2", "lat stands in two columns"),
        ("name,aliases\nX," + ";".join(f"n{n}" for n in range(600)), "it has 600 other names"),
        ("name\n" + "x" * 600, "has 600 characters"), ("name,aliases\nX," + "y" * 600, "has 600 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_place_is_told(cells: str, why: str) -> None:
    table = cells if "\n" in cells else "{}\n{}".format(*cells.split(","))
    (found,) = told("places", f"{table}\n")
    assert isinstance(found, str), found
    assert why in found


@pytest.mark.parametrize(
    ("text", "number"), [("1,060", 1060), ("1 234 567", 1_234_567), ("12.0", 12), ("0", 0)]
)
def test_people_are_counted_as_people_write_them(text: str, number: int) -> None:
    assert people(text) == number


# -- GeoNames ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "population", "kind"),
    [
        ("PPL", 300_000, "city"), ("PPL", 5_000, "town"), ("PPL", 40, "village"), ("PPL", 0, "village"),
        ("PPLA", 0, "city"), ("PPLA2", 10, "town"), ("PPLC", 10, "city"), ("PPLX", 10, "other"),
        ("PPLH", 10, None), ("ADM1", 0, "governorate"), ("ADM2", 0, "district"), ("AIRP", 0, "airport"),
        ("AIRB", 0, "base"), ("DAM", 0, "dam"), ("BDG", 0, "bridge"), ("PCLI", 0, "country"), ("MT", 0, None),
    ],
)  # fmt: skip
def test_a_feature_of_geonames_is_one_of_our_kinds_or_left(
    code: str, population: int, kind: str | None
) -> None:
    (found,) = told("geonames", dump(
        geonameid=1, name="X", feature_class="P" if code.startswith("PPL") else "A", feature_code=code,
        population=population, latitude=1, longitude=2,
    ))  # fmt: skip
    assert (found.event.place_kind if isinstance(found, Told) else None) == kind


def test_a_town_of_geonames_lies_in_its_areas_by_their_codes() -> None:
    town = {
        "geonameid": 170017, "name": "Ḩamāh", "asciiname": "Hamah", "alternatenames": "Hama,حماة,哈马,Hama",
        "feature_class": "P", "feature_code": "PPLA", "country_code": "SY",
        "latitude": 35.1, "longitude": 36.7,
    }  # fmt: skip
    found = one("geonames", dump(**town, admin1_code="10", admin2_code="173"))
    assert found.parents == ("SY.10.173", "SY.10", "SY")
    assert (found.needed, found.code) == (False, "gn:170017")
    assert found.event.aliases == ("Hamah", "Hama", "حماة", "哈马", "gn:170017")
    assert one("geonames", dump(**town, admin1_code="00", admin2_code="173")).parents == ("SY",)
    area = {
        "geonameid": 2, "name": "Hama", "feature_class": "A", "country_code": "SY", "admin1_code": "10",
    }  # fmt: skip
    first = one("geonames", dump(**area, feature_code="ADM1"))
    assert (first.parents, "SY.10" in first.keys) == (("SY",), True)
    second = one("geonames", dump(**area, feature_code="ADM2", admin2_code="173"))
    assert (second.parents, "SY.10.173" in second.keys) == (("SY.10", "SY"), True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04...", "it is a ZIP archive"),
        (b"name,lat\n", "its first line has 1 cells"),
        (b"\0" * 40, "cells"),
    ],
)
def test_what_is_no_dump_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        told("geonames", data)


def test_a_bad_line_of_a_dump_is_told_and_the_next_is_read() -> None:
    good = dump(geonameid=1, name="X", feature_class="P", feature_code="PPL", latitude=1, longitude=2)
    bad = [b"1\t2\n", good.encode().replace(b"X", b"\xff"), good.replace("X", "a\0b").encode(),
           good.replace("X", "y" * LONGEST).encode()]  # fmt: skip
    found = told("geonames", b"".join([good.encode(), *bad, good.encode()]))
    assert isinstance(found[0], Told)
    assert isinstance(found[-1], Told)
    for text, why in zip(found[1:-1], ("has 2 cells", "not UTF-8", "NUL", "longer than"), strict=True):
        assert why in str(text)


# -- p-codes -----------------------------------------------------------------------------------------

OCHA = """admin0Name_en,admin0Pcode,admin1Name_en,admin1Name_ar,admin1Pcode,admin2Name_en,admin2Pcode,lat,lon
#country+name,#country+code,#adm1+name+en,#adm1+name+ar,#adm1+code,#adm2+name,#adm2+code,#geo+lat,#geo+lon
Syria,SY,Hama,حماة,SY05,As-Salamiyeh,SY0502,35.0,37.0
Syria,SY,Hama,حماة,SY05,Muhradah,SY0504,35.2,36.5
"""


def test_each_pcode_is_one_place_with_its_names_and_its_parent() -> None:
    found = [one for one in told("pcodes", OCHA) if isinstance(one, Told)]
    assert [(one.code, one.event.place_kind, one.parents) for one in found] == [
        ("SY", "country", ()), ("SY05", "governorate", ("SY",)), ("SY0502", "district", ("SY05",)),
        ("SY0504", "district", ("SY05",)),
    ]  # fmt: skip
    assert found[1].event.aliases == ("حماة", "SY05")
    assert [one.event.lat for one in found] == [None, None, 35.0, 35.2], "where it is, it says of the lowest"


def test_another_spelling_of_the_heads() -> None:
    (area,) = told("pcodes", "ADM1_EN,ADM1_AR,ADM1_PCODE,validOn\nHama,حماة,SY05,2020-01-01\n")
    assert isinstance(area, Told)
    assert (area.event.name, area.code, area.event.aliases) == ("Hama", "SY05", ("حماة", "SY05"))


def test_heads_as_ocha_has_them_now_and_as_a_shapefile_cuts_them() -> None:
    now, cut, other = (
        "adm1_name,adm1_name1,adm1_name2,adm1_pcode,adm1_ref_name,valid_on,center_lat,center_lon,lang,lang1\n"
        "Ghazni,غزنی,,AF11,Ghaznah,2021-11-17,33.5,68.4,en,da\n",
        "admin1Name,admin1RefN,admin1Pcod\nGhazni,Ghaznah,AF11\n",
        "admin1Name_en,admin1Name_alias,admin1Pcode\nGhazni,Ghaznah,AF11\n",
    )  # fmt: skip
    area = one("pcodes", now)
    assert (area.event.name, area.event.lat, area.event.lon) == ("Ghazni", 33.5, 68.4)
    assert area.event.aliases == ("غزنی", "Ghaznah", "AF11")
    assert one("pcodes", cut).event.aliases == one("pcodes", other).event.aliases == ("Ghaznah", "AF11")


def test_an_area_goes_by_a_name_in_latin_letters_where_none_is_said_to_be_english() -> None:
    area = one("pcodes", "ADM1_AR,ADM1_FR,ADM1_PCODE\nحماة,Hama,SY05\n")
    assert (area.event.name, area.event.aliases) == ("Hama", ("حماة", "SY05"))
    assert one("pcodes", "ADM1_AR,ADM1_PCODE\nحماة,SY05\n").event.name == "حماة"


def test_a_dash_is_no_code() -> None:
    found = told("pcodes", "ADM1_EN,ADM1_PCODE,ADM2_EN,ADM2_PCODE\nHama,SY05,,-\nOther,Not reported,,\n")
    assert isinstance(found[0], Told)
    assert (found[0].code, found[1:]) == ("SY05", ["it has no p-code"])


LIST = """Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date
#country+name,#geo+admin_level,#adm+code,#adm+name,#adm+code+parent,#date+start
AFG,2,AF1101,Ghazni,AF11,11/17/21
AFG,1,AF11,Ghazni,AFG,11/17/21
AFG,9,AF99,Nowhere,AF11,11/17/21
AFG,1,AF98,,AFG,11/17/21
"""


def test_a_list_with_a_row_for_each_area() -> None:
    """The country above the first level has no row, so nothing is said of it."""
    district, area, deep, unnamed = told("pcodes", LIST)
    assert isinstance(district, Told)
    assert (district.code, district.event.place_kind) == ("AF1101", "district")
    assert district.parents == ("AF11",)
    assert isinstance(area, Told)
    assert (area.code, area.event.place_kind) == ("AF11", "governorate")
    assert area.parents == ()
    assert (deep, unnamed) == ("'9' is no level from 0 to 5", "the place has no name")


def test_a_table_without_pcodes_is_refused() -> None:
    with pytest.raises(BadInput, match="no column with p-codes"):
        told("pcodes", "name,lat\nHama,3\n")


def test_of_a_workbook_every_sheet_with_pcodes_is_read() -> None:
    """As OCHA has them: a sheet for each level, and one with words for the reader before them."""
    sheets: dict[str, list[list[Any]]] = {
        "Read me": [["Syria", "Syria"], ["as of 2024"]],
        "Admin0": [["admin0Name_en", "admin0Pcode"], ["Syria", "SY"]],
        "Admin1": [["admin1Name_en", "admin1Pcode", "admin0Pcode"], ["Hama", "SY05", "SY"]],
        "Blank": [],
        "Admin2": [["admin2Name_en", "admin2Pcode", "admin1Pcode", "lat", "lon"],
                   ["Muhradah", "SY0504", "SY05", 35.2, 36.5]],
    }  # fmt: skip
    found = [one for one in told("pcodes", workbook(sheets)) if isinstance(one, Told)]
    assert [(one.code, one.parents, one.event.lat) for one in found] == [
        ("SY", (), None), ("SY05", ("SY",), None), ("SY0504", ("SY05",), 35.2),
    ]  # fmt: skip
    with pytest.raises(BadInput, match="no column with p-codes"):
        told("pcodes", workbook({"Read me": sheets["Read me"]}))


def test_what_an_area_s_own_sheet_tells_counts_wherever_that_stands() -> None:
    sheets: dict[str, list[list[Any]]] = {
        "Admin2": [["admin2Name_en", "admin2Pcode", "admin1Name_en", "admin1Pcode", "admin0Name_en",
                    "admin0Pcode"], ["Muhradah", "SY0504", "Hama", "SY05", "Syria", "SY"]],
        "Admin1": [["admin1Name_en", "admin1Name_ar", "admin1Pcode", "admin0Pcode", "lat", "lon"],
                   ["Hama", "حماة", "SY05", "SY", 35.1, 36.8]],
    }  # fmt: skip
    found = [one for one in told("pcodes", workbook(sheets)) if isinstance(one, Told)]
    assert [(one.code, one.parents, one.event.aliases, one.event.lat) for one in found] == [
        ("SY0504", ("SY05",), ("SY0504",), None), ("SY05", ("SY",), ("حماة", "SY05"), 35.1),
        ("SY", (), ("SY",), None),
    ]  # fmt: skip


def test_blank_sheets_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.importers.workbook.MOST_BLANK", 1000)
    blank: list[list[Any]] = [[None] * 5, *([[None]] * 70)]
    assert told("pcodes", workbook({"A": blank, "Admin0": [["admin0Pcode"], ["SY"]]})) == [
        "the place has no name"
    ]
    with pytest.raises(BadInput, match="hardly anything but blank cells"):
        told("pcodes", workbook({"A": blank, "B": blank, "C": blank}))


# -- GeoJSON -----------------------------------------------------------------------------------------

SQUARE = [[[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]]


def test_points_are_places_and_polygons_are_areas_with_their_centre() -> None:
    town, area, road = told("geojson", collection(
        feature("Point", [36.75, 35.13, 300], name="Hama",
                **{"name:ar": "حماة", "place": "city", "pcode": "C1"}),
        feature("MultiPolygon", [SQUARE, [[[0, 0], [0.1, 0], [0, 0.1]]]], ADM1_EN="Hama", ADM1_PCODE="SY05",
                ADM0_PCODE="SY"),
        feature("LineString", [[1, 2], [3, 4]], name="M5"),
    ))  # fmt: skip
    assert isinstance(town, Told)
    assert (town.event.place_kind, town.event.lat, town.event.lon, town.code) == ("city", 35.13, 36.75, "C1")
    assert "حماة" in town.event.aliases
    assert isinstance(area, Told)
    assert (area.event.place_kind, area.event.lat, area.event.lon) == ("governorate", 35.5, 36.5)
    assert (area.code, area.parents, area.outline) == ("SY05", ("SY",), True)
    assert isinstance(road, LeftOut)


def test_codes_that_a_point_has_are_of_the_areas_it_lies_in() -> None:
    found = one("geojson", collection(feature("Point", [36, 35], name="Hama", adm1_pcode="SY05", id=12)))
    assert (found.code, found.parents, found.needed) == (None, ("SY05",), False)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "it is empty"), ("{", "it is no JSON"), ("[" * 200_000, "nested too deep"),
        ('{"a": NaN}', "NaN"),
        ('{"a": 1, "a": 2}', "twice"), ('{"type": "Topology"}', "TopoJSON"), ("[]", "no GeoJSON"),
        ("\xff", "no"),
    ],
)  # fmt: skip
def test_what_is_no_geojson_is_refused(data: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        told("geojson", data.encode("latin-1"))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (5, "no feature"), (feature("Point", [36], name="X"), "no pair of numbers"),
        (feature("Point", [36, 135], name="X"), "not on Earth|swapped"), (feature("Point", "x"), "no list"),
        (feature("Polygon", [], name="X"), ""), (feature("Polygon", [[[[1]]]], name="X"), "no pair|no list"),
        (feature("Point", [10**400, 1], name="X"), "no pair of numbers"),
        (feature("Point", [1, 2]), "no name"),
        (feature("Point", [1, 2], name="a\0"), "no text"),
        (feature("Point", [1, 2], name="\ud800"), "no text"),
        (feature("Point", [1, 2], **{f"p{n}": n for n in range(1001)}), "1001 properties"),
    ],
)  # fmt: skip
def test_a_bad_feature_is_told_and_the_next_is_read(bad: Any, why: str) -> None:
    found = told("geojson", collection(bad, feature("Point", [1, 2], name="Y")))
    assert isinstance(found[-1], Told)
    assert isinstance(found[0], str)
    assert any(part in found[0] for part in why.split("|"))


def test_the_centre_lies_in_the_bounds_however_thin_the_area() -> None:
    for ring in (
        [[1, 2]],
        [[1, 2], [1, 2]],
        [[1, 2], [3, 4]],
        [[1, 2], [3, 4], [5, 6]],
        [[0, 0], [1, 1], [0, 1], [1, 0]],
    ):
        event = one("geojson", collection(feature("Polygon", [ring], name="X"))).event
        lons, lats = zip(*ring, strict=True)
        assert event.lon is not None
        assert event.lat is not None
        assert min(lons) <= event.lon <= max(lons)
        assert min(lats) <= event.lat <= max(lats)


# -- anything ----------------------------------------------------------------------------------------

_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8), lambda some:
    st.lists(some, max_size=4) | st.dictionaries(st.sampled_from(("name", "lat", "id", "x")), some),
    max_leaves=10,
)  # fmt: skip
_heads = st.sampled_from((
    "name", "id", "lat", "lon", "parent", "population", "aliases", "code", "kind", "gazetteer", "adm1_en",
    "adm1_pcode",
    "admin2name_ar", "admin2pcode", "geonameid", "type", "shapetype",
))  # fmt: skip
_rows = st.dictionaries(_heads, _values, max_size=8)
_tables = st.lists(_rows, max_size=5).map(
    lambda rows: "\n".join(",".join(str(cell) for cell in row.values()) for row in rows)
)
_features = st.lists(
    st.fixed_dictionaries({
        "type": st.just("Feature"), "properties": _rows | _values,
        "geometry": st.fixed_dictionaries({
            "type": st.sampled_from(("Point", "Polygon", "MultiPolygon", "Line")), "coordinates": _values,
        }) | _values,
    }) | _values, max_size=4,
)  # fmt: skip
_lines = st.lists(st.lists(st.text(max_size=6) | _values.map(str), min_size=19, max_size=19), max_size=4)
_anything = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.lists(_heads, min_size=1, max_size=6, unique=True), _tables).map(
        lambda two: f"{','.join(two[0])}\n{two[1]}"
    ),
    st.lists(_rows, max_size=5).map(lambda rows: "\n".join(map(json.dumps, rows))),
    _features.map(lambda some: json.dumps({"type": "FeatureCollection", "features": some})),
    _lines.map(lambda lines: "\n".join("\t".join(cells) for cells in lines)),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_anything, st.sampled_from(GAZETTEERS))
def test_whatever_a_file_holds_is_a_place_or_told(data: str | bytes, how: Gazetteer) -> None:
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    began = time.monotonic()
    try:
        rows = list(how.read(io.BytesIO(raw), "file", None))
    except BadInput:
        return
    for row in rows:
        assert row.line > 0
        json.dumps(row.fields, default=str)
        found = _told(how, row)
        if isinstance(found, Told):
            event = found.event
            assert (event.lat is None) == (event.lon is None)
            assert event.population is None or event.population < 2**63
            json.dumps([event.name, *event.aliases, event.gazetteer]).encode()
            "".join((event.name, *event.aliases, *found.parents)).encode()
            assert "\0" not in "".join(found.parents)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("many", ["[],", "{},", "[[1,2]],", "1,"])
def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_read(many: str) -> None:
    """Of an empty list three characters become eighty bytes."""
    text = '{"type": "FeatureCollection", "features": [' + many * (12 * 2**20 // len(many)) + "0]}"
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match="it would take more than 110 MB of memory"):
            told("geojson", text)
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_a_feature_with_half_a_pair_in_the_name_of_a_property_is_told() -> None:
    (found,) = told("geojson", collection(feature("Point", [36, 34], **{"\ud800": 1, "name": "X"})))
    assert "a lone surrogate" in str(found)


def test_a_list_of_what_is_no_feature_is_refused_whole() -> None:
    """Some are told one by one; of a hundred thousand there is nothing to tell."""
    assert len(told("geojson", '{"type": "FeatureCollection", "features": [' + "[]," * 500 + "0]}")) == 501
    with pytest.raises(BadInput, match="hardly anything in it is a feature"):
        told("geojson", '{"type": "FeatureCollection", "features": [' + "[]," * 50_000 + "0]}")
