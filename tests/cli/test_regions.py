"""Decides what `tracker regions` tells of the story: counts that agree with `status`."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import tracker

DAYS = ("2024-11-30", "2024-12-05", "2024-12-08")
TOWNS = ("city", "town", "village")
NORTH = [[35, 35], [42, 35], [42, 38], [35, 38], [35, 35]]
"""North of the 35th parallel: Aleppo, Hama, Latakia, Deir ez-Zor."""


def asked(story_file: Path, *words: object) -> Any:
    return tracker("regions", *words, "--json", "--db", story_file).json


@pytest.mark.parametrize("day", DAYS)
def test_the_counts_are_those_of_status_for_each_region(story_file: Path, day: str) -> None:
    found = asked(story_file, "--at", day)
    assert len(found["areas"]) == 14
    for row in [*found["areas"], found["total"]]:
        region = ("--region", row["area"]["id"]) if "area" in row else ()
        table = tracker("status", "--at", day, *region, "--json", "--db", story_file).json["places"]
        towns = [one for one in table if one["place"]["kind"] in TOWNS]
        places = row["settlements"]["places"]
        statuses = Counter(one["status"] for one in towns)
        assert {key: places[key] for key in ("held", "contested", "unknown")} == {
            key: statuses[key] for key in ("held", "contested", "unknown")
        }
        assert places["claimed"] == len(towns)
        holders = Counter(one["controller"]["side"] for one in towns if one["status"] == "held")
        assert {one["side"]: one["held"] for one in row["settlements"]["sides"] if one["held"]} == holders


def test_the_story_day_by_day(story_file: Path) -> None:
    """By hand, from the table of each evening."""
    told = [asked(story_file, "--at", day)["total"]["summary"] for day in DAYS]
    assert told == [
        "11 of 308 known towns: Syrian government 10, contested 1",
        "11 of 308 known towns: Syrian government 9, rebels 1, contested 1",
        "12 of 308 known towns: rebels 8 (2 unsure), Syrian government 2, contested 1, unknown 1",
    ]


def test_the_claim_on_a_region_stands_beside_its_count(story_file: Path) -> None:
    found = asked(story_file, "southwest", "--at", "2024-12-08")["area"]
    assert found["summary"] == "4 of 44 known towns: rebels 3, unknown 1"
    assert [one["text"] for one in found["said"]] == ["rebels hold most of southwestern Syria (Reuters)"]
    assert (found["verdict"]["status"], found["verdict"]["controller"]["id"]) == ("held", "rebels")
    alone = tracker("status", "southwest", "--at", "2024-12-08", "--json", "--db", story_file).json
    assert alone["summary"] == found["summary"]
    assert (alone["status"], alone["confidence"]) == ("held", found["verdict"]["confidence"])
    lines = tracker("status", "southwest", "--at", "2024-12-08", "--db", story_file).out.splitlines()
    assert "in it        4 of 44 known towns: rebels 3, unknown 1" in lines


def test_an_area_is_told_in_lines(story_file: Path) -> None:
    out = tracker("regions", "Homs", "--at", "2024-12-08", "--db", story_file).out
    assert out.splitlines()[0] == "Homs Governorate: 1 of 26 known towns: rebels 1 (1 unsure)."
    assert "people       rebels 73 %, no claim 27 %; of 1,063,969; how many live in 15 of 26 towns" in out
    assert "last change  2024-12-08 Homs to rebels" in out


def test_words_are_explained_where_they_stand(story_file: Path) -> None:
    for area, told in (("Homs", True), ("Hama", False)):
        out = tracker("regions", area, "--at", "2024-12-08", "--db", story_file).out
        assert ("(1 unsure)" in out, "unsure: held at less than" in out) == (told, told), out


def test_rows_of_a_sheet(story_file: Path) -> None:
    out = tracker("regions", "--at", "2024-12-08", "--csv", "--db", story_file).out
    rows = {row["area"]: row for row in csv.DictReader(io.StringIO(out))}
    homs = rows["homs-governorate"]
    assert (homs["known"], homs["claimed"], homs["held_by"], homs["low_confidence"]) == (
        "26",
        "1",
        "rebels 1",
        "1",
    )
    assert (homs["population_held"], homs["latest_change_place"]) == ("775404", "homs")
    lines = tracker("regions", "Homs", "--jsonl", "--db", story_file).out.splitlines()
    assert [json.loads(line)["area"]["id"] for line in lines] == ["homs-governorate"]


def test_the_rows_of_a_sheet_add_up_to_what_is_known(story_file: Path) -> None:
    """A place that lies in no governorate is in a row of its own, without an id."""
    found = asked(story_file, "--at", "2024-12-08")
    out = tracker("regions", "--at", "2024-12-08", "--csv", "--db", story_file).out
    rows = list(csv.DictReader(io.StringIO(out)))
    for key, those in (("known", "settlements"), ("facilities_known", "facilities")):
        assert sum(int(row[key]) for row in rows) == found["total"][those]["places"]["known"]
    assert [row["name"] for row in rows if not row["area"]] == ["elsewhere"]


def polygons(path: Path, *rings: object) -> Path:
    features = [
        {
            "type": "Feature", "properties": {"name": f"part {n}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for n, ring in enumerate(rings, 1)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_polygons_of_a_file(story_file: Path, tmp_path: Path) -> None:
    file = polygons(tmp_path / "north.geojson", NORTH)
    found = asked(story_file, "--within", file, "--at", "2024-12-08")
    assert [one["summary"] for one in found["areas"]] == [
        "4 of 163 known towns: rebels 2, Syrian government 1, contested 1"
    ]
    assert found["areas"][0]["area"] == {"id": None, "name": "part 1", "kind": "polygon", "region": None}
    assert found["without_position"]["summary"] == "1 of 1 known town: rebels 1", "the village north of Homs"
    parts = [one["settlements"]["places"]["known"] for one in (*found["areas"], found["outside"])]
    assert sum(parts) + 1 == found["total"]["settlements"]["places"]["known"] == 308
    assert "without position" in tracker("regions", "--within", file, "--db", story_file).out


def test_polygons_the_wrong_way_round(story_file: Path, tmp_path: Path) -> None:
    """Both readings are in range; only the places tell."""
    country = [[35.5, 32], [42.5, 32], [42.5, 37.5], [35.5, 37.5], [35.5, 32]]
    file = polygons(tmp_path / "swapped.geojson", [[y, x] for x, y in country])
    done = tracker("regions", "--within", file, "--db", story_file)
    assert done.code == 0
    assert "would with its coordinates swapped; longitude comes first" in done.err
    file = polygons(tmp_path / "desert.geojson", [[33, 38], [35, 38], [35, 41], [33, 41], [33, 38]])
    what, step = tracker("regions", "--within", file, "--db", story_file).refusal
    assert what.endswith("no place lies in it, but some would with its coordinates swapped")
    assert step == "a GeoJSON file with longitude first, as RFC 7946 has it"
    file = polygons(tmp_path / "sea.geojson", [[0, 0], [1, 0], [1, 1]])
    done = tracker("regions", "--within", file, "--db", story_file)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("Nowhere",), 3), (("Sanamayn",), 2), (("Homs", "--kind", "district"), 2),
        (("--kind", "town"), 2), (("--within", "missing.geojson"), 2), (("--at", "someday"), 2),
        (("--csv", "--jsonl"), 2),
    ],
)  # fmt: skip
def test_refusals(story_file: Path, words: tuple[str, ...], code: int) -> None:
    done = tracker("regions", *words, "--db", story_file)
    assert done.code == code
    assert done.refusal
    assert done.out == ""


def test_a_tracker_without_areas_says_how_to_make_one(tmp_path: Path) -> None:
    tracker("init", "--db", tmp_path / "empty.db")
    done = tracker("regions", "--db", tmp_path / "empty.db")
    assert (done.code, done.out) == (0, "")
    assert "tracker place add NAME --kind governorate makes one" in done.err


def test_areas_that_came_later_are_not_to_be_made_again(story_file: Path) -> None:
    done = tracker("regions", "--known-at", "2020-01-01", "--db", story_file)
    assert done.err == "there was no such area; tracker regions without --known-at has those of now\n"
