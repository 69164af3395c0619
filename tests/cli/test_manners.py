"""Decides how tracker behaves at a terminal: colours, clocks, dry runs, hostile text, completion, small comforts."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import COMMAND, command, surroundings, tracker

NOW = ("--now", "2024-12-08T12:00:00Z")
SAID = ("--source", "Reuters", "--said-by", "rebels", "--at", "2024-12-07")
CLAIM = ("add-claim", "rebels captured Sanamayn", *SAID)
ESCAPE = "\x1b["
HOSTILE = "=cmd|x\x1b[31m\u202eevil\x07\x9b2J\u200b\nline\u2028two"


def head(where: str) -> str:
    told: str = tracker("verify", "--db", where, "--json").json["chain_hash"]
    return told


# -- what is said beside an answer -------------------------------------------------------------------


def test_a_town_that_shares_its_name_with_an_area_is_bound_and_said_so(fresh: str) -> None:
    added = tracker("add-claim", "rebels captured Homs", *SAID, "--db", fresh, *NOW, "--json")
    assert "the city is meant; for the governorate write homs-governorate" in added.err
    claim = added.json["claim"]
    shown = tracker("show", claim, "--db", fresh).out
    assert "city or area was not said" in shown
    assert tracker("show", claim, "--db", fresh, "--json").json["level_not_stated"] is True
    status = tracker("status", "Homs", "--db", fresh, *NOW)
    assert "the city is meant" in status.err
    assert "the city is meant" not in status.out
    exact = tracker("status", "homs", "--db", fresh, *NOW)
    assert exact.err == "", "an id is exact"


def test_a_source_in_its_own_voice_is_said_so(fresh: str) -> None:
    own = tracker("add-claim", "rebels captured Nawa", "--source", "Reuters", "--db", fresh, *NOW)
    assert "in Reuters's own voice; quoting somebody? --said-by" in own.err
    assert tracker(*CLAIM, "--db", fresh, *NOW).err == ""


def test_the_resolved_interval_is_echoed(fresh: str) -> None:
    answer = tracker(
        "add-claim",
        "rebels captured Nawa",
        *SAID[:-1],
        "yesterday",
        "--tz",
        "Asia/Damascus",
        "--db",
        fresh,
        *NOW,
    )
    assert "2024-12-07 00:00 +03 to 2024-12-07 23:59 +03" in answer.out


def test_unnamed_origins_are_described_never_registered(fresh: str) -> None:
    before = tracker("source", "list", "--db", fresh, "--json").json
    answer = tracker(
        "add-claim", "SDF captured Raqqa", "--source", "Reuters", "--said-by", "unnamed: three Syrian sources",
        "--db", fresh, *NOW, "--json",
    )  # fmt: skip
    assert answer.json["event"]["chain"][0] == {"named": "three Syrian sources", "n": 3}
    assert tracker("source", "list", "--db", fresh, "--json").json == before


# -- writing ---------------------------------------------------------------------------------------------


def test_create_brings_in_what_is_not_known(fresh: str) -> None:
    words = (
        "add-claim",
        "The Lions captured Newtown",
        "--source",
        "A Paper",
        "--said-by",
        "Nobody",
        "--db",
        fresh,
    )
    assert tracker(*words, *NOW).code == 3
    before = head(fresh)
    dry = tracker(*words, *NOW, "--create", "--dry-run", "--json").json
    assert dry["created"] == ["source/nobody", "source/a-paper", "place/newtown", "actor/the-lions"] or set(
        dry["created"]
    ) == {"actor/the-lions", "place/newtown", "source/a-paper", "source/nobody"}
    assert dry["after"]["status"] == "held"
    assert head(fresh) == before
    made = tracker(*words, *NOW, "--create", "--json").json
    assert set(made["created"]) == set(dry["created"])
    assert made["claim"] == dry["claim"]
    assert tracker(*words, *NOW, "--json").json["recorded"] is False


def test_like_copies_what_is_not_said_anew(fresh: str) -> None:
    full = (
        "--confidence",
        "likely",
        "--quote",
        "it is ours",
        "--url",
        "https://example.org/1",
        "--tz",
        "Asia/Damascus",
    )
    first = tracker(*CLAIM, *full, "--db", fresh, *NOW, "--json").json["claim"]
    answer = tracker("add-claim", "--like", first, "--place", "Nawa", "--db", fresh, *NOW, "--json").json
    one, other = (tracker("show", claim, "--db", fresh, "--json").json for claim in (first, answer["claim"]))
    for key in ("predicate", "actors", "chain", "confidence_text", "quote", "url"):
        assert one[key] == other[key], key
    for key in ("earliest", "latest"):
        assert one["occurred"][key] == other["occurred"][key], "whatever zone it is copied in"
    assert (one["place"], other["place"]) == ("sanamayn", "nawa")
    same = tracker("add-claim", "--like", first, "--db", fresh, *NOW, "--json").json
    assert (same["claim"], same["recorded"]) == (first, False), (
        "a copy that changes nothing is the same claim"
    )


@pytest.mark.parametrize("verb", ["add-claim", "correct", "retract", "confirm"])
def test_a_dry_run_shows_the_change_and_writes_nothing(report_copy: str, verb: str) -> None:
    sanamayn = tracker("claims", "--place", "Sanamayn", "--db", report_copy, "--json").json["claims"][0]["id"]
    words = {
        "add-claim": ["add-claim", "government captured Sanamayn", "--source", "SOHR", "--at", "2024-12-08"],
        "correct": ["correct", sanamayn, "--actor", "SDF"],
        "retract": ["retract", sanamayn],
        "confirm": ["confirm", sanamayn],
    }[verb]
    before = head(report_copy)
    dry = tracker(*words, "--dry-run", "--db", report_copy, *NOW, "--json").json
    assert (dry["recorded"], dry["position"], dry["dry_run"]) == (False, None, True)
    assert head(report_copy) == before
    assert "would be" in tracker(*words, "--dry-run", "--db", report_copy, *NOW).out
    done = tracker(*words, "--db", report_copy, *NOW, "--json").json
    assert done["recorded"] is True
    assert head(report_copy) != before
    assert {**done["after"], "at": None} == {**dry["after"], "at": None}, "it happened as announced"


def test_the_clock_can_be_set_back_and_never_ahead(fresh: str) -> None:
    ahead = tracker(*CLAIM, "--db", fresh, "--now", "2199-01-01")
    assert ahead.code == 2
    assert "ahead of the clock" in ahead.refusal[0]
    assert tracker("status", "--db", fresh, "--now", "2199-01-01").code == 0, "reading may look ahead"
    assert tracker(*CLAIM, "--db", fresh, *NOW).code == 0
    later = tracker(
        "add-claim", "rebels captured Nawa", *SAID, "--db", fresh, "--now", "2024-12-07T23:00Z", "--json"
    )
    assert later.code == 0
    recorded = [one["recorded"] for one in tracker("log", "--db", fresh, "--json").json["events"]]
    assert recorded == sorted(recorded), "recorded_at never runs backwards"


def test_the_environment_and_the_settings_file_are_heard(
    fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DB", fresh)
    monkeypatch.setenv("TRACKER_NOW", "2024-12-08T12:00:00Z")
    monkeypatch.setenv("TRACKER_BY", "anna")
    assert tracker(*CLAIM).code == 0
    (event,) = tracker("log", "--stream", "source/reuters", "--json").json["events"]
    last = tracker("log", "--json").json["events"][-1]
    assert (last["by"], last["recorded"]) == ("anna", "2024-12-08T12:00:00Z")
    assert event["kind"] == "source-registered"
    (tmp_path / "config" / "tracker").mkdir(parents=True)
    (tmp_path / "config" / "tracker" / "config.toml").write_text('tz = "Asia/Damascus"\n')
    assert "2024-12-08 15:00 +03" in tracker("status", "Sanamayn").out
    (tmp_path / "config" / "tracker" / "config.toml").write_text("tz = \n")
    assert tracker("status", "Sanamayn").code == 2


# -- colour ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "options", "colored"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"CLICOLOR_FORCE": "1"}, [], True),
        ({"CLICOLOR_FORCE": "0"}, [], False),
        ({"CLICOLOR_FORCE": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"NO_COLOR": "1", "TRACKER_COLOR": "always"}, [], True),
    ],
)
def test_colours_away_from_a_terminal(
    story_file: Path,
    environment: dict[str, str],
    options: list[str],
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    answer = tracker("status", "Homs", "--db", story_file, "--now", "2024-12-12", *options)
    assert (ESCAPE in answer.out) is colored
    plain = tracker("status", "Homs", "--db", story_file, "--now", "2024-12-12", "--color", "never").out
    assert re.sub(r"\x1b\[[0-9;]*m", "", answer.out) == plain, "never colour alone"
    assert "held" in plain


@pytest.mark.parametrize(
    ("environment", "options", "colored"),
    [({}, [], True), ({"NO_COLOR": "1"}, [], False), ({}, ["--color=never"], False)],
)
def test_colours_on_a_terminal(
    story_file: Path, environment: dict[str, str], options: list[str], colored: bool
) -> None:
    told = on_a_terminal(["status", "Homs", "--db", str(story_file), *options], environment)
    assert (ESCAPE in told) is colored


def on_a_terminal(words: list[str], environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *words], env=surroundings({"TERM": "xterm", **environment}), stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(ours, 65536):
                told += piece
        except OSError:  # the other end was closed
            pass
    os.close(ours)
    return told.decode()


# -- text that somebody else wrote -------------------------------------------------------------------


@pytest.fixture
def hostile(fresh: str) -> str:
    """A tracker in which every free text tries to take the terminal over."""
    for words in (
        ["place", "add", HOSTILE, "--kind", "town", "--id", "evil", "--alias", HOSTILE + "!"],
        ["source", "add", "@" + HOSTILE, "--kind", "media", "--id", "foul"],
        ["add-claim", "--actor", "rebels", "--predicate", "lost", "--place", "evil", "--source", "foul",
         "--quote", HOSTILE, "--note", HOSTILE, "--detail", f"framing={HOSTILE}", "--document", HOSTILE],
        ["add-claim", "--actor", "SDF", "--predicate", "captured", "--place", "evil", "--source", "Reuters",
         "--said-by", f"unnamed: {HOSTILE}", "--note", "-" + HOSTILE],
    ):  # fmt: skip
        assert tracker(*words, "--db", fresh, *NOW).code == 0
    return fresh


def dangerous(text: str) -> list[str]:
    return [char for char in text if char != "\n" and not char.isprintable()]


@pytest.mark.parametrize(
    "words",
    [
        ["status", "evil"], ["status"], ["why", "evil"], ["claims"], ["log", "--after", "400"], ["place", "show", "evil"],
        ["place", "list"], ["source", "show", "foul"], ["status", HOSTILE + "?"], ["show", HOSTILE],
        ["add-claim", HOSTILE, "--source", HOSTILE], ["claims", "--text", HOSTILE], ["retract", HOSTILE],
        ["status", "evil", "--at", HOSTILE], [HOSTILE], ["place", HOSTILE], ["status", "--" + HOSTILE],
        ["status", "--region", HOSTILE], ["setting", "set", HOSTILE, HOSTILE], ["setting", "set", "zone", HOSTILE],
        ["add-claim", "SDF captured evil", "--source", "foul", "--confidence", HOSTILE],
        ["add-claim", "SDF captured evil", "--source", "foul", "--tz", HOSTILE],
    ],
    ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40],
)  # fmt: skip
def test_hostile_text_reaches_no_terminal(hostile: str, words: list[str]) -> None:
    for form in ([], ["--json"]):
        where = ["--db", hostile, *NOW] if words[0] not in (HOSTILE,) and words != ["place", HOSTILE] else []
        answer = tracker(*words, *where, *form)
        assert answer.code in (0, 2, 3)
        assert dangerous(answer.out + answer.err) == []
        if answer.code and not form:
            assert answer.refusal, "and even then it is one line and one line"


def test_hostile_claims_are_shown_whole(hostile: str) -> None:
    for claim in tracker("claims", "--db", hostile, "--json").json["claims"]:
        told = tracker("show", claim["id"], "--db", hostile)
        assert dangerous(told.out) == []
        assert claim["note"].endswith(HOSTILE), "the data is what was typed"


def test_formulas_reach_no_spreadsheet(hostile: str) -> None:
    told = tracker("claims", "--csv", "--db", hostile, *NOW).out
    rows = list(csv.DictReader(io.StringIO(told)))
    assert {row["note"] for row in rows} == {"'" + HOSTILE, "'-" + HOSTILE}
    places = list(csv.DictReader(io.StringIO(tracker("place", "list", "--csv", "--db", hostile).out)))
    assert "'" + HOSTILE in {row["name"] for row in places}
    weights = [row["weight"] for row in csv.DictReader(io.StringIO(
        tracker("why", "evil", "--csv", "--db", hostile, *NOW).out))]  # fmt: skip
    assert all(float(weight) is not None for weight in weights), "a negative number is no formula"


def test_rows_for_a_terminal_are_made_safe_too(hostile: str) -> None:
    told = on_a_terminal(["claims", "--csv", "--db", hostile], {}).replace("\r\n", "\n")
    assert dangerous(told) == []


# -- completion --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete"), ("zsh", "#compdef"), ("fish", "complete")])
def test_completion_scripts(shell: str, sign: str) -> None:
    if shell == "bash" and not Path("/bin/bash").exists():
        pytest.skip("no bash on this machine")
    answer = command(environment={"_TRACKER_COMPLETE": f"{shell}_source"})
    assert answer.code == 0, answer.err
    assert sign in answer.out
    assert "tracker" in answer.out


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("tracker st", ["status"]),
        ("tracker source gr", ["grade"]),
        ("tracker status Deir e", ["Deir ez-Zor"]),
        ("tracker status حم", ["حمص", "حماة"]),
        ("tracker add-claim --source Reu", ["Reuters"]),
        ("tracker add-claim --actor H", ["HTS", "Hezbollah"]),
        ("tracker claims --sta", ["--standing"]),
        ("tracker claims --standing re", ["retracted"]),
        ("tracker actor join hts reb", ["rebels"]),
        ("tracker retract c-2412", ["c-2412"]),
        ("tracker status --at 2024 Aro", []),
    ],
)
def test_names_are_completed(story_file: Path, typed: str, proposed: list[str]) -> None:
    words = typed.split(" ") if "Deir" not in typed else ["tracker", "status", "Deir e"]
    environment = {
        "_TRACKER_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(words[:-1]).replace("Deir e", "'Deir e'"),
        "COMP_CWORD": words[-1],
        "TRACKER_DB": str(story_file),
    }
    answer = command(environment=environment)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    for one in proposed:
        assert one in answer.out


def test_completion_without_a_tracker_is_silent(tmp_path: Path) -> None:
    environment = {"_TRACKER_COMPLETE": "bash_complete", "COMP_WORDS": "tracker status Ho", "COMP_CWORD": "2"}
    for where in (tmp_path / "none.db", tmp_path, "postgresql://nobody@127.0.0.1:1/none", "mysql://x"):
        answer = command(environment={**environment, "TRACKER_DB": str(where)})
        assert (answer.out.strip(), answer.err) == ("", "")


def test_json_says_the_same_whatever_it_escapes(hostile: str) -> None:
    out = tracker("place", "show", "evil", "--db", hostile, "--json").out
    found: dict[str, Any] = json.loads(out)
    assert found["name"] == HOSTILE
