"""Decides what becomes of a file of claims: recorded once, whatever interrupts it; undone without a trace."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.importers.test_gazetteers import dump
from tracker.desk import binding, importing, intake, parts
from tracker.errors import BadInput, Conflict, NotFound
from tracker.record.follow import note, project
from tracker.tracker import Tracker
from tracker.zones import parse_iso

NOW = parse_iso("2024-12-09T12:00:00Z")
ROWS: tuple[dict[str, Any], ...] = (
    {"sentence": "Army holds Ford", "source": "Wire", "occurred": "2024-12-01", "url": "https://example.org/1"},
    {"sentence": "Clan captured Ford", "source": "Wire", "said_by": "Clan", "occurred": "2024-12-05"},
    {"predicate": "holds", "actors": "Army; Clan", "place": "Mill", "source": "Radio", "at": "2024-12-02"},
    {"sentence": "Clan captured Mill", "source": "Radio", "at": "2024-12-07", "confidence": "likely"},
)  # fmt: skip


@pytest.fixture
def tracker(where: str) -> Tracker:
    return furnished_tracker(where)


def furnished_tracker(where: str | Path) -> Tracker:
    """Two towns, two sides, three sources."""
    made = Tracker.create(where, clock=lambda: NOW, by="anna")
    for place in ("Ford", "Mill"):
        made.place_add(place, kind="town")
    for actor in ("Army", "Clan"):
        made.actor_add(actor, level="side")
    made.source_add("Wire", kind="wire")
    made.source_add("Radio", kind="media")
    made.source_add("Clan", kind="party", lean="clan")
    return made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows."""
    monkeypatch.setattr(importing, "CHUNK", 2)


def lines_of(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def table_of(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, heads)
        writer.writeheader()
        writer.writerows(rows)
    return path


def apart(row: dict[str, Any]) -> dict[str, Any]:
    """A row with `at` where others have `occurred`."""
    return {"occurred": row["at"], **{k: v for k, v in row.items() if k != "at"}} if "at" in row else row


def verdicts(tracker: Tracker) -> list[Any]:
    return [[one["place"]["id"], one["status"], one["confidence"]] for one in tracker.status()["places"]]


def counts(done: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return done["rows"], done["recorded"], done["known"], done["rejected"]


def log(tracker: Tracker) -> list[str]:
    return [one["kind"] for one in tracker.log()]


@pytest.mark.parametrize("write", [lines_of, table_of], ids=["lines", "table"])
def test_a_file_is_what_typing_each_row_is(
    write: Callable[..., Path], tracker: Tracker, tmp_path: Path
) -> None:
    path = write(tmp_path / ("f.jsonl" if write is lines_of else "f.csv"), [apart(row) for row in ROWS])
    before = len(log(tracker))
    assert counts(tracker.import_file(path)) == (4, 4, 0, 0)
    assert log(tracker)[before:] == ["import-started", *["claim-recorded"] * 4, "import-finished"]
    typed = tracker.add_claim("Clan captured Ford", source="Wire", said_by=["Clan"], at="2024-12-05")
    assert (typed["recorded"], typed["known"]) == (False, True), "it has the same id"
    (joint,) = tracker.claims(predicate="holds", place="Mill")["claims"]
    assert joint["actors"] == ["army", "clan"]


def test_the_same_file_again_records_nothing(tracker: Tracker, tmp_path: Path) -> None:
    path = lines_of(tmp_path / "f.jsonl", ROWS)
    tracker.import_file(path)
    before = log(tracker)
    assert counts(tracker.import_file(path)) == (4, 0, 4, 0)
    assert log(tracker) == before
    more = lines_of(tmp_path / "f.jsonl", [*ROWS, {"sentence": "Army captured Mill", "source": "Wire"}])
    assert counts(tracker.import_file(more)) == (5, 1, 4, 0)
    assert [one["name"] for one in tracker.imports()["imports"]] == ["f.jsonl", "f.jsonl"]


@pytest.mark.usefixtures("small")
def test_interrupted_whole_chunks_stay_and_the_next_run_goes_on(tracker: Tracker, tmp_path: Path) -> None:
    path = lines_of(tmp_path / "f.jsonl", ROWS)

    def interrupt(at: importing.Progress) -> None:
        assert (at.rows, at.recorded) == (2, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracker.import_file(path, told=interrupt)
    assert log(tracker)[-3:] == ["import-started", "claim-recorded", "claim-recorded"]
    (half,) = tracker.imports()["imports"]
    assert (half["state"], half["counting"]) == ("started", 2)
    assert counts(tracker.import_file(path)) == (4, 2, 2, 0)
    (whole,) = tracker.imports()["imports"]
    assert (whole["id"], whole["state"], whole["counting"]) == (half["id"], "finished", 4)
    assert tracker.verify()["findings"] == []


@pytest.mark.usefixtures("small")
def test_interrupted_undone_and_restored_it_has_not_come_to_its_end(tracker: Tracker, tmp_path: Path) -> None:
    path = lines_of(tmp_path / "f.jsonl", ROWS)

    def interrupt(at: importing.Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tracker.import_file(path, told=interrupt)
    (half,) = tracker.imports()["imports"]
    tracker.import_undo(half["id"])
    tracker.import_restore(half["id"])
    assert [one["state"] for one in tracker.imports()["imports"]] == ["started"]
    tracker.import_file(path)
    assert [one["state"] for one in tracker.imports()["imports"]] == ["finished"]


def test_what_an_import_brought_is_undone_as_if_it_never_was(tracker: Tracker, tmp_path: Path) -> None:
    tracker.add_claim("Army holds Ford", source="Radio", at="2024-12-03")
    before = verdicts(tracker)
    path = lines_of(tmp_path / "f.jsonl", ROWS)
    done = tracker.import_file(path)
    after = verdicts(tracker)
    assert after != before
    tried = tracker.import_undo(done["import"], dry_run=True)
    assert ({one["place"]["id"] for one in tried["changes"]}, verdicts(tracker)) == ({"ford", "mill"}, after)
    undone = tracker.import_undo(done["import"], reason="shifted columns")
    assert undone["changes"] == tried["changes"]
    assert [one for one in verdicts(tracker) if one[0] == "ford"] == before
    assert tracker.status("Mill")["claims"] == 0
    assert {one["standing"] for one in tracker.claims()["claims"]} >= {"undone"}
    with pytest.raises(Conflict, match="and that was undone"):
        tracker.import_file(path)
    with pytest.raises(Conflict, match="is undone already"):
        tracker.import_undo(done["import"])
    tracker.import_restore(done["import"])
    assert verdicts(tracker) == after
    with pytest.raises(Conflict, match="is not undone"):
        tracker.import_restore(done["import"])
    with pytest.raises(NotFound, match="no import has the id"):
        tracker.import_undo("i-nothing")


def test_a_file_that_was_mended_brings_again_what_was_undone(tracker: Tracker, tmp_path: Path) -> None:
    wrong = tracker.import_file(
        lines_of(tmp_path / "f.jsonl", [*ROWS[1:], {**ROWS[0], "sentence": "Clan holds Ford"}])
    )
    tracker.import_undo(wrong["import"], reason="the first row is wrong")
    mended = lines_of(tmp_path / "f.jsonl", ROWS)
    tried = tracker.import_file(mended, dry_run=True)
    again = tracker.import_file(mended)
    assert counts(again) == counts(tried) == (len(ROWS), len(ROWS), 0, 0)
    assert counts(tracker.import_file(mended)) == (len(ROWS), 0, len(ROWS), 0)
    (only := furnished_tracker(f"{tmp_path}/only.db")).import_file(mended)
    assert verdicts(tracker) == verdicts(only)
    kinds = [event["kind"] for event in tracker.show(tracker.claims()["claims"][-1]["id"])["history"]]
    assert "claim-reimported" in kinds
    assert tracker.verify(views=True)["findings"] == []
    tracker.rebuild()
    assert verdicts(tracker) == verdicts(only)
    tracker.import_restore(wrong["import"])
    counting = {one["id"]: one["counting"] for one in tracker.imports()["imports"]}
    assert counting == {wrong["import"]: 1, again["import"]: len(ROWS)}
    tracker.import_undo(wrong["import"])
    assert verdicts(tracker) == verdicts(only)
    tracker.import_undo(again["import"])
    assert {one["status"] for one in tracker.status()["places"]} <= {"unknown"}
    third = tracker.import_file(lines_of(tmp_path / "g.jsonl", [*ROWS, {"sentence": "nothing"}]))
    tracker.import_undo(third["import"])
    tracker.import_restore(again["import"])
    assert counts(tracker.import_file(mended)) == (len(ROWS), len(ROWS), 0, 0), (
        "with one import a second time"
    )
    assert verdicts(tracker) == verdicts(only)


def test_another_profile_or_encoding_makes_another_import(tracker: Tracker, tmp_path: Path) -> None:
    """So what was read in the wrong way can be undone, and read in the right one."""
    mine, path = tmp_path / "mine.toml", table_of(tmp_path / "f.csv", [{"who": "clan"}])
    text = 'title = "x"\n[say]\nsource = "wire"\npredicate = "captured"\nactors = "{who}"\nplace = "PLACE"\n'
    mine.write_text(text.replace("PLACE", "mill"))
    wrong = tracker.import_file(path, profile=mine)
    tracker.import_undo(wrong["import"])
    with pytest.raises(Conflict, match="that was undone"):
        tracker.import_file(path, profile=mine)
    mine.write_text(text.replace("PLACE", "ford"))
    assert counts(tracker.import_file(path, profile=mine)) == (1, 1, 0, 0)
    assert tracker.import_file(path, profile=mine, encoding="cp1252")["import"] != wrong["import"]


def test_what_befell_a_claim_stays_when_its_import_is_undone_and_restored(
    tracker: Tracker, tmp_path: Path
) -> None:
    done = tracker.import_file(lines_of(tmp_path / "f.jsonl", ROWS))
    (first, *_) = tracker.claims(place="Ford")["claims"]
    tracker.retract(first["id"], reason="they took it back")
    tracker.import_undo(done["import"])
    tracker.import_restore(done["import"])
    assert tracker.show(first["id"])["standing"] == "retracted"


def test_a_trial_writes_nothing_and_tells_what_would_change(tracker: Tracker, tmp_path: Path) -> None:
    path = lines_of(tmp_path / "f.jsonl", [*ROWS, {"sentence": "Army captured Frod", "source": "Wire"}])
    before, rejected = log(tracker), tmp_path / "bad.csv"
    tried = tracker.import_file(path, dry_run=True, rejected=rejected)
    assert counts(tried) == (5, 4, 0, 1)
    assert {one["place"]["id"] for one in tried["changes"]} == {"ford", "mill"}
    assert (log(tracker), rejected.exists(), tried["rejected_file"]) == (before, False, None)
    (missed,) = tried["unresolved"]
    assert (missed["thing"], missed["name"], missed["count"]) == ("place", "Frod", 1)
    assert missed["try"].startswith("did you mean Ford?")
    assert counts(tracker.import_file(path, rejected=rejected)) == (5, 4, 0, 1)


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"sentence": "Clan captured Frod", "source": "Wire"}, "no place is called 'Frod'"),
    ({"sentence": "Clan captured Ford", "source": "Wired"}, "no source is called 'Wired'"),
    ({"sentence": "Clan captured Ford"}, "who reported it is missing"),
    ({"source": "Wire"}, "what is claimed is missing"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "occurred": "31.31.2024"}, "as a time"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "occurred": "2031-01-01"}, "in the future"),
    ({"sentence": "Clan near Ford", "source": "Wire", "km": "many"}, "is no number"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "url": "javascript:1"}, "no web address"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "details": "manner"}, "is not KEY=VALUE"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "note": "x" * 300_000}, "has 300,000 characters"),
    ({"sentence": "Clan captured Ford", "source": "Wire", "at": "2024", "date": "2024"}, "in two columns"),
    ({"sentence": "Clan near Ford", "source": "Wire", "km": 10**400}, "is no number"),
    ({**ROWS[1], "details": '{"a": "\\ud800"}'}, "a lone surrogate"),
    ({**ROWS[1], "details": '{"a": NaN}'}, "is no JSON object"),
    ({**ROWS[1], "details": '{"a": 1, "a": 2}'}, "is no JSON object"),
    ({**ROWS[2], "actors": '["\\ud800"]'}, "no actor is called"),
    ({"sentence": ["Clan"], "source": "Wire"}, "is no text"),
    ({"predicate": "captured", "actors": [1, None], "place": "Ford", "source": "Wire"}, "is no text"),
    ({"sentence": "Clan captured Ford", "chain": [{"who": "Wire", "since": "x"}, {}]}, "needs a name"),
)  # fmt: skip


def test_a_bad_row_is_data_and_the_others_are_recorded(tracker: Tracker, tmp_path: Path) -> None:
    path = lines_of(tmp_path / "f.jsonl", [*(row for row, _ in BAD), *ROWS])
    rejected = tmp_path / "f.jsonl.rejected.csv"
    done = tracker.import_file(path, rejected=rejected)
    assert counts(done) == (len(BAD) + 4, 4, 0, len(BAD))
    before = csv.field_size_limit(2**20)
    with rejected.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    csv.field_size_limit(before)
    assert [int(one["line"]) for one in found] == list(range(1, len(BAD) + 1))
    for one, (row, why) in zip(found, BAD, strict=True):
        assert why in one["reason"]
        assert json.loads(one["row"]).get("source") == row.get("source")
    assert sum(one["count"] for one in done["reasons"]) == len(BAD)


def test_of_very_many_unknown_names_some_are_told_and_no_more_are_kept(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "MOST", 3)
    monkeypatch.setattr(importing, "MOST_REASONS", 4)
    bad = [{**ROWS[0], "place": f"Nowhere {n}"} for n in (*range(9), 0)]
    done = tracker.import_file(lines_of(tmp_path / "f.jsonl", [*bad, *ROWS]))
    assert counts(done) == (14, 4, 0, 10), "what is known is bound whatever was forgotten"
    assert [(one["name"], one["count"]) for one in done["unresolved"]] == [
        ("Nowhere 0", 2), ("Nowhere 1", 1), ("Nowhere 2", 1),
    ]  # fmt: skip
    most = done["reasons"][0]
    assert (most["line"], most["count"], most["why"]) == (5, 5, "for other reasons")


def test_strict_records_all_or_nothing(tracker: Tracker, tmp_path: Path) -> None:
    before = log(tracker)
    path = lines_of(tmp_path / "f.jsonl", [*ROWS, BAD[0][0], BAD[1][0]])
    with pytest.raises(BadInput, match=r"2 of 6 rows of .* cannot be recorded, the first in line 5"):
        tracker.import_file(path, strict=True)
    assert log(tracker) == before
    assert counts(tracker.import_file(lines_of(path, ROWS), strict=True)) == (4, 4, 0, 0)


def test_claims_whose_ids_begin_alike_are_both_recorded(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight digits of a hash are forty bits: among a million claims of a day two may well be alike."""
    real = intake.letters
    for module in (intake, parts):
        monkeypatch.setattr(module, "letters", lambda given: "a" * 12 + real(given)[12:])
    path = lines_of(tmp_path / "f.jsonl", [{**row, "reported": "2024-12-08"} for row in ROWS])
    assert counts(tracker.import_file(path)) == (4, 4, 0, 0)
    ids = {one["id"] for one in tracker.claims()["claims"]}
    assert {len(id_) for id_ in ids} == {17, 19, 21, 23}
    assert counts(tracker.import_file(path)) == (4, 0, 4, 0)


def test_a_claim_that_somebody_typed_before_is_known(tracker: Tracker, tmp_path: Path) -> None:
    tracker.add_claim("Clan captured Mill", source="Radio", at="2024-12-07", confidence="likely")
    done = tracker.import_file(lines_of(tmp_path / "f.jsonl", ROWS))
    assert counts(done) == (4, 3, 1, 0)
    tracker.import_undo(done["import"])
    assert tracker.status("Mill")["claims"] == 1, "it is somebody's own"


def test_two_files_with_the_same_claims(tracker: Tracker, tmp_path: Path) -> None:
    one, other = lines_of(tmp_path / "a.jsonl", ROWS[:3]), lines_of(tmp_path / "b.jsonl", ROWS[1:])
    assert counts(tracker.import_file(one)) == (3, 3, 0, 0)
    assert counts(tracker.import_file(other)) == (3, 1, 2, 0)
    assert counts(tracker.import_file(one)) == (3, 0, 3, 0)


def test_an_empty_file_and_a_row_twice(tracker: Tracker, tmp_path: Path) -> None:
    before = log(tracker)
    assert counts(tracker.import_file(lines_of(tmp_path / "f.jsonl", []))) == (0, 0, 0, 0)
    assert log(tracker) == before
    assert counts(tracker.import_file(lines_of(tmp_path / "f.jsonl", [*ROWS, *ROWS]))) == (8, 4, 4, 0)


def test_the_path_has_to_lead_to_a_file(tracker: Tracker, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")  # into which nobody ever writes
    for path, told in (
        (tmp_path / "none.csv", "there is no file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "pipe.csv", "is no file, and is read more than once"),
    ):
        with pytest.raises(BadInput, match=told):
            tracker.import_file(path)
    with pytest.raises(BadInput, match="cannot be read"):
        tracker.import_file(tmp_path, file_format="csv")
    with pytest.raises(BadInput, match="there is no format"):
        tracker.import_file(tmp_path, file_format="docx")


# -- tables of others --------------------------------------------------------------------------------

PROFILE = """
title = "a list"
[say]
predicate = "holds"
actors = "{holder|sides}"
place = "{town}"
source = "list"
occurred = "{day}"
[words.sides]
A = "army"
R = "raiders"
[near]
lat = "lat"
lon = "lon"
km = 10
make = "village"
[actors.army]
name = "The Army"
[actors.raiders]
name = "Raiders"
level = "side"
[sources.list]
name = "The List"
kind = "map"
"""
LIST = (
    {"town": "Ford", "holder": "A", "day": "2024-12-01"},
    {"town": "DALE", "holder": "R", "day": "2024-12-01"},  # where it lies, a later row says
    {"town": "Dale", "holder": "R", "day": "2024-12-02", "lat": "33.5", "lon": "36"},
    {"town": "Dale", "holder": "A", "day": "2024-12-03", "lat": "33.51", "lon": "36"},
    {"town": "Dale", "holder": "A", "day": "2024-12-04", "lat": "35", "lon": "36"},
    {"town": "Glen", "holder": "A", "day": "2024-12-04"},
)


def test_a_profile_brings_along_what_it_names_and_makes_places_where_rows_have_them(
    tracker: Tracker, tmp_path: Path
) -> None:
    (mine := tmp_path / "mine.toml").write_text(PROFILE, "utf-8")
    path = table_of(tmp_path / "list.csv", LIST)
    tried = tracker.import_file(path, profile=mine, dry_run=True)
    assert (counts(tried), tried["places_made"]) == ((6, 4, 0, 2), 1)
    assert [one["why"].partition(";")[0] for one in tried["reasons"]] == [
        "Dale lies 167 km from where the row has it (35, 36)", "no place is called 'Glen'",
    ]  # fmt: skip
    before = log(tracker)
    done = tracker.import_file(path, profile=mine)
    assert log(tracker)[len(before) :] == [
        "import-started", "actor-registered", "source-registered", "place-registered",
        *["claim-recorded"] * 4, "import-finished",
    ]  # fmt: skip
    assert tracker.imports()["imports"][0]["profile"] == "mine"
    assert tracker.status("Ford")["controller"]["side"] == "army", "whom the tracker has already"
    assert (tracker.status("Dale")["place"]["kind"], tracker.status("Dale")["claims"]) == ("village", 3)
    again = tracker.import_file(path, profile=mine)
    assert (counts(again), again["places_made"], done["import"]) == ((6, 0, 4, 2), 0, again["import"])
    with pytest.raises(BadInput, match="4 of 6"):
        tracker.import_file(table_of(path, [*LIST[4:], *LIST[:1]] * 2), profile=mine, strict=True)


def test_what_a_profile_reads_and_no_row_has_is_told(tracker: Tracker, tmp_path: Path) -> None:
    """Else a column that is misspelt there is an empty one, and claims lose their times in silence."""
    mine = tmp_path / "mine.toml"
    mine.write_text("""
title = "mine"
[say]
source = "wire"
predicate = "captured"
actors = "clan"
place = "{town,place}"
occurred = "{event_dat}"
[[claim]]
unless = {stat = "rumour"}
""")
    path = table_of(tmp_path / "f.csv", [{"town": "Ford", "event_date": "2024-12-01", "status": "sure"}])
    done = tracker.import_file(path, profile=mine, dry_run=True)
    assert done["recorded"] == 1
    assert done["notes"] == [
        "no row has anything in event_dat, which the profile reads; did you mean event_date?",
        "no row has anything in stat, which the profile reads; did you mean status?",
    ]
    mine.write_text(mine.read_text().replace("event_dat}", "event_date}").replace("stat =", "status ="))
    assert tracker.import_file(path, profile=mine, dry_run=True)["notes"] == []


def test_how_far_it_has_come_is_told_where_no_row_is_recorded(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file of names that are not known, or of rows that are left out, looked as if it hung."""
    monkeypatch.setattr(importing, "CHUNK", 10)
    row = {"sentence": "Clan captured Nowhere", "source": "Wire"}
    told: list[importing.Progress] = []
    tracker.import_file(table_of(tmp_path / "f.csv", [row] * 35), told=told.append)
    assert [one.rows for one in told] == [11, 22, 33]
    told.clear()
    path = table_of(tmp_path / "p.csv", [{"name": "", "kind": "town"}] * 35)
    tracker.import_file(path, file_format="places", told=told.append)
    assert [one.rows for one in told] == [11, 22, 33]


def test_what_is_written_never_takes_the_place_of_what_is_read_or_recorded(tmp_path: Path) -> None:
    """A misplaced word after --rejected or --out would end a file of claims, or the record itself."""
    tracker = furnished_tracker(tmp_path / "t.db")
    path = table_of(tmp_path / "f.csv", [{"sentence": "Clan captured Nowhere", "source": "Wire"}])
    link = tmp_path / "rejected.csv"
    link.symlink_to(path)
    before = path.read_bytes()
    for rejected, why in ((path, "is imported"), (link, "is imported"), (tracker.where, "is a database")):
        with pytest.raises(BadInput, match=why):
            tracker.import_file(path, rejected=rejected)
    for what in ("claims", "log"):
        with pytest.raises(BadInput, match="is a database"):
            tracker.export(what, out=tracker.where, file_format="jsonl")
    assert path.read_bytes() == before
    assert tracker.verify()["ok"]


def test_events_of_others_come_in_whoever_told_of_them(tracker: Tracker, tmp_path: Path) -> None:
    """Several sources stand with semicolons there, or none is named; a day is its midnight."""
    acled = {
        "event_id_cnty": "F1", "event_date": "05 December 2024", "actor1": "Clan", "actor2": "Army",
        "sub_event_type": "Armed clash", "location": "Ford", "source": "Wire; Radio of Ford", "notes": "x",
    }  # fmt: skip
    ged = {
        "id": "9", "type_of_violence": "1", "side_a": "Army", "side_b": "Clan", "where_prec": "1",
        "where_coordinates": "Ford", "date_start": "2024-12-04 00:00:00.000",
        "date_end": "2024-12-05 00:00:00.000", "best": "1",
    }  # fmt: skip
    told = {
        "source_office": "Wire;Radio",
        "source_original": "police;Clan",
        "source_date": "2024-12-06;2024-12-07",
    }
    first = tracker.import_file(table_of(tmp_path / "a.csv", [acled]), profile="acled")
    second = tracker.import_file(
        table_of(tmp_path / "g.csv", [ged | told, {**ged, "id": "10"}]), profile="ucdp-ged"
    )
    assert (first["recorded"], second["recorded"]) == (1, 2), second["reasons"]
    claims = tracker.claims()["claims"]
    assert sorted(one["origin"] for one in claims) == ["Wire, Radio of Ford", "police, Clan", "ucdp"]
    spans = {one["origin"]: (one["occurred"], one["reported"]["latest"]) for one in claims}
    for origin, reported in (("police, Clan", "2024-12-06"), ("ucdp", "2024-12-05")):
        occurred, latest = spans[origin]
        assert (occurred["earliest"], occurred["latest"], latest) == (
            "2024-12-04T00:00:00Z", "2024-12-05T23:59:59.999999Z", f"{reported}T23:59:59.999999Z",
        )  # fmt: skip


def test_a_table_that_says_nothing_of_ours_is_told_of_profiles(tracker: Tracker, tmp_path: Path) -> None:
    path = table_of(tmp_path / "f.csv", [{"town": "Ford", "event_date": "2024-12-01"}])
    done = tracker.import_file(path)
    assert done["rejected"] == 1
    assert done["notes"] == [
        "no column says who reported it; --map tells what other columns mean: event_date, town"
    ]
    assert tracker.import_file(table_of(tmp_path / "g.csv", [{"source": "wire"}]))["notes"] == []


def test_places_that_a_profile_made_go_and_come_back_with_their_import(
    tracker: Tracker, tmp_path: Path
) -> None:
    (mine := tmp_path / "mine.toml").write_text(PROFILE, "utf-8")
    done = tracker.import_file(table_of(tmp_path / "list.csv", LIST), profile=mine)
    before = verdicts(tracker)
    assert tracker.imports()["imports"][0]["counting"] == 4, "its claims"
    tracker.import_undo(done["import"])
    with pytest.raises(NotFound, match="no place is called 'Dale'"):
        tracker.status("Dale")
    tracker.import_restore(done["import"])
    assert verdicts(tracker) == before
    tracker.add_claim("Raiders captured Dale", source="Radio", at="2024-12-05")
    with pytest.raises(Conflict, match="claim"):
        tracker.import_undo(done["import"])
    assert tracker.verify(views=True)["findings"] == []


def test_of_namesakes_the_one_is_meant_that_lies_where_the_row_has_it(
    tracker: Tracker, tmp_path: Path
) -> None:
    (mine := tmp_path / "mine.toml").write_text(PROFILE, "utf-8")
    for id_, lat in (("dale", 33.5), ("dale-north", 34.5)):
        tracker.place_add("Dale", kind="town", id_=id_, lat=lat, lon=36.0)
    rows = [
        {"town": "Dale", "holder": "A", "day": "2024-12-02", "lat": lat, "lon": "36"}
        for lat in ("34.52", "33.48")
    ]
    done = tracker.import_file(
        table_of(tmp_path / "list.csv", [*rows, {"town": "Dale", "holder": "R"}]), profile=mine
    )
    assert counts(done) == (3, 2, 0, 1)
    assert {one["place"] for one in tracker.claims()["claims"]} == {"dale", "dale-north"}
    assert done["unresolved"][0]["ambiguous"] is True


def test_of_names_that_fold_alike_a_row_means_the_one_that_it_spells(
    tracker: Tracker, tmp_path: Path
) -> None:
    tracker.place_add("Luk’yanivka", kind="village", id_="marked", aliases=["wp:Luk’yanivka"])
    tracker.place_add("Lukyanivka", kind="village", id_="plain", aliases=["wp:Lukyanivka"])
    rows = [
        {"predicate": "holds", "actors": "Army", "source": "Wire", "at": "2024-12-01", "place": place}
        for place in ("wp:Lukyanivka", "wp:Luk’yanivka", "WP:Luk'yanivka", "wp:Lùkyanivka")
    ]
    assert counts(tracker.import_file(lines_of(tmp_path / "rows.jsonl", rows))) == (4, 2, 1, 1)
    assert {one["place"] for one in tracker.claims()["claims"]} == {"marked", "plain"}


VIINA = """geonameid,date,status_wiki,status_boost,status_dsm,status_isw,status
706448,20220301,UA,UA,NA,RU,UA
706448,20220302,RU,RU,RU,RU,RU
706448,20220303,RU,CONTESTED,RU,RU,RU
706448,20220304,NA,NA,NA,NA,NA
1,20220304,UA,UA,UA,UA,UA
706448,20220305,RU,RU,RU,BOTH,RU
"""


def test_viina_s_tables_name_the_places_of_a_dump_of_geonames(tracker: Tracker, tmp_path: Path) -> None:
    """Four maps that say the same are four assessors: what they say is assessed, never corroborated."""
    cells = {"geonameid": 706448, "name": "Kherson", "feature_class": "P", "feature_code": "PPLA"}
    (dumped := tmp_path / "UA.txt").write_text(dump(**cells, latitude=46.66, longitude=32.62), "utf-8")
    tracker.import_file(dumped, file_format="geonames")
    (path := tmp_path / "control_latest_2022.csv").write_text(VIINA, "utf-8")
    done = tracker.import_file(path, profile="viina-control")
    assert (counts(done), done["left"]) == ((6, 11, 0, 2), {"no map has a verdict on it": 1})
    assert [one["why"].partition(";")[0] for one in done["reasons"]] == [
        "no place is called 'gn:1'", "status_isw 'BOTH' stands for nothing in this profile",
    ]  # fmt: skip
    found = tracker.status("Kherson", at="2022-03-03T12:00:00Z")
    assert (found["controller"]["side"], found["claims"]) == ("russia", 7)
    assert found["basis"] == "assessed"
    assert counts(tracker.import_file(path, profile="viina-control")) == (6, 0, 11, 2)


DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("name", "profile", "told"),
    [
        ("ukraine-cities-wikipedia.csv", "wikipedia-cities", (5161, 77)),
        ("ukraine-2022-control.csv", "control-states", (9682, 927)),
    ],
)
def test_real_tables_are_read_as_they_are(
    tmp_path: Path, name: str, profile: str, told: tuple[int, int]
) -> None:
    """Every row is recorded, rejected or left out; the same again records nothing."""
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not beside this checkout")
    tracker = Tracker.create(tmp_path / "tracker.db", by="anna")
    done = tracker.import_file(DATA / name, profile=profile)
    assert (done["rows"], done["left_out"]) == told
    assert done["recorded"] + done["known"] + done["rejected"] + done["left_out"] == done["rows"]
    again = tracker.import_file(DATA / name, profile=profile)
    assert (again["recorded"], again["known"]) == (0, done["recorded"] + done["known"])
    assert again["rejected"] == done["rejected"]


# -- killed ------------------------------------------------------------------------------------------


def killed_in_a_child(act: Callable[[], object]) -> None:
    """Run something in a process that has to end by SIGKILL."""
    child = os.fork()
    if not child:
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def copy_of(tracker: Tracker, folder: Path) -> Tracker:
    """A tracker in a file as it lies, with what is beside it."""
    folder.mkdir()
    where = Path(tracker.where)
    for one in where.parent.glob(f"{where.name}*"):
        shutil.copy(one, folder)
    return Tracker(folder / where.name, clock=lambda: NOW, by="anna")


def test_what_an_import_has_written_need_not_be_kept_for_its_own_reading(tmp_path: Path) -> None:
    where = tmp_path / "t.db"
    tracker = furnished_tracker(where)
    path = lines_of(tmp_path / "f.jsonl", (
        {**ROWS[0], "url": f"https://example.org/{n}", "note": "x" * 2000} for n in range(8000)
    ))  # fmt: skip
    sizes: list[int] = []
    tracker.import_file(path, told=lambda _: sizes.append(Path(f"{where}-wal").stat().st_size))
    assert max(sizes) < 1.5 * sizes[0], "the WAL begins again with each chunk"


def test_batches_are_told_while_an_import_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = Tracker.create(tmp_path / "t.db", starter="syria", clock=lambda: NOW, by="anna")
    tracker.source_add("Feed", kind="map")
    with tracker.reading() as reader:
        places = [row[0] for row in reader.rows("SELECT id FROM places WHERE lat IS NOT NULL ORDER BY id")]
    path = lines_of(tmp_path / "f.jsonl", (
        {"predicate": "holds", "actors": [side], "place": place, "source": "feed", "occurred": day,
         "reported": day}
        for side, day in (("government", "2024-01-01"), ("rebels", "2024-12-07")) for place in places[:60]
    ))  # fmt: skip

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(importing.Import, "_finish", stop)
        with pytest.raises(KeyboardInterrupt):
            tracker.import_file(path)
    meanwhile = tracker.batches()["batches"]
    assert tracker.verify()["unsettled"]
    assert tracker.batches(source="feed")["batches"] == meanwhile
    tracker.import_file(path)
    assert [(one["places"], one["held"], one["state"]) for one in meanwhile] == [(60, 60, "held")]
    assert meanwhile == tracker.batches()["batches"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "moment", ["inside the first chunk", "after it", "inside the second", "before the end"]
)
def test_killed_at_any_moment_and_run_again_it_is_what_an_undisturbed_run_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = lines_of(tmp_path / "f.jsonl", [*ROWS, {**ROWS[0], "url": "https://example.org/5"}])
    whole, hit = furnished_tracker(tmp_path / "whole.db"), furnished_tracker(tmp_path / "hit.db")
    whole.import_file(path)
    count = iter(range(10))

    def kill(at: int, call: int) -> None:
        if at == call:
            os.kill(os.getpid(), signal.SIGKILL)

    def noting(*given: Any) -> None:
        note(*given)
        kill({"inside the first chunk": 0, "inside the second": 1}.get(moment, -1), next(count))

    def projecting(*given: Any) -> None:
        kinds = {one.kind for one in given[1]}
        kill(0, int(moment != "before the end" or "import-finished" not in kinds))
        project(*given)

    def act() -> None:
        monkeypatch.setattr(importing, "project", projecting)
        monkeypatch.setattr(importing, "note", noting)
        hit.import_file(path, told=lambda at: kill(2 if moment == "after it" else -1, at.rows))

    killed_in_a_child(act)
    assert hit.verify(views=True)["findings"] == []
    assert (hit.verify()["unsettled"] > 0) == (moment != "inside the first chunk")
    copied = copy_of(hit, tmp_path / "copied")
    copied.rebuild()
    assert verdicts(hit) == verdicts(copied), "folded as it is read, where it is not settled yet"
    hit.import_file(path)
    assert [one["id"] for one in hit.claims()["claims"]] == [one["id"] for one in whole.claims()["claims"]]
    assert verdicts(hit) == verdicts(whole)
    assert [one["state"] for one in hit.imports()["imports"]] == ["finished"]
    assert hit.verify()["findings"] == []
