"""Decides what becomes of a file of places: each once, in what it lies in, and gone when that is undone."""

from __future__ import annotations

import contextlib
import csv
import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.test_gazetteers import OCHA, SQUARE, collection, dump, feature
from tests.record.effort import calm
from tracker.desk import importing
from tracker.errors import AmbiguousName, BadInput, Conflict, UnknownName
from tracker.tracker import Tracker
from tracker.zones import parse_iso

NOW = parse_iso("2024-12-09T12:00:00Z")
UKRAINE = Path(__file__).parents[3] / "shared" / "data" / "ukraine-places.csv"
HEAD = "code,name,kind,lat,lon,parent,population,aliases\n"
TABLE = HEAD + (
    "gn:1,Ford,town,33.0,36.0,North,12000,Al-Ford;فورد\n"
    "gn:2,Mill,village,33.5,36.0,gn:9,,\n"
    "gn:3,Ford,town,34.0,36.0,gn:9,,\n"
    "gn:9,North,governorate,,,The Land,,\n"
    "gn:8,The Land,country,,,,,\n"
)


@pytest.fixture
def tracker(where: str) -> Tracker:
    made = Tracker.create(where, clock=lambda: NOW, by="anna")
    made.actor_add("Army", level="side")
    made.source_add("Wire", kind="wire")
    return made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows."""
    monkeypatch.setattr(importing, "CHUNK", 2)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def counts(done: Mapping[str, Any]) -> tuple[int, int, int, int, int]:
    return done["rows"], done["recorded"], done["known"], done["rejected"], done["left_out"]


def places(tracker: Tracker) -> dict[str, tuple[str, str, str | None]]:
    return {one["id"]: (one["name"], one["kind"], one["parent"]) for one in tracker.listed("place")["places"]}


def log(tracker: Tracker) -> list[str]:
    return [one["kind"] for one in tracker.log()]


EXPECTED = {
    "ford": ("Ford", "town", "north"), "ford-3": ("Ford", "town", "north"),
    "mill": ("Mill", "village", "north"), "north": ("North", "governorate", "the-land"),
    "the-land": ("The Land", "country", None),
}  # fmt: skip


@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_each_place_lies_in_what_the_file_says_wherever_that_stands(
    chunk: int, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", chunk)
    path = written(tmp_path / "places.csv", TABLE)
    assert counts(tracker.import_file(path, file_format="places")) == (5, 5, 0, 0, 0)
    assert places(tracker) == EXPECTED
    before = log(tracker)
    assert before[-7:] == ["import-started", *["place-registered"] * 5, "import-finished"]
    assert counts(tracker.import_file(path, file_format="places")) == (5, 0, 5, 0, 0)
    assert log(tracker) == before
    assert tracker.verify()["findings"] == []
    (one,) = tracker.imports()["imports"]
    assert (one["state"], one["counting"], one["format"]) == ("finished", 5, "places")


def test_a_claim_may_name_a_place_by_its_code_or_in_any_script(tracker: Tracker, tmp_path: Path) -> None:
    tracker.import_file(written(tmp_path / "places.csv", TABLE), file_format="places")
    for name, id_ in (("gn:1", "ford"), ("gn:3", "ford-3"), ("فورد", "ford"), ("Al-Ford", "ford")):
        said = tracker.add_claim(predicate="holds", actor=["Army"], place=name, source="Wire", dry_run=True)
        assert said["event"]["place"] == id_
    with pytest.raises(AmbiguousName, match="more than one place"):
        tracker.status("Ford")


def test_a_code_that_is_known_from_elsewhere_is_not_registered_again(
    tracker: Tracker, tmp_path: Path
) -> None:
    tracker.place_add("Fordtown", kind="town", gazetteer="geonames:1")
    tracker.place_add("North", kind="governorate")
    table = HEAD + "gn:1,Ford,town,,,,,\nC1,Mill,town,,,North,,\n"
    assert counts(tracker.import_file(written(tmp_path / "a.csv", table), file_format="places")) == (
        2,
        1,
        1,
        0,
        0,
    )
    assert places(tracker)["mill"][2] == "north"


def test_what_a_place_lies_in_is_filled_in_when_that_has_come(tracker: Tracker, tmp_path: Path) -> None:
    """A file of areas came before that of what they lie in: read again, it says what it could not say."""
    inner = tmp_path / "inner.csv"
    inner.write_text("name,id,code,kind,parent\nVale,vale,V1,district,\nUp,up,U1,district,LAND\n")
    outer = tmp_path / "outer.csv"
    outer.write_text("name,id,code,kind\nLand,land,LAND,country\n")
    assert tracker.import_file(inner, file_format="places")["rejected"] == 1
    inner.write_text(inner.read_text().replace("LAND", ""))
    assert tracker.import_file(inner, file_format="places")["recorded"] == 1
    tracker.import_file(outer, file_format="places")
    inner.write_text("name,id,code,kind,parent\nVale,vale,V1,district,Nowhere\nUp,up,U1,district,LAND\n")
    for recorded in (1, 0):
        done = tracker.import_file(inner, file_format="places")
        assert (done["recorded"], done["known"], done["rejected"]) == (recorded, 2 - recorded, 0)
    assert tracker.status("up")["place"]["region"] == "Land"
    assert tracker.status("vale")["place"]["region"] is None
    tracker.rebuild()
    assert tracker.status("up")["place"]["region"] == "Land"


def test_an_id_that_is_taken_by_another_is_a_bad_row(tracker: Tracker, tmp_path: Path) -> None:
    tracker.place_add("Ford", kind="town", id_="p1")
    path = written(tmp_path / "a.csv", "id,name\np1,Ford\np1,Mill\np2,Mill\n")
    done = tracker.import_file(path, file_format="places")
    assert counts(done) == (3, 1, 1, 1, 0)
    assert "there is already a place p1" in done["reasons"][0]["why"]


def test_rows_without_code_or_id_are_known_by_all_that_they_say(tracker: Tracker, tmp_path: Path) -> None:
    table = "name,lat,lon\nFord,33,36\nFord,35,36\nFord,33,36\nMill,,\nMill,,\n"
    path = written(tmp_path / "a.csv", table)
    assert counts(tracker.import_file(path, file_format="places")) == (5, 3, 2, 0, 0)
    assert set(places(tracker)) == {"ford", "ford-2", "mill"}
    assert counts(tracker.import_file(path, file_format="places")) == (5, 0, 5, 0, 0)


def test_likely_duplicates_are_recorded_and_told(tracker: Tracker, tmp_path: Path) -> None:
    tracker.place_add("Ford", kind="town", lat=33.0, lon=36.0)
    table = HEAD + "x:1,FORD,town,33.01,36,,,\nx:2,Ford,village,33.01,36,,,\nx:3,Ford,town,33.1,36,,,\n"
    done = tracker.import_file(written(tmp_path / "a.csv", table), file_format="places")
    (note,) = done["notes"]
    assert note.startswith("FORD (ford-1) lies 1.1 km from ford, a town of the same name")
    assert done["recorded"] == 3


@pytest.mark.usefixtures("small")
def test_a_parent_that_nobody_knows_is_told_once_and_the_rest_recorded(
    tracker: Tracker, tmp_path: Path
) -> None:
    table = (
        HEAD
        + "a:1,Ford,town,,,Nroth,,\na:2,Mill,town,,,Nroth,,\na:3,Fort,town,,,a:1,,\na:4,Hill,town,,,a:4,,\n"
    )
    path, rejected = written(tmp_path / "a.csv", table + "a:5,North,governorate,,,,,\n"), tmp_path / "bad.csv"
    done = tracker.import_file(path, file_format="places", rejected=rejected)
    assert counts(done) == (5, 1, 0, 4, 0)
    assert [(one["name"], one["count"]) for one in done["unresolved"]] == [("Nroth", 2), ("a:1", 1)]
    assert "did you mean North" in done["unresolved"][0]["try"]
    with rejected.open(encoding="utf-8", newline="") as file:
        assert sorted(int(row["line"]) for row in csv.DictReader(file)) == [2, 3, 4, 5]
    tracker.alias("place", "North", ["Nroth"])
    assert counts(tracker.import_file(path, file_format="places")) == (5, 3, 1, 1, 0)
    assert places(tracker)["fort"][2] == "ford"


def test_a_name_is_that_of_an_area_where_something_lies_in_it(tracker: Tracker, tmp_path: Path) -> None:
    table = HEAD + "a:1,Hill,village,,,Ford,,\na:2,Ford,town,,,,,\na:3,Ford,governorate,,,,,\n"
    tracker.import_file(written(tmp_path / "a.csv", table), file_format="places")
    assert places(tracker)["hill"][2] == "ford-3"
    more = HEAD + "a:4,Ford,district,,,,,\na:5,Mill,town,,,Ford,,\n"
    done = tracker.import_file(written(tmp_path / "b.csv", more), file_format="places")
    assert counts(done) == (2, 1, 0, 1, 0)
    assert "more than one place" in done["reasons"][0]["why"]


def test_strict_and_a_trial_write_nothing(tracker: Tracker, tmp_path: Path) -> None:
    before = log(tracker)
    path = written(tmp_path / "a.csv", TABLE + "gn:7,Hill,town,,,Nowhere,,\n")
    with pytest.raises(BadInput, match=r"1 of 6 rows of .* cannot be recorded, the first in line 7"):
        tracker.import_file(path, file_format="places", strict=True)
    assert log(tracker) == before
    tried = tracker.import_file(path, file_format="places", dry_run=True)
    assert counts(tried) == (6, 5, 0, 1, 0)
    assert (log(tracker), tried["changes"], places(tracker)) == (before, [], {})
    path = written(tmp_path / "a.csv", TABLE)
    assert counts(tracker.import_file(path, file_format="places", strict=True)) == (5, 5, 0, 0, 0)


@pytest.mark.usefixtures("small")
def test_interrupted_whole_chunks_stay_and_the_next_run_goes_on(tracker: Tracker, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", TABLE)

    def interrupt(at: importing.Progress) -> None:
        if at.recorded:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracker.import_file(path, file_format="places", told=interrupt)
    assert 0 < len(places(tracker)) < 5
    done = tracker.import_file(path, file_format="places")
    assert done["recorded"] + done["known"] == 5
    assert places(tracker) == EXPECTED


# -- undone ------------------------------------------------------------------------------------------


def test_undone_its_places_are_in_no_list_and_restored_they_are(tracker: Tracker, tmp_path: Path) -> None:
    tracker.place_add("Hill", kind="town")
    path = written(tmp_path / "a.csv", TABLE)
    done = tracker.import_file(path, file_format="places")
    tracker.merge("place", "ford-3", "gn:1")
    tracker.place_describe("mill", population=7)
    before = places(tracker)
    assert tracker.import_undo(done["import"], dry_run=True)["dry_run"]
    assert places(tracker) == before
    tracker.import_undo(done["import"], reason="wrong country")
    assert set(places(tracker)) == {"hill"}
    for name in ("gn:1", "فورد", "mill"):
        with pytest.raises(UnknownName):
            tracker.status(name)
    assert tracker.imports()["imports"][0]["counting"] == 0
    with pytest.raises(Conflict, match="and that was undone"):
        tracker.import_file(path, file_format="places")
    tracker.import_restore(done["import"])
    assert places(tracker) == before
    assert tracker.status("ford-3")["place"]["id"] == "ford"
    tracker.rebuild()
    assert places(tracker) == before
    assert tracker.verify()["findings"] == []


def _claim(tracker: Tracker) -> str:
    return str(tracker.add_claim("Army holds gn:1", source="Wire", at="2024-12-05")["claim"])


STANDING = (
    (lambda t: _claim(t), "1 claim (c-241205-"),
    (lambda t: t.assess("mill", holder=["Army"], reason="seen"), "1 assessment"),
    (lambda t: t.place_add("Hut", kind="other", parent="gn:9"), "1 place that lies in one (hut)"),
    (lambda t: t.place_add("Hut", kind="other", near="mill"), "1 place near one (hut)"),
    (lambda t: t.merge("place", "hill", "mill"), "1 merge (hill)"),
    (lambda t: t.merge("place", "mill", "hill"), "1 merge (mill)"),
    (lambda t: t.alias("place", "mill", ["Moulin"]), "1 name given since (Moulin)"),
    (lambda t: t.setting("tempo", "0.01", place="mill"), "1 setting (tempo)"),
)


@pytest.mark.parametrize(("happens", "told"), STANDING, ids=[told for _, told in STANDING])
def test_what_stands_on_its_places_keeps_them(
    happens: Any, told: str, tracker: Tracker, tmp_path: Path
) -> None:
    tracker.place_add("Hill", kind="town")
    done = tracker.import_file(written(tmp_path / "a.csv", TABLE), file_format="places")
    happens(tracker)
    before = places(tracker)
    with pytest.raises(Conflict) as refused:
        tracker.import_undo(done["import"])
    assert told in refused.value.message
    assert "take that away first" in refused.value.next_step
    assert places(tracker) == before


def test_what_was_taken_away_holds_nothing_and_can_still_be_shown(tracker: Tracker, tmp_path: Path) -> None:
    done = tracker.import_file(written(tmp_path / "a.csv", TABLE), file_format="places")
    claim = _claim(tracker)
    tracker.retract(claim, reason="they took it back")
    tracker.import_undo(done["import"])
    assert tracker.show(claim)["standing"] == "retracted"
    assert [one["place"] for one in tracker.claims()["claims"]]
    assert tracker.status()["places"] == []


def test_claims_of_an_import_come_back_only_with_their_places(tracker: Tracker, tmp_path: Path) -> None:
    land = tracker.import_file(written(tmp_path / "a.csv", TABLE), file_format="places")
    said = json.dumps(
        {"predicate": "holds", "actors": "Army", "place": "gn:2", "source": "Wire", "at": "2024-12-05"}
    )
    claims = tracker.import_file(written(tmp_path / "c.jsonl", said))
    assert claims["recorded"] == 1
    with pytest.raises(Conflict, match="1 claim"):
        tracker.import_undo(land["import"])
    tracker.import_undo(claims["import"])
    tracker.import_undo(land["import"])
    with pytest.raises(Conflict, match=r"1 of the places .* are no more \(mill\)"):
        tracker.import_restore(claims["import"])
    tracker.import_restore(land["import"])
    tracker.import_restore(claims["import"])
    assert tracker.status("mill")["claims"] == 1


def test_what_was_undone_may_come_again_with_another_file(tracker: Tracker, tmp_path: Path) -> None:
    first = tracker.import_file(written(tmp_path / "a.csv", TABLE), file_format="places")
    tracker.import_undo(first["import"])
    second = tracker.import_file(
        written(tmp_path / "b.csv", TABLE.replace("Mill", "The Mill")), file_format="places"
    )
    assert counts(second) == (5, 5, 0, 0, 0)
    assert set(places(tracker)) == {"ford", "ford-3", "the-mill", "north", "the-land"}
    with pytest.raises(Conflict, match="are in the record again since"):
        tracker.import_restore(first["import"])
    tracker.import_undo(second["import"])
    tracker.import_restore(first["import"])
    assert places(tracker) == EXPECTED
    tracker.rebuild()
    assert places(tracker) == EXPECTED


# -- the other formats -------------------------------------------------------------------------------


def geonames() -> Iterable[str]:
    area = {"feature_class": "A", "country_code": "SY"}
    town = {**area, "feature_class": "P", "feature_code": "PPL", "latitude": 35.1, "longitude": 36.7}
    yield dump(geonameid=5, name="Ḩamāh", alternatenames="Hama,حماة", population=460602, admin1_code="10",
               admin2_code="173", **town)  # fmt: skip
    yield dump(geonameid=6, name="Small", population=40, admin1_code="10", admin2_code="999", **town)
    yield dump(
        geonameid=7, name="Hama District", feature_code="ADM2", admin1_code="10", admin2_code="173", **area
    )
    yield dump(geonameid=8, name="Hama Governorate", feature_code="ADM1", admin1_code="10", **area)
    yield dump(geonameid=9, name="Syria", feature_code="PCLI", admin1_code="00", **area)
    yield dump(geonameid=10, name="Some Hill", feature_code="HLL", **{**area, "feature_class": "T"})


@pytest.mark.parametrize("chunk", [1, 2000])
def test_a_dump_of_geonames(
    chunk: int, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", chunk)
    path = written(tmp_path / "SY.txt", "".join(geonames()))
    done = tracker.import_file(path, file_format="geonames")
    assert (counts(done), done["left"]) == ((6, 5, 0, 0, 1), {"no place, or none of our kinds": 1})
    assert places(tracker) == {
        "hamah": ("Ḩamāh", "city", "hama-district"), "small": ("Small", "village", "hama-governorate"),
        "hama-district": ("Hama District", "district", "hama-governorate"),
        "hama-governorate": ("Hama Governorate", "governorate", "syria"), "syria": ("Syria", "country", None),
    }  # fmt: skip
    assert counts(tracker.import_file(path, file_format="geonames")) == (6, 0, 5, 0, 1)
    fewer = tracker.import_file(path, file_format="geonames", min_population=1000)
    assert (counts(fewer), fewer["import"] == done["import"]) == ((6, 0, 4, 0, 2), False)


def test_smaller_towns_are_left_out_on_demand(tracker: Tracker, tmp_path: Path) -> None:
    path = written(tmp_path / "SY.txt", "".join(geonames()))
    done = tracker.import_file(path, file_format="geonames", min_population=1000)
    assert counts(done) == (6, 4, 0, 0, 2)
    assert "small" not in places(tracker)
    assert tracker.imports()["imports"][0]["profile"] == "min-population=1000"
    with pytest.raises(BadInput, match="--min-population says nothing here"):
        tracker.import_file(written(tmp_path / "c.csv", "x\n"), min_population=3)
    with pytest.raises(BadInput, match="--map says nothing here"):
        tracker.import_file(path, file_format="geonames", profile="acled")


def test_a_dump_beside_a_starter_that_has_its_areas(tracker: Tracker, tmp_path: Path) -> None:
    """Its governorate is known by its code, and the towns of the dump lie in that."""
    tracker.place_add("Hama province", kind="governorate", gazetteer="geonames:8", id_="hama-governorate")
    done = tracker.import_file(written(tmp_path / "SY.txt", "".join(geonames())), file_format="geonames")
    assert counts(done) == (6, 4, 1, 0, 1)
    assert places(tracker)["small"][2] == "hama-governorate"


def test_pcodes(tracker: Tracker, tmp_path: Path) -> None:
    path = written(tmp_path / "admin.csv", OCHA)
    assert counts(tracker.import_file(path, file_format="pcodes")) == (4, 4, 0, 0, 0)
    assert places(tracker)["muhradah"] == ("Muhradah", "district", "hama")
    assert counts(tracker.import_file(path, file_format="pcodes")) == (4, 0, 4, 0, 0)
    assert tracker.show_thing("place", "SY05")["names"] == ["Hama", "SY05", "حماة"]


def test_geojson(tracker: Tracker, tmp_path: Path) -> None:
    text = collection(
        feature("Point", [36.5, 35.5], name="Ford", adm1_pcode="SY05"),
        feature("LineString", [[1, 2], [3, 4]]),
        feature("Polygon", SQUARE, ADM1_EN="Hama", ADM1_PCODE="SY05"), feature("Point", [36, 95], name="X"),
    )  # fmt: skip
    path = written(tmp_path / "land.geojson", text)
    done = tracker.import_file(path)
    assert counts(done) == (4, 2, 0, 1, 1)
    assert places(tracker) == {"ford": ("Ford", "town", "hama"), "hama": ("Hama", "governorate", None)}
    assert "1 areas are recorded with their centre" in done["notes"][-1]
    assert counts(tracker.import_file(path)) == (4, 0, 2, 1, 1)


def test_in_whatever_order_the_rows_stand_the_places_are_the_same(tracker: Tracker, tmp_path: Path) -> None:
    head, *rows = TABLE.splitlines(keepends=True)
    for n in range(4):
        random.Random(n).shuffle(rows)
        done = tracker.import_file(written(tmp_path / f"{n}.csv", head + "".join(rows)), file_format="places")
        if n == 0:
            first = {(name, kind) for name, kind, _ in places(tracker).values()}
            assert first == {(name, kind) for name, kind, _ in EXPECTED.values()}
            assert {parent for *_, parent in places(tracker).values()} == {"north", "the-land", None}
        else:
            assert counts(done) == (5, 0, 5, 0, 0)


def test_a_real_gazetteer_as_it_is(tracker: Tracker) -> None:
    if not UKRAINE.exists():
        pytest.skip(f"{UKRAINE.name} is not beside this checkout")
    done = tracker.import_file(UKRAINE, file_format="places")
    assert counts(done) == (2139, 2139, 0, 0, 0)
    said = tracker.add_claim("Army holds gn:10144522", source="Wire", at="2022-03-01")
    assert said["event"]["place"] == "ulianivka"
    assert counts(tracker.import_file(UKRAINE, file_format="places")) == (2139, 0, 2139, 0, 0)


@pytest.mark.parametrize("chunk", [1, 3, 2000])
def test_a_dump_in_any_order_and_with_areas_that_it_lacks(
    chunk: int, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A town lies in the nearest of its areas that the file has, wherever that stands in it."""
    monkeypatch.setattr(importing, "CHUNK", chunk)
    rows = [row for row in geonames() if "\tPCLI\t" not in row]
    random.Random(chunk).shuffle(rows)
    tracker.import_file(written(tmp_path / "SY.txt", "".join(rows)), file_format="geonames")
    assert {id_: parent for id_, (_, _, parent) in places(tracker).items()} == {
        "hamah": "hama-district", "small": "hama-governorate", "hama-district": "hama-governorate",
        "hama-governorate": None,
    }  # fmt: skip


_cells = st.one_of(
    st.sampled_from(
        ("", "Ford", "Mill", "ford", "gn:1", "gn:2", "north", "city", "governorate", "33", "36.5", "12")
    ),
    st.text(max_size=6),
)


@calm
@given(
    rows=st.lists(st.lists(_cells, min_size=8, max_size=8), max_size=8),
    chunk=st.sampled_from((1, 3, 2000)),
    strict=st.booleans(),
)
def test_whatever_rows_a_table_has_each_is_recorded_known_or_rejected(
    rows: list[list[str]], chunk: int, strict: bool, blank: Tracker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And again nothing is recorded, undone nothing is left, and the views are what the log says."""
    path = tmp_path_factory.mktemp("f") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD.strip().split(","), *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "CHUNK", chunk)
        try:
            done = blank.import_file(path, file_format="places", strict=strict, dry_run=strict)
            again = blank.import_file(path, file_format="places", dry_run=strict)
        except (BadInput, Conflict):
            return
    assert done["rows"] == done["recorded"] + done["known"] + done["rejected"]
    if strict:
        return
    assert again["recorded"] == 0 or done["rejected"], "what waited for a place may find it now"
    there = places(blank)
    blank.rebuild()
    assert places(blank) == there
    if any(one["id"] == done["import"] for one in blank.imports()["imports"]):
        with contextlib.suppress(Conflict):
            blank.import_undo(done["import"])
    assert blank.verify()["findings"] == []


@pytest.fixture
def blank(tmp_path: Path) -> Tracker:
    return Tracker.create(str(tmp_path / "blank.db"), clock=lambda: NOW, by="anna")
