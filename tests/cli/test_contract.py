"""Decides that JSON documents keep their keys: those that were promised, and beside them only known ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import tracker
from tracker import Tracker

Document = dict[str, Any]
TOWARDS = ("--at", "2024-12-07", "--now", "2024-12-20", "--tz", "Asia/Damascus", "--json")

EACH_PLACE = {
    "place",
    "at",
    "known_at",
    "published_by",
    "policy",
    "status",
    "controller",
    "vacated_by",
    "partly",
    "front",
    "confidence",
    "probabilities",
    "basis",
    "inferred",
    "since",
    "freshness",
    "last_report",
    "stale_at",
    "pressure",
    "present",
    "origins",
    "claims",
    "conflicts",
    "flags",
    "pin",
    "shadow",
    "names",
}
STATUS = EACH_PLACE | {"because", "weighed", "context", "would_change"}
BESIDE = {"beside", "held_back", "decided", "across", "because_for", "denied"}
"""Not promised: what the claims that a status names by id say, for whoever shows them."""
WHY = STATUS | {"steps", "against"}
CLAIM = {
    "id",
    "text",
    "predicate",
    "modality",
    "actors",
    "place",
    "origin",
    "via",
    "occurred",
    "reported",
    "recorded",
    "confidence",
    "standing",
    "url",
    "note",
}
MORE_OF_A_CLAIM = {
    "attribution",
    "against",
    "taken_from",
    "place_name",
    "actor_names",
    "against_names",
    "relation",
    "km",
    "bearing",
    "extent",
    "outcome",
    "details",
    "source",
    "chain",
    "document",
    "confidence_text",
    "standing_reason",
    "replaced_by",
    "weight",
    "effect",
    "level_not_stated",
    "place_text",
    "sentence",
    "quote",
    "weighed",
    "batch",
}
INSIDE = {
    "place": {"id", "name", "kind", "region", "lat", "lon"},
    "controller": {"id", "name", "side", "with"},
    "since": {"earliest", "latest"},
}
ROWS = {
    "probabilities": {"actor", "p"},
    "pressure": {"kind", "actor", "claim", "relation", "km", "bearing"},
    "present": {"actor", "claim"},
    "conflicts": {"kind", "claims"},
    "because": {"claim", "text", "origin", "weight"},
    "context": {"claim", "place", "text"},
}


def keys_of_a_verdict(one: Document) -> None:
    for key, keys in INSIDE.items():
        assert one[key] is None or one[key].keys() == keys, key
    for key, keys in ROWS.items():
        for row in one.get(key, ()):
            assert row.keys() - {"attribution"} == keys, key
    assert one["status"] in ("held", "contested", "unknown")
    assert one["basis"] in ("assessed", "claimed", "analyst", "inferred", "none")
    assert one["freshness"] in ("fresh", "ageing", "stale", None)
    assert 0 <= one["confidence"] <= 1
    for key in ("at", "known_at", "published_by", "last_report", "stale_at"):
        assert one[key] is None or one[key].endswith("Z"), "UTC, ISO 8601"


@pytest.mark.parametrize("place", ["Homs", "Deir ez-Zor", "Damascus", "Nawa", "southern Syria"])
def test_status_of_a_place(story_file: Path, place: str) -> None:
    one = tracker("status", place, "--db", story_file, *TOWARDS).json
    assert one.keys() - {"note"} == STATUS | BESIDE | ({"summary"} if place == "southern Syria" else set())
    keys_of_a_verdict(one)
    assert isinstance(one["would_change"], str)
    assert sum(row["p"] for row in one["probabilities"]) <= 1 + 1e-6


def test_status_of_all_places(story_file: Path) -> None:
    found = tracker("status", "--db", story_file, *TOWARDS).json
    assert found.keys() >= {"at", "places"}
    for one in found["places"]:
        assert one.keys() >= EACH_PLACE
        assert "because" not in one
        keys_of_a_verdict(one)
        alone = tracker("status", one["place"]["id"], "--db", story_file, *TOWARDS).json
        assert {key: alone[key] for key in one} == one, "kept state and replay say the same"


def test_the_axes_are_told(story_file: Path) -> None:
    axes = ("--known-at", "2024-12-06", "--published-by", "2024-12-05")
    one = tracker("status", "Homs", "--db", story_file, *TOWARDS, *axes).json
    assert (one["at"], one["known_at"], one["published_by"]) == (
        "2024-12-07T20:59:59.999999Z",
        "2024-12-06T20:59:59.999999Z",
        "2024-12-05T20:59:59.999999Z",
    )


MAP = {
    "from", "to", "known_at", "published_by", "policy", "position", "zone", "last_event",
    "recorded", "actors", "places", "spans",
}  # fmt: skip
COLUMNS = {
    "places": {"id", "name", "names", "kind", "region", "lat", "lon", "population", "claims", "lam"},
    "spans": {"place", "from", "status", "side", "confidence", "stale", "fading"},
}


def test_a_map(story_file: Path) -> None:
    made = Tracker(story_file, zone="Asia/Damascus")
    found = json.loads(json.dumps(made.map(end="2024-12-07", known_at="2024-12-06")))
    assert found.keys() == MAP
    assert (found["to"], found["known_at"]) == ("2024-12-07T20:59:59.999999Z", "2024-12-06T20:59:59.999999Z")
    assert (found["published_by"], found["policy"], found["zone"]) == (None, "bayes", "Asia/Damascus")
    for one in found["actors"]:
        assert one.keys() == {"id", "name", "shape", "colour", "dark", "held"}
    for key, columns in COLUMNS.items():
        assert found[key].keys() == columns
        assert len({len(column) for column in found[key].values()}) == 1
    assert all(isinstance(at, int) for at in found["spans"]["from"])
    assert set(found["spans"]["status"]) <= {0, 1, 2}
    assert set(found["spans"]["stale"]) <= {0, 1}


def test_why(story_file: Path) -> None:
    one = tracker("why", "Homs", "--db", story_file, *TOWARDS).json
    assert one.keys() - {"note"} == WHY | BESIDE | {"log_odds"}
    for step in one["steps"]:
        keys = {"claim", "step", "reliability", "stance", "echo", "weight", "p"}
        assert step.keys() == keys | {"text", "at", "order", "by_record", "weighed"}
    assert any(step["claim"] is None for step in one["steps"]), "time passing is a step too"


def test_claims_and_show(story_file: Path) -> None:
    found = tracker("claims", "--place", "Homs", "--db", story_file, *TOWARDS).json
    assert found.keys() == {"claims"}
    for one in found["claims"]:
        assert one.keys() == CLAIM | MORE_OF_A_CLAIM
        assert one["occurred"].keys() == one["reported"].keys() == {"earliest", "latest", "precision", "text"}
    shown = tracker("show", found["claims"][0]["id"], "--db", story_file, "--json").json
    assert shown.keys() == CLAIM | MORE_OF_A_CLAIM | {"links", "reviews", "history"}


def test_add_claim_and_what_can_befall_one(report_copy: str) -> None:
    now = ("--db", report_copy, "--now", "2024-12-08T12:00:00Z", "--json")
    added = tracker("add-claim", "SDF captured Tabqa", "--source", "SOHR", "--at", "2024-12-08", *now).json
    promised = {"claim", "recorded", "position", "conflicts", "before", "after"}
    assert added.keys() == promised | {"dry_run", "event", "created", "told", "known"}
    assert added["recorded"] is True
    assert added["before"]["status"] == "unknown"
    keys_of_a_verdict(added["after"])
    assert added["after"]["controller"]["id"] == "sdf"
    again = tracker("add-claim", "SDF captured Tabqa", "--source", "SOHR", "--at", "2024-12-08", *now).json
    assert (again["claim"], again["recorded"]) == (added["claim"], False)
    other = tracker("add-claim", "rebels captured Tabqa", "--source", "AFP", "--at", "2024-12-08", *now).json
    assert [one["kind"] for one in other["conflicts"]] == ["holder"]
    befallen = [
        tracker("confirm", added["claim"], *now),
        tracker("check", added["claim"], "confirmed", "--source", "AP", *now),
        tracker("link", added["claim"], "--same-as", other["claim"], *now),
        tracker("unlink", added["claim"], "--same-as", other["claim"], "--reason", "a mistake", *now),
        tracker("retract", other["claim"], "--reason", "a mistake", *now),
    ]
    for answer in befallen:
        assert answer.json.keys() == {
            "claim",
            "text",
            "event",
            "payload",
            "recorded",
            "position",
            "dry_run",
            "before",
            "after",
        }
    corrected = tracker("correct", added["claim"], "--place", "Raqqa", *now).json
    assert corrected["corrected"] == added["claim"]
    assert corrected["after"]["place"]["id"] == "raqqa"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "Nowhere"], 3),
        (["status", "Homs", "--at", "someday"], 2),
        (["frobnicate"], 2),
        (["add-claim", "rebels captured Homs"], 2),
        (["show", "c-241207-00000000"], 3),
    ],
)
def test_errors(story_file: Path, arguments: list[str], code: int) -> None:
    refused = tracker(*arguments, *(["--db", story_file] if len(arguments) > 1 else []), "--json")
    told = json.loads(refused.err)
    assert told.keys() == {"error", "try", "exit"}
    assert (refused.code, refused.out, told["exit"]) == (code, "", code)
    assert told["error"]
    assert told["try"]


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["claims"], ["why", "Homs"], ["log", "--until", "9"], ["place", "list"], ["source", "list"]],
    ids=" ".join,
)
def test_rows_are_the_same_in_every_form(story_file: Path, arguments: list[str]) -> None:
    where = ("--db", story_file, "--now", "2024-12-09")
    lines = tracker(*arguments, *where, "--jsonl")
    rows = [json.loads(line) for line in lines.out.splitlines()]
    document = tracker(*arguments, *where, "--json").json
    name = (
        "steps" if arguments[0] == "why" else next(key for key in document if isinstance(document[key], list))
    )
    assert rows == document[name]
    table = tracker(*arguments, *where, "--csv").out.splitlines()
    assert len(table) >= len(rows) + 1
    assert table[0].count(",") >= 3


@pytest.mark.parametrize("at", ["2024-12-01", "2024-12-07T12:00", "2024-12-09"])
def test_the_table_has_beside_each_place_what_its_status_has(story_file: Path, at: str) -> None:
    asked = ("--db", story_file, "--at", at, "--json")
    rows = tracker("status", *asked).json["places"]
    assert any(row["context"] for row in rows)
    for row in rows:
        assert row["context"] == tracker("status", row["place"]["id"], *asked).json["context"], row["place"]
