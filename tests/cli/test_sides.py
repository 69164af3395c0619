"""Decides how rules, histories and differences are asked for, and how mistakes in that are told."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Answer, tracker
from tracker.cli.history import BEGAN
from tracker.judgement import course
from tracker.judgement.policies import NAMES
from tracker.tracker import Tracker
from tracker.views.knowledge import RECORD

BEGINNINGS = ("CLAIMS", "SILENCE", "EXPIRY", "REALIGNMENT", "RELEASE", "ASSESSMENT")
THEN = ("--now", "2024-12-20", "--tz", "Asia/Damascus")


def ask(where: Path, *words: object) -> Answer:
    return tracker(*words, "--db", where, *THEN)


# -- rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_answers_for_a_place_and_for_all(story_file: Path, name: str) -> None:
    one = ask(story_file, "status", "Hama", "--at", "2024-12-07", "--policy", name, "--json").json
    assert one["policy"] == name
    table = ask(story_file, "status", "--at", "2024-12-07", "--policy", name, "--json").json["places"]
    row = next(row for row in table if row["place"]["id"] == "hama")
    assert {key: one[key] for key in row} == row
    told = ask(story_file, "status", "Hama", "--at", "2024-12-07", "--policy", name)
    assert told.code == 0
    assert (f"by the rule {name}" in told.out) == (name != "bayes")


def test_against_interest_hama_fell_when_its_army_said_so(story_file: Path) -> None:
    one = ask(story_file, "status", "Hama", "--at", "2024-12-05T21:00", "--policy", "against-interest").out
    assert one.startswith("Hama: who holds it is not known; Syrian government is said to have left")


def test_both_claim_it(story_file: Path) -> None:
    answer = ask(story_file, "status", "Hama", "--at", "2024-12-07", "--policy", "claimed")
    assert answer.out.startswith("Hama: contested; claimed by Syrian government and rebels.")
    one = ask(story_file, "status", "Hama", "--at", "2024-12-07", "--policy", "claimed", "--json").json
    assert [row["side"] for row in one["claimed_by"]] == ["government", "rebels"]
    assert one["controller"] is None


def test_why_by_a_rule_tells_what_it_did_with_each_claim(story_file: Path) -> None:
    words = ("why", "Homs", "--at", "2024-12-07", "--policy", "against-interest")
    one = ask(story_file, *words, "--json").json
    assert (one["against"], one["log_odds"]) == (None, None)
    assert {step["step"] for step in one["steps"]} == {"decides", "overtaken", "does not count"}
    assert all(step["why"] and step["weight"] is None for step in one["steps"])
    assert [row["step"] for row in one["because"]] == ["decides"]
    told = ask(story_file, *words).out
    assert "Claim by claim, by the rule against-interest:" in told
    assert "it serves the side that says it" in told


@pytest.mark.parametrize("command", ["status", "why", "history", "diff"])
def test_a_misspelt_rule_is_refused_with_the_nearest(story_file: Path, command: str) -> None:
    words = ("Homs", "--policy", "laste", *(["bayes"] if command == "diff" else []))
    answer = ask(story_file, command, *words)
    assert answer.code == 2
    error, step = answer.refusal
    assert error == "'laste' is no policy"
    assert step.startswith("did you mean latest? one of bayes, latest, ")


# -- histories ---------------------------------------------------------------------------------------


def test_of_what_is_not_settled_yet_nothing_is_counted(report_copy: str) -> None:
    told = tracker("source", "show", "rebels", "--db", report_copy, "--now", "2024-12-08").out
    assert "none was borne out or refuted by others" in told
    assert "of those in its own side's favour none is settled" in told


def test_of_one_a_record_speaks_as_of_one(story_file: Path) -> None:
    def record(source: str, now: str) -> str:
        told = tracker("source", "show", source, "--db", str(story_file), "--now", now).out
        return " ".join(told.split())

    assert "1 was borne out by others and 0 were not (of 1 such" in record("Reuters", "2025-02-01")
    assert "; 1 is open; " in record("SDF", "2024-12-20")


def test_words_of_numbers_that_nobody_has_to_reckon(story_file: Path) -> None:
    why = ask(story_file, "why", "Homs", "--at", "2024-12-08").out
    assert re.search(r"\n\+?\S+  the sum: \S+ times as likely as \S.* \(e\^\S+\)\n", why), why
    source = ask(story_file, "source", "show", "Rybar").out + ask(story_file, "source", "show", "AP").out
    assert "0 were borne out" not in source


def test_a_default_that_is_back_is_told(tmp_path: Path) -> None:
    where = tmp_path / "tracker.db"
    tracker("init", "--db", where)
    tracker("place", "add", "Ford", "--kind", "town", "--db", where)
    told = [tracker("setting", "set", *words, "--db", where).out for words in (
        ("learning", "off"), ("learning",), ("tempo", "0.01", "--place", "ford"),
        ("tempo", "--place", "ford"),
    )]  # fmt: skip
    assert [line.partition("\n")[0] for line in told] == [
        "learning: off", "learning: on, the default", "tempo at ford: 0.01",
        "tempo at ford: as in the whole tracker",
    ]  # fmt: skip


def test_the_history_of_homs(story_file: Path) -> None:
    found = ask(story_file, "history", "Homs", "--json").json
    assert (found["place"]["id"], found["over"], found["policy"]) == ("homs", "world", "bayes")
    spans = found["spans"]
    assert [(one["status"], one["controller"] and one["controller"]["id"]) for one in spans] == [
        ("held", "government"), ("unknown", None), ("unknown", "government"), ("contested", "government"),
        ("unknown", None), ("unknown", "government"), ("contested", "government"), ("held", "rebels"),
    ]  # fmt: skip
    assert [one["to"] for one in spans[:-1]] == [one["from"] for one in spans[1:]]
    assert spans[-1]["to"] == "2024-12-20T20:59:59.999999Z"
    texts = {row["claim"]: row["text"] for row in found["beside"]}
    assert texts[spans[-1]["claims"][0]].startswith("rebels captured Homs")
    lines = ask(story_file, "history", "Homs").out.splitlines()
    assert lines[0].split()[0] == "from"
    assert len(lines) == len(spans) + 1
    assert "rebels captured Homs" in lines[-1]


def test_a_stretch_of_it(story_file: Path) -> None:
    words = ("history", "Homs", "--from", "2024-12-06", "--to", "2024-12-07", "--csv")
    rows = list(csv.DictReader(io.StringIO(ask(story_file, *words).out)))
    assert rows[0]["from"] == "2024-12-05T21:00:00Z", "the beginning of that day, where it is told"
    assert rows[-1]["to"] == "2024-12-07T20:59:59.999999Z"
    assert ask(story_file, *words[:4], "--at", "2024-12-07", "--csv").out == ask(story_file, *words).out


def test_what_was_believed_of_a_day_as_reports_came_in(story_file: Path) -> None:
    words = ("history", "Homs", "--knowledge", "--at", "2024-12-06")
    found = ask(story_file, *words, "--json").json
    assert (found["over"], found["at"]) == ("knowledge", "2024-12-06T20:59:59.999999Z")
    assert [one["status"] for one in found["spans"]][:1] == ["held"]
    assert {one["began"] for one in found["spans"]} == {"record"}
    assert ask(story_file, *words).out.startswith("believed from")
    each = ask(story_file, "history", "Homs", "--knowledge", "--json").json
    assert each["at"] is None
    early = ask(story_file, "history", "Homs", "--knowledge", "--known-at", "2024-12-06", "--json").json
    assert early["spans"][-1]["to"] == "2024-12-06T20:59:59.999999Z"


def test_nothing_said_has_no_history(story_file: Path) -> None:
    for words in (("history", "Nawa"), ("history", "Homs", "--known-at", "2024-01-01"),
                  ("history", "Nawa", "--knowledge"), ("history", "Homs", "--to", "2020")):  # fmt: skip
        answer = ask(story_file, *words)
        assert (answer.code, answer.out) == (0, ""), words
        assert "nothing has been said of " in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("Nowhere",), 3, "no place is called 'Nowhere'"),
        (
            ("Homs", "--from", "2024-12-08", "--to", "2024-12-07"),
            2,
            "--from 2024-12-08 is after --to 2024-12-07, where it ends",
        ),
        (("Homs", "--from", "2024-12-08", "--at", "2024-12-07"), 2, "--from 2024-12-08 is after --at"),
        (("Homs", "--from", "2199-01-01"), 2, "--from 2199-01-01 is after now, where it ends"),
        (("Homs", "--at", "2024-12-08", "--to", "2024-12-07"), 2, "--at and --to both say where it ends"),
        (("Homs", "--from", "someday"), 2, "cannot read 'someday' as a time"),
        (("Homs", "--known-at", "someday"), 2, "cannot read 'someday' as a time"),
        ((), 2, "Missing argument"),
    ],
)
def test_a_history_that_cannot_be(story_file: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = ask(story_file, "history", *words)
    assert answer.code == code
    assert answer.refusal[0].startswith(said)


# -- differences -------------------------------------------------------------------------------------


def test_two_rules_on_homs_and_the_claims_between_them(story_file: Path) -> None:
    words = ("diff", "Homs", "--policy", "bayes", "against-interest", "--at", "2024-12-07")
    found = ask(story_file, *words, "--json").json
    assert (found["axis"], found["a"], found["b"]) == ("policy", "bayes", "against-interest")
    (row,) = found["places"]
    assert (row["a"]["policy"], row["b"]["policy"]) == ("bayes", "against-interest")
    assert (row["a"]["status"], row["b"]["status"]) == ("contested", "unknown")
    says = {(claim["a"], claim["b"]) for claim in row["claims"]}
    assert says == {("for", "nothing"), ("against", "for")}
    assert row["why"].startswith("bayes goes by: Syrian government holds Homs")
    told = ask(story_file, *words).out
    assert "who holds it is not known; Syrian government is said to have left" in told


def test_all_places_that_are_held_otherwise(story_file: Path) -> None:
    found = ask(story_file, "diff", "--at", "2024-12-05", "2024-12-08", "--json").json
    names = [row["place"]["name"] for row in found["places"]]
    assert names == sorted(names)
    assert {"Damascus", "Homs"} <= set(names)
    assert not {"Latakia", "Tartus"} & set(names), "they were held by the same"
    lines = ask(story_file, "diff", "--at", "2024-12-05", "2024-12-08").out.splitlines()
    assert len(lines) == len(names) + 1, "one line a place"
    assert all(row["why"] for row in found["places"])


def test_what_came_in_between_makes_the_difference(story_file: Path) -> None:
    words = ("diff", "Hama", "--known-at", "2024-12-04", "2024-12-06", "--json")
    (row,) = ask(story_file, *words).json["places"]
    assert {claim["a"] for claim in row["claims"]} == {"absent"}
    assert any("withdrew from Hama" in claim["text"] for claim in row["claims"])
    (back,) = ask(story_file, *words[:3], "2024-12-06", "2024-12-04", "--json").json["places"]
    assert (back["a"], back["b"]) == (row["b"], row["a"])
    assert {claim["b"] for claim in back["claims"]} == {"absent"}


def test_the_other_axes_hold_for_both(story_file: Path) -> None:
    words = ("diff", "Hama", "--published-by", "2024-12-05", "2024-12-09", "--at", "2024-12-05",
             "--known-at=2024-12-15", "--policy", "vote", "--json")  # fmt: skip
    for row in ask(story_file, *words).json["places"]:
        for side in (row["a"], row["b"]):
            assert (side["at"], side["known_at"], side["policy"]) == (
                "2024-12-05T20:59:59.999999Z", "2024-12-15T20:59:59.999999Z", "vote",
            )  # fmt: skip


def test_rows_of_a_difference(story_file: Path) -> None:
    words = ("diff", "--policy", "bayes", "claimed", "--at", "2024-12-07")
    documents = ask(story_file, *words, "--json").json["places"]
    rows = list(csv.DictReader(io.StringIO(ask(story_file, *words, "--csv").out)))
    lines = [json.loads(line) for line in ask(story_file, *words, "--jsonl").out.splitlines()]
    ids = [row["place"]["id"] for row in documents]
    assert [row["place"] for row in rows] == [line["place"]["id"] for line in lines] == ids
    assert [row["a_status"] for row in rows] == [row["a"]["status"] for row in documents]


def test_no_difference_is_said_so(story_file: Path) -> None:
    answer = ask(story_file, "diff", "Latakia", "--policy", "vote", "decayed-vote")
    assert (answer.code, answer.out, answer.err.splitlines()[-1]) == (0, "", "no difference")
    answer = ask(story_file, "diff", "--at", "2024-12-15", "2024-12-15T23:59")
    assert (answer.code, answer.out) == (0, "")
    assert "no place is held otherwise" in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "no option has two values"),
        (("Homs",), 2, "no option has two values"),
        (("Homs", "--at", "2024-12-05"), 2, "no option has two values"),
        (("--at", "2024-12-05", "2024-12-06", "--policy", "bayes", "vote"), 2,
         "--at with two values and --policy with two values"),
        (("--at", "2024-12-05", "2024-12-05"), 2, "--at: 2024-12-05 and 2024-12-05 are the same"),
        (("--at", "2024-12-05", "2024-12-05T23:59:59.999999"), 2, "--at: 2024-12-05 and "),
        (("--policy", "vote", "vote"), 2, "--policy: vote and vote are the same"),
        (("--known-at", "2024-12-05", "someday"), 2, "cannot read 'someday' as a time"),
        (("Nowhere", "--policy", "bayes", "vote"), 3, "no place is called 'Nowhere'"),
        (("--at",), 2, "--at has no value"),
    ],
)  # fmt: skip
def test_a_difference_that_cannot_be(story_file: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = ask(story_file, "diff", *words)
    assert answer.code == code
    assert answer.refusal[0].startswith(said)


# -- the same in Python ------------------------------------------------------------------------------


def test_the_verbs_are_those_of_the_commands(story_file: Path) -> None:
    one = Tracker(story_file, clock=lambda: 1_734_728_399_999_999, zone="Asia/Damascus")
    assert one.history("Homs", start="2024-12-06", end="2024-12-07") == (
        ask(story_file, "history", "Homs", "--from", "2024-12-06", "--to", "2024-12-07", "--json").json
    )
    found: Any = one.diff("Homs", policy=("bayes", "vote"), at="2024-12-07")
    words = ("diff", "Homs", "--policy", "bayes", "vote", "--at", "2024-12-07", "--json")
    assert json.loads(json.dumps(found)) == ask(story_file, *words).json


def test_whatever_begins_a_stretch_of_history_has_words() -> None:
    begins = {getattr(course, name) for name in BEGINNINGS} | {RECORD}
    assert BEGAN.keys() == begins


def test_a_pin_is_in_the_history_and_in_what_differs(story_file: Path, tmp_path: Path) -> None:
    """While it lasts it is the answer, in the world's time and in that of the record."""
    file = tmp_path / "pinned.db"
    shutil.copy(story_file, file)
    told = ("--db", file, "--tz", "UTC")
    asked = ("assess", "Tartus", "--holder", "rebels", "--reason", "seen", "--pin", "--at", "2024-12-08")
    assert tracker(*asked, "--until", "2024-12-10", *told, "--now", "2024-12-12").code == 0
    found = tracker("history", "Tartus", *told, "--now", "2024-12-15")
    assert "an analyst's judgement or pin" in found.out
    spans = tracker("history", "Tartus", *told, "--now", "2024-12-15", "--json").json["spans"]
    assert [span["controller"]["id"] for span in spans] == ["government", "rebels", "government"]
    later = ("history", "Tartus", "--knowledge", "--at", "2024-12-09", *told, "--now", "2024-12-15", "--json")
    assert tracker(*later).json["spans"][-1]["controller"]["id"] == "rebels"
    differs = tracker("diff", "Tartus", "--at", "2024-12-09", "2024-12-12", *told, "--now", "2024-12-15")
    assert "pinned by" in differs.out


def test_an_area_that_was_assessed_is_summed_up(story_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "assessed.db"
    shutil.copy(story_file, file)
    for place, pin in (("tartus-governorate", ()), ("Baniyas", ("--pin",))):
        words = ("assess", place, "--holder", "rebels", "--reason", "seen", *pin, "--at", "2024-12-08")
        assert tracker(*words, "--db", file, "--now", "2024-12-12").code == 0
    found = tracker("regions", "tartus-governorate", "--db", file, "--now", "2024-12-15", "--json").json
    assert found["area"]["settlements"]["places"]["claimed"] == 2
    assert found["area"]["verdict"]["controller"]["id"] == "rebels"


def test_a_front_that_makes_the_difference_is_told_with_who_lies_across(story_file: Path) -> None:
    """Nobody said anything new of Homs itself, nor did it only get later: a place nearby changed hands."""
    words = ("diff", "Homs", "--known-at", "2024-12-06", "2024-12-08", "--at", "2024-12-06")
    (row,) = ask(story_file, *words, "--json").json["places"]
    assert (row["a"]["front"], row["b"]["front"], row["claims"]) == (False, True, [])
    across = row["b"]["across"]
    assert (across["side"], across["km"]) == ("rebels", 0)
    told = "rebels hold unnamed village, northern edge of Homs"
    assert row["why"] == f"on a front in the second: {told}"
    (back,) = ask(story_file, *words[:3], "2024-12-08", "2024-12-06", *words[5:], "--json").json["places"]
    assert back["why"] == f"on a front in the first only: {told}"
    asked = ("status", "Homs", "--known-at", "2024-12-08", "--at", "2024-12-06")
    assert f"front        {told}, so it is" in ask(story_file, *asked).out


def test_who_is_denied_to_have_it_is_not_said_to_have_left(story_file: Path) -> None:
    """The government denied that the rebels took the airport; that they went away, nobody said."""
    words = ("status", "Nayrab military airport", "--at", "2024-12-11", "--policy", "latest")
    one = ask(story_file, *words, "--json").json
    assert (one["status"], one["controller"], one["vacated_by"], one["denied"]) == (
        "unknown", None, None, "rebels",
    )  # fmt: skip
    told = ask(story_file, *words).out
    assert told.startswith(
        "Nayrab military airport: who holds it is not known; that rebels have it is denied."
    )
    table = ask(story_file, "status", "--at", "2024-12-11", "--policy", "latest").out
    assert "denied: rebels" in table
    left = ask(story_file, "status", "Hama", "--at", "2024-12-05T21:00", "--policy", "latest", "--json").json
    assert left["denied"] is None


def test_the_claim_that_decides_a_rule_is_named_and_what_names_nobody_goes_by_nothing(
    story_file: Path,
) -> None:
    words = ("diff", "Suweida", "--policy", "bayes", "latest", "--at", "2024-12-11")
    (row,) = ask(story_file, *words, "--json").json["places"]
    assert row["a"]["controller"] is None
    assert (
        row["why"] == "bayes names nobody; latest goes by: rebels captured Suweida (rebels, via CNN, Babel)"
    )
    (claim,) = row["claims"]
    assert (claim["a"], claim["b"]) == ("nothing", "for")
    decides = ask(story_file, "why", *words[1:2], "--policy", "latest", "--at", "2024-12-11", "--json").json
    assert [step["claim"] for step in decides["steps"] if step["step"] == "decides"] == [claim["claim"]]


def test_a_rule_that_goes_by_claims_of_the_belief_too_names_them(story_file: Path) -> None:
    words = ("diff", "Homs", "--policy", "bayes", "two-origins", "--at", "2024-12-06", "--json")
    (row,) = ask(story_file, *words).json["places"]
    assert (row["a"]["status"], row["b"]["status"]) == ("unknown", "held")
    assert row["why"].startswith("both go by: Syrian government holds Homs")
    assert row["why"].endswith(", and weigh that otherwise")
    assert {claim["b"] for claim in row["claims"]} == {"for"}


def test_of_who_may_be_there_yet_one_thing_is_said(story_file: Path) -> None:
    told = ask(story_file, "status", "Homs", "--at", "2024-12-06").out
    assert told.startswith(
        "Homs: who holds it is not known; Syrian government, said to have left, may still be there (47 %)."
    )


def test_where_nobody_is_named_it_is_said_how_likely_each_is_and_for_whom_a_plus_speaks(
    story_file: Path,
) -> None:
    words = ("status", "Suweida", "--at", "2024-12-11")
    one = ask(story_file, *words, "--json").json
    assert (one["status"], one["controller"]) == ("unknown", None)
    first = one["names"][one["probabilities"][0]["actor"]]
    assert one["because_for"]["name"] == first
    told = ask(story_file, *words).out
    assert f"\nlikelihood   {first} 49 %, " in told
    assert f"\nsigns        plus speaks for {first}, the likeliest, minus against\n" in told
    assert "captured it would tell who" in " ".join(told.split())
    nobody = ask(story_file, *words, "--policy", "two-origins").out
    assert "likelihood" not in nobody
    gone = ask(story_file, "status", "southern Syria", "--at", "2024-12-11")
    assert "plus speaks for Hezbollah, one of 12 equally likely, minus against" in gone.out
    assert "would change Any report of who holds it would be the first to name somebody." in gone.out
    held = ask(story_file, "status", "Aleppo", "--at", "2024-12-11").out
    assert "signs" not in held


def test_a_history_says_that_fronts_are_not_read_out_in_it(story_file: Path) -> None:
    """At one moment status says 47 % and the history 51 %: the place to the north is the rebels'."""
    words = ("history", "Homs", "--to", "2024-12-07")
    found = ask(story_file, *words, "--json").json
    assert [one["name"] for one in found["fronts"]] == ["unnamed village, northern edge of Homs"]
    told = "status is less sure while another side holds unnamed village, northern edge of Homs, within 10 km"
    assert told in ask(story_file, *words).err
    assert ask(story_file, *words, "--policy", "latest", "--json").json["fronts"] == []
    assert "front" not in ask(story_file, "history", "Latakia").err


@pytest.mark.parametrize("rule", ["vote", "two-origins"])
def test_where_a_rule_has_no_answer_nothing_speaks_against_it(story_file: Path, rule: str) -> None:
    words = ("status", "Sanamayn", "--at", "2024-12-11", "--policy", rule)
    one = ask(story_file, *words, "--json").json
    assert (one["status"], one["controller"]) == ("unknown", None)
    assert {row["step"] for row in one["because"]} == {"undecided"}
    told = ask(story_file, *words).out
    assert "speaks against" not in told
    assert ("\nlikelihood " in told) == (rule == "vote"), "the tally of the votes"
