"""Decides how an export is typed, where it goes and what is said of it."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from tests.cli.running import on_a_terminal, tracker
from tracker.cli import export
from tracker.exporters import content, formats

NOW = ("--now", "2024-12-09T12:00:00Z")


@pytest.fixture
def where(tmp_path: Path) -> Path:
    made = tmp_path / "tracker.db"
    assert tracker("init", "--starter", "syria", "--db", made, *NOW).code == 0
    for words in (["rebels captured Hama", "--at", "2024-12-05"], ["rebels captured Homs", "--note", "=1+1"]):
        assert tracker("add-claim", *words, "--source", "Reuters", "--db", made, *NOW).code == 0
    return made


def test_claims_come_as_a_table_or_as_lines(where: Path) -> None:
    table = tracker("export", "--db", where, *NOW)
    assert (table.code, table.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert {row["place"]: row["note"] for row in rows} == {"hama": "", "homs": "'=1+1"}
    lines = tracker("export", "claims", "--format", "jsonl", "--place", "Homs", "--db", where, *NOW)
    (homs,) = map(json.loads, lines.out.splitlines())
    assert (homs["place"], homs["typed"]["sentence"]) == ("homs", "rebels captured Homs")


def test_a_file_is_written_whole_and_told_of(where: Path, tmp_path: Path) -> None:
    out = tmp_path / "claims.csv"
    told = tracker("export", "--out", out, "--db", where, *NOW)
    assert (told.out, told.err.strip()) == ("", f"{out}: 2 claims")
    assert out.read_text("utf-8") == tracker("export", "--db", where, *NOW).out
    found = tracker("export", "--out", out, "--json", "--db", where, *NOW).json
    assert found == {"what": "claims", "format": "csv", "file": str(out), "rows": 2}
    before = out.read_bytes()
    assert tracker("export", "--out", out, "--place", "Hommms", "--db", where, *NOW).code == 3
    assert tracker("export", "--out", tmp_path / "no" / "claims.csv", "--db", where, *NOW).code == 1
    assert out.read_bytes() == before
    assert [one for one in os.listdir(tmp_path) if one.startswith(".export")] == []


def test_what_is_imported_again_is_known(where: Path, tmp_path: Path) -> None:
    out = tmp_path / "claims.jsonl"
    tracker("export", "--out", out, "--db", where, *NOW)
    assert tracker("import", out, "--db", where, *NOW).out.startswith("0 recorded, 2 known, 0 rejected")


def test_a_log_is_taken_over_by_an_empty_tracker(where: Path, tmp_path: Path) -> None:
    out, new = tmp_path / "log.jsonl", tmp_path / "new.db"
    told = tracker("export", "log", "--out", out, "--db", where, *NOW)
    count = len(tracker("log", "--jsonl", "--db", where).out.splitlines())
    assert told.err.strip() == f"{out}: {count} events"
    refused = tracker("import", out, "--db", where, *NOW)
    assert (refused.code, "by an empty tracker" in refused.refusal[0]) == (5, True)
    tracker("init", "--db", new, *NOW)
    head = tracker("verify", "--json", "--db", where).json["chain_hash"]
    for dry, what in ((["--dry-run"], "can be taken over"), ([], "taken over")):
        done = tracker("import", out, *dry, "--db", new, *NOW)
        assert done.out == f"{count} events {what}; the log ends at {count}:{head}\n"
    assert tracker("status", "--json", "--db", new, *NOW).out == tracker(
        "status", "--json", "--db", where, *NOW
    ).out  # fmt: skip
    spoiled = tmp_path / "spoiled.jsonl"
    spoiled.write_text(out.read_text("utf-8").replace("Reuters", "Router"), "utf-8")
    tracker("init", "--db", tmp_path / "third.db", *NOW)
    answer = tracker("import", spoiled, "--db", tmp_path / "third.db", *NOW)
    assert (answer.code, "its payload is not what was recorded" in answer.refusal[0]) == (2, True)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["log", "--format", "csv"], "csv does not hold the log"),
        (["log", "--place", "Homs"], "--place says nothing of an export of log"),
        (["--out", "claims"], "cannot be told by its name"),
        (["rumours"], "'rumours' is not one of"),
        (["--since", "2024-12-09", "--until", "2024-12-01"], "nothing lies between"),
    ],
)
def test_a_wrong_use_is_refused(words: list[str], wrong: str, where: Path) -> None:
    answer = tracker("export", *words, "--db", where, *NOW)
    assert (answer.code, wrong in answer.refusal[0]) == (2, True), answer.err


def test_help_knows_every_format_without_loading_one() -> None:
    assert tuple(one.name for one in formats.ALL) == export.FORMATS
    assert set(export.SUBJECTS) == set(content.SUBJECTS) == set(export.COUNTED)


def test_json_tells_of_a_file(where: Path) -> None:
    answer = tracker("export", "--json", "--db", where, *NOW)
    assert answer.code == 2
    assert json.loads(answer.err)["error"] == "--json tells of a file that was written"


def test_at_a_terminal_nothing_in_a_claim_moves_the_cursor(where: Path) -> None:
    tracker(
        "add-claim", "rebels captured Idlib", "--source", "AFP", "--note", "a\x1b[2Jb", "--db", where, *NOW
    )
    for form in ("csv", "jsonl"):
        shown = on_a_terminal(["export", "--format", form, "--db", str(where)], {})
        assert "idlib" in shown
        assert "\x1b[2J" not in shown
