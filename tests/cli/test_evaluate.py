"""Decides what `tracker evaluate` tells of the story, and of files with mistakes in them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.acceptance.packs import syria
from tests.acceptance.prepared import begin, say
from tests.cli.running import command, tracker
from tracker.judgement.policies import NAMES

OUTCOME = Path(__file__).parents[2] / "fixtures" / "syria" / "outcome.csv"
HEAD = "place,time,controller\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outcome.csv"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest) -> Any:
    """The story in either engine, of which one only asks."""
    if request.param == "sqlite":
        return request.getfixturevalue("story_file")
    where = begin(request.getfixturevalue("new_schema")())
    return say(where, syria().lines[:60])


def asked(where: object, file: object, *words: object) -> Any:
    return tracker("evaluate", file, *words, "--json", "--db", where).json


def rules(found: Any) -> dict[str, Any]:
    return {one["policy"]: one for one in found["policies"]}


def test_the_story_by_its_outcome(story_file: Path) -> None:
    """Four places over fifteen evenings; by `history` the belief names each change on its own day."""
    found = asked(story_file, OUTCOME, "--to", "2024-12-11", "--tz", "UTC")
    assert list(rules(found)) == list(NAMES)
    mine = rules(found)["bayes"]
    assert (mine["places"], mine["answers"], mine["place_days"]) == (4, 60, 60.0)
    assert (mine["right"], mine["unknown"]) == (1.0, 0.0)
    assert mine["detection"] == {"median": 0.0, "mean": 0.0, "found": 4, "of": 4, "missed": 0, "waiting": 0}
    assert (mine["flips"]["changes"], mine["flips"]["false"]) == (4, 0)
    assert mine["flips"]["place_years"] == pytest.approx(4 * 14 / 365.25)
    assert sum(one["answers"] for one in mine["calibration"]) == 60
    assert "bayes" in found["best"]["right"]


@pytest.mark.parametrize("known", [False, True], ids=["now", "known"])
def test_each_answer_is_that_of_status(story: Any, file: Path, known: bool) -> None:
    """One place on one evening, far from any front: its scores can be read off its verdict."""
    file.write_text(HEAD + "deir-ez-zor,2024-12-05T12:00Z,government\n")
    when = ("--from", "2024-12-06", "--to", "2024-12-06", "--tz", "UTC")
    at = "2024-12-06T23:59:59.999999Z"
    bound = ("--known-at", at) if known else ()
    told = []
    for policy, one in rules(asked(story, file, *when, *(["--known"] if known else []))).items():
        words = ("status", "deir-ez-zor", "--at", at, *bound, "--policy", policy)
        verdict = tracker(*words, "--json", "--db", story).json
        p = {row["actor"]: row["p"] for row in verdict["probabilities"]}
        who = verdict["controller"]["side"] if verdict["controller"] else None
        told.append(who)
        assert one["answers"] == 1
        assert (one["right"], one["unknown"]) == (float(who == "government"), float(who is None))
        squares = sum((share - (actor == "government")) ** 2 for actor, share in p.items())
        assert one["brier"] == pytest.approx(squares, abs=1e-6)
        assert one["log_loss"] == pytest.approx(-math.log(max(0.001, p["government"])), abs=1e-6)
    assert len(told) == len(NAMES)
    assert any(told)


@pytest.mark.parametrize("policy", NAMES)
def test_a_rule_is_right_by_its_own_history(story_file: Path, file: Path, policy: str) -> None:
    lines = [HEAD]
    for place in ("Homs", "hama", "aleppo", "deir-ez-zor"):
        spans = tracker("history", place, "--policy", policy, "--json", "--db", story_file).json["spans"]
        lines += [
            f"{place},{one['from']},{one['controller']['side'] if one['controller'] else '-'}\n"
            for one in spans
        ]
    file.write_text("".join(lines))
    (one,) = asked(story_file, file, "--policy", policy, "--every", "5h", "--to", "2024-12-20")["policies"]
    assert one["answers"] > 30
    assert (one["right"], one["unknown"], one["flips"]["false"]) == (1.0, 0.0, 0)


def test_a_part_counts_for_its_side_and_nobody_is_not_judged(story_file: Path, file: Path) -> None:
    file.write_text(
        "Place;Time;Controller;Until\nحلب;2024-12-01;HTS;2024-12-03\nHama;2024-12-01;Contested;\n"
        "Hama;2024-12-06;rebels;\n"
    )
    found = asked(story_file, file, "--policy", "bayes", "--to", "2024-12-08", "--tz", "UTC")
    (one,) = found["policies"]
    assert (one["places"], one["answers"], one["right"]) == (2, 2 + 3, 1.0)
    assert found["rows"] == {"read": 3, "used": 3, "left_out": 0}


MISTAKES = HEAD + (
    "Homs,2024-12-01,government\nHommms,2024-12-01,government\nHama,2024-12-01,goverment\nHama,soon,rebels\n"
    "Homs,2024-12-01,rebels\nHama,2199-01-01,rebels\nHama\n"
)


def test_rows_with_mistakes_are_told_and_left_out(story_file: Path, file: Path) -> None:
    file.write_text(MISTAKES)
    done = tracker("evaluate", file, "--json", "--db", story_file)
    found = done.json
    assert found["rows"] == {"read": 7, "used": 1, "left_out": 6}
    assert [(one["line"], one["field"]) for one in found["bad"]] == [
        (3, "place"), (4, "controller"), (5, "time"), (6, "controller"), (7, "time"), (8, "row"),
    ]  # fmt: skip
    assert "did you mean" in found["bad"][0]["why"]
    assert "government" in found["bad"][1]["why"]
    assert "line 5, time 'soon': cannot read" in done.err
    assert "6 of 7 rows are left out" in done.err


def test_of_many_unknown_names_those_that_are_told_come_with_what_was_meant(
    story_file: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of another gazetteer has thousands of them, and each search reads every name there is."""
    searched: list[str] = []

    def proposed(text: str, names: Iterable[object]) -> list[str]:
        if not list(names):
            return []
        searched.append(text)
        return ["Homs"]

    monkeypatch.setattr("tracker.names.propose", proposed)
    many = [f"Hommms{n}" for n in range(200)]
    rows = "".join(f"{name},2024-12-01,government\n" for name in many)
    file.write_text(f"{HEAD}Homs,2024-12-01,government\n{rows}")
    done = tracker("evaluate", file, "--db", story_file)
    assert searched == many[:10]
    assert done.err.count("did you mean Homs?") == 10
    assert "200 of 201 rows are left out" in done.err


def test_strict_refuses_them_and_so_does_a_file_of_nothing_else(story_file: Path, file: Path) -> None:
    file.write_text(MISTAKES)
    done = tracker("evaluate", file, "--strict", "--db", story_file)
    assert done.code == 2
    assert "6 rows" in done.refusal[0]
    assert "line 3, place 'Hommms'" in done.refusal[0]
    file.write_text(HEAD + "Nowhereville,2024-12-01,rebels\n")
    done = tracker("evaluate", file, "--db", story_file)
    assert (done.code, "1 row of" in done.refusal[0]) == (2, True)


def test_where_no_row_can_be_used_each_is_told_all_the_same(story_file: Path, file: Path) -> None:
    file.write_text(HEAD + "Nowhereville,2024-12-01,rebels\nHama,soon,rebels\nHama\n")
    done = tracker("evaluate", file, "--db", story_file)
    assert [line.partition(",")[0] for line in done.err.splitlines()[:-2]] == ["line 2", "line 3", "line 4"]
    assert done.err.splitlines()[2] == "line 4, row: it has 1 cell, too few"
    assert done.refusal[0].startswith(f"3 rows of {file} cannot be used, the first: line 2, place")
    as_document = tracker("evaluate", file, "--json", "--db", story_file).err
    assert json.loads(as_document)["exit"] == 2


def test_one_row_is_left_out_of_many(story_file: Path, file: Path) -> None:
    file.write_text(HEAD + "Homs,2024-12-01,government\nHama,2024-12-01\n")
    assert "\n1 of 2 rows is left out\n" in tracker("evaluate", file, "--db", story_file).err


def test_what_another_command_writes_is_read_by_its_name(story_file: Path) -> None:
    done = tracker("evaluate", "-", "--db", story_file)
    assert done.refusal[1] == "/dev/stdin reads what another command writes"
    piped = command("evaluate", "/dev/stdin", "--db", story_file, input=OUTCOME.read_text())
    assert (piped.code, piped.out) == (0, tracker("evaluate", OUTCOME, "--db", story_file).out)


@pytest.mark.parametrize(
    "words",
    [
        ["--every", "0d"], ["--every", "day"], ["--every", "-1d"], ["--near", "-1"], ["--near", "nan"],
        ["--policy", "best"], ["--plot", "x.png"], ["--from", "2024-12-20", "--to", "2024-12-10"],
        ["--every", "1min", "--from", "2020-01-01"], ["--json", "--csv"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(story_file: Path, words: list[str]) -> None:
    done = tracker("evaluate", OUTCOME, *words, "--db", story_file)
    assert done.code == 2
    if "--json" not in words:
        assert done.refusal


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2024-12-20", "--to", "2024-12-10"], "--from 2024-12-20 is after --to 2024-12-10: "),
        (["--to", "2024-11-01"], "2024-11-27 23:59 +03 is after 2024-11-01 23:59 +03"),
    ],
)
def test_an_end_before_the_beginning_is_told_as_it_was_typed(
    story_file: Path, words: list[str], said: str
) -> None:
    done = tracker("evaluate", OUTCOME, *words, "--tz", "Asia/Damascus", "--db", story_file)
    assert (done.code, said in done.refusal[0]) == (2, True), done.err


def test_rows_for_sheets_and_lines_for_people(story_file: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(tracker("evaluate", OUTCOME, "--csv", "--db", story_file).out)))
    assert [row["policy"] for row in rows] == list(NAMES)
    assert float(rows[0]["right"]) == 1.0
    lines = tracker("evaluate", OUTCOME, "--jsonl", "--db", story_file).out.splitlines()
    assert [json.loads(line)["policy"] for line in lines] == list(NAMES)
    out = tracker("evaluate", OUTCOME, "--to", "2024-12-11", "--db", story_file).out
    assert out.startswith("4 places, 60 place-days, 2024-11-27")
    assert "Calibration of bayes" in out
    assert "Best in being right" in out


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits(story_file: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = tracker("evaluate", OUTCOME, "--db", story_file).out
    assert [line for line in out.splitlines()[1:] if len(line) > columns] == []


def test_the_plot_is_a_picture_of_every_rule(story_file: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "calibration.svg"
    found = asked(story_file, OUTCOME, "--plot", drawn)
    root = ElementTree.parse(drawn).getroot()
    assert root.tag.endswith("svg")
    text = drawn.read_text()
    assert all(name in text for name in NAMES)
    assert text.count("<circle") == sum(len(one["calibration"]) for one in found["policies"])


def test_a_plot_that_cannot_be_drawn_is_refused_before_anything_is_reckoned(
    tmp_path: Path, story_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.outcomes.read_outcomes", lambda _: pytest.fail("it was"))
    done = tracker("evaluate", OUTCOME, "--plot", tmp_path / "none" / "x.svg", "--db", story_file)
    assert (done.code, done.refusal[1]) == (2, f"mkdir -p {tmp_path / 'none'}")
    (shut := tmp_path / "folder.svg").mkdir()
    done = tracker("evaluate", OUTCOME, "--plot", shut, "--db", story_file)
    assert (done.code, done.refusal[0]) == (2, f"cannot draw {shut}: it cannot be written")


def test_nothing_to_judge_says_so(fresh: str, file: Path) -> None:
    file.write_text(HEAD + "Homs,2024-12-01,-\n")
    done = tracker("evaluate", file, "--db", fresh)
    assert done.code == 0
    assert "Nothing could be judged" in done.out


def test_where_nothing_could_be_judged_no_score_is_perfect(story_file: Path, file: Path) -> None:
    file.write_text(HEAD + "Homs,2024-11-27,unknown\n")
    done = tracker("evaluate", file, "--db", story_file, "--now", "2024-12-20")
    assert "Nothing could be judged" in done.out
    assert "0.000" not in done.out
    assert [line.split()[1:] for line in done.out.splitlines() if line.startswith("bayes")] == [
        ["-"] * 6, ["-"] * 7,
    ]  # fmt: skip
    for one in asked(story_file, file, "--now", "2024-12-20")["policies"]:
        assert {one[key] for key in ("right", "unknown", "brier", "log_loss", "ece")} == {None}
        assert one["near"] == {"answers": 0, "right": None, "brier": None}
    rows = csv.DictReader(io.StringIO(tracker("evaluate", file, "--csv", "--db", story_file).out))
    assert {(one["brier"], one["ece"]) for one in rows} == {("", "")}


def test_where_nothing_is_claimed_calibration_takes_nobody_by_id(
    story_file: Path, file: Path, tmp_path: Path
) -> None:
    """Whoever held it: that all sides are equally probable says nothing of the first of them."""
    for holder in ("government", "rebels"):
        file.write_text(HEAD + f"Homs,2010-01-01,{holder}\nHoms,2010-02-01,-\n")
        for one in (found := asked(story_file, file))["policies"]:
            assert (one["answers"], one["undecided"]) == (31, 31)
            assert (one["ece"], one["calibration"], one["unknown"]) == (None, [], 1.0)
        assert (found["silent"], found["best"]["ece"]) == ([{"id": "homs", "name": "Homs"}], [])
    done = tracker("evaluate", file, "--db", story_file, "--plot", tmp_path / "x.svg")
    assert "nothing is claimed about Homs then" in done.err
    assert "31 answers of bayes left out of calibration and ECE: no side is the most probable" in done.out
    assert "ECE none" in (tmp_path / "x.svg").read_text()
    later = asked(story_file, OUTCOME, "--to", "2024-12-11")
    assert later["silent"] == []


def test_of_the_story_the_quickest_is_none_that_missed_a_change(story_file: Path) -> None:
    found = asked(story_file, OUTCOME, "--to", "2024-12-11")
    missed = {one["policy"]: one["detection"]["of"] - one["detection"]["found"] for one in found["policies"]}
    assert {missed[name] for name in found["best"]["delay"]} == {min(missed.values())}
