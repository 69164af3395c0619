"""Decides that a map program reads what is exported, and that what is held back or made coarse stays so."""

from __future__ import annotations

import csv
import io
import json
from math import cos, radians
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import BadInput
from tracker.exporters.coarse import DEGREE_KM, blurred
from tracker.tracker import Tracker
from tracker.zones import parse_iso

NOW = parse_iso("2024-12-09T12:00:00Z")
FORD = (33.123456, 36.234567)


@pytest.fixture
def tracker(where: str) -> Tracker:
    made = Tracker.create(where, clock=lambda: NOW, by="anna")
    made.place_add("Ford", kind="town", lat=FORD[0], lon=FORD[1], aliases=["Furt"])
    made.place_add("Mill", kind="town", lat=-33.5, lon=179.999)
    made.place_add("Nowhere", kind="village")
    for actor in ("Army", "Clan"):
        made.actor_add(actor, level="side")
    made.source_add("Wire", kind="wire")
    made.add_claim("Army holds Ford", source="Wire", at="2024-12-01", reported="2024-12-01")
    made.add_claim("Clan captured Mill", source="Wire", at="2024-12-08", quote="“عاجل”")
    made.add_claim("Clan captured Nowhere", source="Wire", at="2024-12-05", reported="2024-12-05")
    return made


def collected(tracker: Tracker, what: str, **chosen: Any) -> dict[str, Any]:
    """The features by their id, of a collection that is one by RFC 7946."""
    out = io.StringIO()
    count = tracker.export(what, out=out, file_format="geojson", **chosen)["rows"]
    found = json.loads(out.getvalue())
    assert (found["type"], len(found["features"])) == ("FeatureCollection", count)
    for one in found["features"]:
        assert (one["type"], set(one)) == ("Feature", {"type", "id", "geometry", "properties"})
        if one["geometry"] is not None:
            lon, lat = one["geometry"]["coordinates"]
            assert one["geometry"]["type"] == "Point"
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
        assert all(not isinstance(value, dict | list) for value in one["properties"].values())
    return {one["id"]: one for one in found["features"]}


def test_verdicts_have_their_place_and_their_times(tracker: Tracker) -> None:
    found = collected(tracker, "status", at="2024-12-08T18:00Z")
    assert found["ford"]["geometry"]["coordinates"] == [36.234567, 33.123456], "longitude first"
    assert found["nowhere"]["geometry"] is None
    told = found["ford"]["properties"]
    assert (told["status"], told["controller_name"]) == ("held", "Army")
    assert (told["time"], told["start"] is None) == ("2024-12-08T18:00:00Z", False)
    assert tracker.status("Ford", at="2024-12-08T18:00Z")["confidence"] == told["confidence"]
    assert set(collected(tracker, "status", controller="Army")) == {"ford"}
    assert set(collected(tracker, "status", known_at="2020-01-01")) == set()


def test_claims_have_a_beginning_and_an_end(tracker: Tracker) -> None:
    found = collected(tracker, "claims", place="Mill")
    ((id_, one),) = found.items()
    assert id_ == one["properties"]["claim"]
    assert one["geometry"]["coordinates"] == [179.999, -33.5]
    told = one["properties"]
    assert (told["start"], told["end"]) == ("2024-12-08T00:00:00Z", "2024-12-08T23:59:59.999999Z")
    assert told["quote"] == "“عاجل”"


def test_places_have_their_names(tracker: Tracker) -> None:
    found = collected(tracker, "places")
    assert set(found) == {"ford", "mill", "nowhere"}
    assert found["ford"]["properties"]["names"].split("; ") == ["Ford", "Furt"]
    tracker.merge("place", "Mill", "Ford")
    assert set(collected(tracker, "places")) == {"ford", "nowhere"}
    moved = collected(tracker, "claims", text="Clan")
    assert [36.234567, 33.123456] in [
        one["geometry"]["coordinates"] for one in moved.values() if one["geometry"]
    ]


def test_places_come_in_again_as_they_are_and_nothing_else_does(tracker: Tracker, tmp_path: Path) -> None:
    """Claims and verdicts on a map are points too, and would be namesakes of the places they are about."""
    tracker.place_add("The Land", kind="country", id_="land")
    tracker.place_add("Hill", kind="village", lat=33.0, lon=36.0, parent="land")
    path = tmp_path / "places.geojson"
    tracker.export("places", out=path)
    assert tracker.import_file(path)["known"] == 5
    there = Tracker.create(str(tmp_path / "there.db"), clock=lambda: NOW, by="anna")
    assert there.import_file(path)["recorded"] == 5
    assert collected(there, "places") == collected(tracker, "places")
    tracker.add_claim(predicate="fighting", relation="in", place="Hill", source="Wire", at="2024-12-05")
    for what, why in (("claims", "a claim, no place"), ("status", "a verdict, no place")):
        tracker.export(what, out=(path := tmp_path / f"{what}.geojson"))
        assert tracker.import_file(path)["left"] == {why: 4}, "also of Hill, which nobody is known to hold"


@pytest.mark.parametrize("what", ["claims", "status", "places"])
def test_a_map_program_reads_it(what: str, tracker: Tracker, tmp_path: Path) -> None:
    path = tmp_path / f"{what}.geojson"
    tracker.export(what, out=path)
    info = pyogrio.read_info(path)
    assert (info["features"], info["geometry_type"]) == (3, "Point")
    assert "4326" in info["crs"]
    _, _, geometries, columns = pyogrio.raw.read(path)
    names = dict(zip(info["fields"], columns, strict=True))
    assert sum(one is None for one in geometries) == 1
    if what != "places":
        kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
        assert kinds["start"].startswith("datetime64")
        assert kinds["end"].startswith("datetime64")
    if what == "claims":
        assert "“عاجل”" in names["quote"]


def test_what_was_reported_lately_is_held_back(tracker: Tracker) -> None:
    def places(**chosen: Any) -> set[Any]:
        return {one["properties"]["place"] for one in collected(tracker, "claims", **chosen).values()}

    assert places() == {"ford", "mill", "nowhere"}
    assert places(older_than="48h") == {"ford", "nowhere"}
    assert places(older_than="7d") == {"ford"}
    assert set(collected(tracker, "status", older_than="48h")) == {"ford", "nowhere"}
    assert set(collected(tracker, "status", older_than="48h", published_by="2024-12-02")) == {"ford"}
    for text in ("48", "yesterday", "0h"):
        with pytest.raises(BadInput, match="as a length of time"):
            collected(tracker, "claims", older_than=text)
    with pytest.raises(BadInput, match="--older-than says nothing of an export of log"):
        tracker.export("log", out=io.StringIO(), older_than="48h")


def test_places_are_put_on_a_grid(tracker: Tracker) -> None:
    points = [
        collected(tracker, what, blur=10.0)[key]["geometry"]["coordinates"]
        for what, key in (("places", "ford"), ("status", "ford"))
    ]
    (claim,) = collected(tracker, "claims", place="Ford", blur=10.0).values()
    assert points[0] == points[1] == claim["geometry"]["coordinates"]
    lon, lat = points[0]
    assert (lat, lon) == blurred(FORD, 10.0) != FORD
    out = io.StringIO()
    tracker.export("places", out=out, blur=10.0)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}
    assert (float(rows["ford"]["lat"]), float(rows["ford"]["lon"])) == (lat, lon)
    assert "33.123456" not in out.getvalue()
    for km in (0.0, -1.0, 5000.0, float("nan")):
        with pytest.raises(BadInput, match="is no size for a grid"):
            collected(tracker, "places", blur=km)
    for form in ("csv", "jsonl"):
        with pytest.raises(BadInput, match="--blur"):
            tracker.export("claims", out=io.StringIO(), file_format=form, blur=10.0)


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(0.1, 500))
def test_a_cell_is_about_as_large_as_was_asked(lat: float, lon: float, km: float) -> None:
    to_lat, to_lon = blurred((lat, lon), km)
    assert -90 <= to_lat <= 90
    assert -180 <= to_lon < 180
    assert abs(to_lat - lat) * DEGREE_KM <= km * 0.51
    apart = abs((to_lon - lon + 180) % 360 - 180)
    assert apart * DEGREE_KM * cos(radians(to_lat)) <= km * 0.51
    assert blurred((to_lat, to_lon), km)[0] == pytest.approx(to_lat, abs=1e-6) or abs(to_lat) == 90
