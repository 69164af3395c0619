"""Decides what analysts type, what they are answered, and what everybody else sees of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.prepared import begin
from tests.cli.running import Answer, tracker
from tracker import Tracker

TOWARDS = ("--now", "2024-12-10T12:00:00Z", "--tz", "Asia/Damascus", "--by", "ana")
Say = Callable[..., Answer]


@pytest.fixture(params=["sqlite", "postgresql"])
def say(request: pytest.FixtureRequest, starter_file: Path, tmp_path: Path) -> Say:
    """A command line to a tracker of this test's own, in which the rebels say that they have Sanamayn."""
    return _saying(request, starter_file, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def say_in_vain(
    request: pytest.FixtureRequest, starter_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Say:
    """The same to one that the tests share whose every word is refused, and so changes nothing."""
    return _saying(request, starter_file, tmp_path_factory.mktemp("refused"))


def _saying(request: pytest.FixtureRequest, starter_file: Path, folder: Path) -> Say:
    if request.param == "sqlite":
        where = str(shutil.copy(starter_file, folder / "tracker.db"))
    else:
        where = begin(request.getfixturevalue("new_schema")())

    def said(*words: object) -> Answer:
        return tracker(*words, "--db", where, *TOWARDS)

    sentence = "rebels captured Sanamayn"
    added = said(
        "add-claim", sentence, "--source", "Reuters", "--at", "2024-12-09", "--reported", "2024-12-09"
    )
    assert added.code == 0, added.err
    return said


def the_claim(say: Say) -> str:
    return str(say("claims", "--json").json["claims"][0]["id"])


def pin(say: Say, *more: str) -> Answer:
    told = ("--holder", "government", "--reason", "seen on video", "--pin")
    return say("assess", "Sanamayn", *told, *more)


def test_a_pin_as_it_is_typed_and_told(say: Say) -> None:
    answer = pin(say, "--until", "2024-12-11")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0].startswith("a-241210-")
    assert lines[0].endswith(" recorded")
    assert "before       Sanamayn: held by rebels (92 %, independently reported)." in lines
    assert "after        Sanamayn: held by Syrian government (98 %, pinned by ana)." in lines
    told = " ".join(answer.out.split())
    assert (
        "judged Syrian government holds Sanamayn (analyst ana: seen on video), from 2024-12-10 15:00 +03"
        " until 2024-12-12 00:00 +03 "
    ) in told
    words = "pinned by ana until 2024-12-12 00:00 +03: Syrian government; the claims say rebels (92 %)"
    assert f"pinned {words}; seen on video a-241210-" in told
    assert words in " ".join(say("status", "Sanamayn").out.split())
    (row,) = say("status").out.splitlines()[1:]
    assert row.split("  ")[-1] == "pinned by ana, the claims say rebels (92 %)"
    why = say("why", "Sanamayn").out
    assert "Step by step, what the claims say, in log-odds against Syrian government:" in why
    assert say("status", "--csv").out.splitlines()[1].startswith("sanamayn,held,government,0.98,analyst,")


def test_a_pin_with_which_the_claims_agree(say: Say) -> None:
    answer = say("assess", "Sanamayn", "--holder", "rebels", "--reason", "own contact", "--pin")
    assert "pinned by ana: rebels; the claims say nothing else; own contact" in " ".join(answer.out.split())
    assert say("status").out.splitlines()[1].endswith("  pinned by ana")


def test_what_was_judged_is_listed(say: Say) -> None:
    assert say("assess").err == (
        "nothing was judged yet; tracker assess PLACE --holder ACTOR --reason TEXT judges\n"
    )
    pin(say, "--until", "2024-12-11")
    say(
        "assess",
        "Sanamayn",
        "--holder",
        "HTS",
        "--reason",
        "they say so",
        "--likelihood",
        "likely",
        "--at",
        "2024-12-09",
    )
    whole = say("assess", "--json").json
    assert whole["assessments"] == say("assess", "Sanamayn", "--json").json["assessments"]
    assert [json.loads(line) for line in say("assess", "--jsonl").out.splitlines()] == whole["assessments"]
    assert say("assess", "--csv").out.splitlines()[0].startswith("id,place,actors,at,until,pinned")
    first, second = say("assess").out.splitlines()[1:]
    assert first.endswith(
        "weighed  in force  Hayat Tahrir al-Sham holds Sanamayn (analyst ana, likely: they say so)"
    )
    assert second.endswith("pin      in force  Syrian government holds Sanamayn (analyst ana: seen on video)")
    assert whole["assessments"][0].keys() == {
        "id", "text", "attribution", "origin", "place", "place_name", "actors", "actor_names", "likelihood",
        "likelihood_text", "reason", "by", "at", "until", "pinned", "made", "cleared", "state",
    }  # fmt: skip


def test_taking_back_tells_what_the_claims_make_of_it(say: Say) -> None:
    made = pin(say, "--json").json["assessment"]
    tried = say("assess", "Sanamayn", "--clear", "--dry-run").out
    assert tried.startswith(f"{made} would be cleared\n")
    done = say("assess", "Sanamayn", "--clear", "--reason", "the video is of May")
    assert done.out.splitlines()[0] == f"{made} cleared"
    assert "judged       Syrian government holds Sanamayn (analyst ana: seen on video), from" in done.out
    assert "after        Sanamayn: held by rebels (92 %, independently reported)." in done.out
    assert "cleared by ana" in say("assess", "Sanamayn").out
    log = say("log", "--stream", f"assessment/{made}", "--json").json["events"]
    assert [(event["kind"], event["by"]) for event in log] == [
        ("assessment-made", "ana"), ("assessment-cleared", "ana"),
    ]  # fmt: skip


def test_the_same_again_and_what_is_only_tried(say: Say) -> None:
    tried = pin(say, "--at", "2024-12-10", "--dry-run").out.splitlines()[0]
    first = pin(say, "--at", "2024-12-10").out.splitlines()[0]
    again = pin(say, "--at", "2024-12-10")
    assert tried == first.replace("recorded", "would be recorded")
    assert again.out.splitlines()[0] == first.replace("recorded", "was already recorded")
    assert again.err == "judged so already; nothing was recorded\n"


def test_the_answer_in_json(say: Say) -> None:
    answer = pin(say, "--json").json
    assert answer.keys() == {
        "assessment", "text", "attribution", "at", "until", "event", "payload", "recorded", "known",
        "position", "dry_run", "conflicts", "before", "after",
    }  # fmt: skip
    assert answer["after"]["pin"].keys() == {
        "assessment", "by", "reason", "at", "until", "made", "disagrees", "text",
    }  # fmt: skip
    assert answer["after"]["shadow"].keys() == {"status", "controller", "confidence", "basis"}
    assert answer["after"]["shadow"]["controller"]["id"] == "rebels"


def test_one_that_is_over_says_so_in_the_zone_of_the_reader(say: Say) -> None:
    answer = pin(say, "--at", "2024-12-07", "--until", "2024-12-09")
    assert (
        "it counts for times from 2024-12-07 23:59 +03 until 2024-12-10 00:00 +03, not for now" in answer.err
    )
    assert "of then: tracker status Sanamayn --at 2024-12-07" in answer.out


def test_a_claim_that_is_left_out_is_marked_wherever_it_is_seen(say: Say) -> None:
    claim = the_claim(say)
    answer = say("weigh", claim, "--out", "--reason", "a parody")
    assert answer.out.splitlines()[0] == f"{claim} left out: rebels captured Sanamayn"
    assert "before       Sanamayn: held by rebels (92 %, independently reported)." in answer.out
    assert "after        Sanamayn: who holds it is not known." in answer.out
    assert ", left out  " in say("claims").out
    for words in (["why", "Sanamayn"], ["status", "Sanamayn"]):
        told = " ".join(say(*words).out.split())
        assert f"left out left out by ana (a parody): rebels captured Sanamayn (Reuters) {claim}" in told
    assert "weight       left out by ana (a parody), 2024-12-10 15:00 +03" in say("show", claim).out
    say("weigh", claim, "--factor", "0.5")
    assert "x0.5 by ana" in say("why", "Sanamayn").out
    assert ", x0.5  " in say("claims").out
    assert say("weigh", claim, "--clear").out.startswith(f"{claim} weighed as it is: ")
    assert "by ana" not in say("why", "Sanamayn").out


def test_why_a_claim_is_weighed_is_asked_for_and_told(say: Say) -> None:
    claim = the_claim(say)
    noted = "no reason is told with it; the same with --reason TEXT tells others why\n"
    assert say("weigh", claim, "--out", "--reason", "a parody").err == ""
    assert say("weigh", claim, "--factor", "0.5").err == noted
    assert say("weigh", claim, "--clear").err == ""
    say("retract", claim, "--reason", "they took it back")
    told = [line.partition("+03  ")[2] for line in say("show", claim).out.splitlines() if "history" in line]
    assert [line.partition("  by ")[0] for line in told] == [
        "claim-recorded", "claim-weighted (left out: a parody)", "claim-weighted (x0.5)",
        "claim-weighted (as it is)", "claim-retracted (they took it back)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "error", "step"),
    [
        (["assess", "Sanamayn", "--holder", "rebels"], 2, "why it is judged so is missing", "--reason"),
        (["assess", "Sanamayn", "--reason", "x"], 2, "who is judged to hold it is missing", "--holder"),
        (["assess", "--holder", "rebels"], 2, "which place is meant", "tracker assess PLACE"),
        (["assess", "Sanamain", "--holder", "rebels", "--reason", "x"], 3, "no place is called", "Sanamayn"),
        (["assess", "Sanamayn", "--holder", "rebbels", "--reason", "x"], 3, "no actor is called", "rebels"),
        (["assess", "Sanamayn", "--holder", "rebels", "--reason", "x", "--until", "2024-12-01"], 2,
         "before it begins", "later --until"),
        (["assess", "Sanamayn", "--holder", "rebels", "--reason", "x", "--at", "tomorrow"], 2,
         "lies in the future", "when it really was"),
        (["assess", "Sanamayn", "--holder", "rebels", "--reason", "x", "--likelihood", "E5"], 2,
         "names no holder", "tracker weigh"),
        (["assess", "Sanamayn", "--clear", "--pin"], 2, "--clear takes", "one of them"),
        (["assess", "Sanamayn", "--clear"], 5, "no assessment of Sanamayn counts", "tracker assess sanamayn"),
        (["assess", "Sanamayn", "--id", "a-1"], 2, "--id chooses", "--clear --id"),
        (["assess", "Sanamayn", "--clear", "--id", "a-1"], 3, "no assessment of Sanamayn has", "lists them"),
        (["assess", "Sanamayn", "--clear", "--csv"], 2, "--csv lists", "without it"),
        (["assess", "Sanamayn", "--holder", " ", "--reason", "x"], 2, "--holder is empty", "leave it out"),
        (["assess", "Nowhere"], 3, "no place is called", "tracker place"),
        (["weigh", "c-241209-00000000", "--out"], 3, "no claim has the id", "tracker claims"),
        (["weigh", "CLAIM"], 2, "how the claim is to be weighed", "--out"),
        (["weigh", "CLAIM", "--out", "--clear"], 2, "only one", "--factor"),
        (["weigh", "CLAIM", "--factor", "11"], 2, "11 is no factor", "10 at most"),
        (["weigh", "CLAIM", "--factor", "half"], 2, "half", "tracker weigh --help"),
        (["weigh", "CLAIM", "--clear"], 5, "nobody left", "tracker show"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)  # fmt: skip
def test_what_is_typed_wrongly(say_in_vain: Say, words: list[str], code: int, error: str, step: str) -> None:
    say = say_in_vain
    before = say("log", "--json").json["events"][-1]
    answer = say(*(the_claim(say) if word == "CLAIM" else word for word in words))
    said, tried = answer.refusal
    assert answer.code == code
    assert error in said
    assert step in tried
    assert answer.out == ""
    assert say("log", "--json").json["events"][-1] == before


def test_hostile_words_stay_words(say: Say) -> None:
    say("assess", "Sanamayn", "--holder", "rebels", "--reason", "\x1b[31m=1+1\u202e", "--pin")
    for words in (["status"], ["status", "Sanamayn"], ["why", "Sanamayn"], ["assess"]):
        assert not {"\x1b", "\u202e"} & set(say(*words).out), words
    say("assess", "Nawa", "--holder", "rebels", "--reason", "=1+1")
    assert say("assess", "Nawa", "--csv").out.rstrip().endswith(",'=1+1")
    assert "\x1b" not in say("assess", "--json").out


def test_the_verb_and_the_command_say_the_same(fresh: str) -> None:
    made = Tracker(fresh, clock=lambda: 1_733_832_000_000_000, by="ana")
    made.assess("Sanamayn", holder=["government"], reason="seen", pin=True)
    where = ("--db", fresh, *TOWARDS, "--json")
    assert tracker("assess", "Sanamayn", *where).json == json.loads(json.dumps(made.assess("Sanamayn")))
    assert tracker("status", "Sanamayn", *where).json == json.loads(json.dumps(made.status("Sanamayn")))


def test_under_a_pin_the_signs_are_said_to_be_those_of_the_claims(say: Say) -> None:
    assert "signs" not in say("status", "Sanamayn").out
    assert pin(say).code == 0
    told = say("status", "Sanamayn").out
    assert "held by Syrian government (98 %, pinned by ana)" in told
    assert "signs        those of the claims, not the pin's: plus speaks for rebels, minus against" in told
    one = say("status", "Sanamayn", "--json").json
    assert (one["because_for"]["id"], one["because"][0]["weight"] > 0) == ("rebels", True)


def test_no_last_word_is_later_than_what_was_asked(say: Say) -> None:
    """An assessment of the 9th made on the 10th: of the evening between, it counts from the 9th on."""
    answer = say("assess", "Latakia", "--holder", "rebels", "--reason", "seen", "--at", "2024-12-08")
    assert answer.code == 0, answer.err
    before = say("status", "Latakia", "--at", "2024-12-09", "--json").json
    assert (before["last_report"], before["freshness"]) == ("2024-12-08T20:59:59.999999Z", "fresh")
    after = say("status", "Latakia", "--json").json
    assert after["last_report"] == "2024-12-10T12:00:00Z"
