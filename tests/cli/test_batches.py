"""What a feed turned over in a day: listed, released, dropped, and that taken back, by an analyst."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Answer, tracker
from tests.record.histories import BEGIN, END, fresh, record
from tests.record.test_guard import FEED, TOWNS, feed
from tracker.judgement.evidence import DAY
from tracker.tracker import Tracker
from tracker.zones import iso

Say = Callable[..., Answer]
DATE = iso(BEGIN + 35 * DAY)[:10]


@pytest.fixture
def where(tmp_path: Path) -> str:
    """The atlas, which never spoke of thirty towns of the army, gives all of them to the clan."""
    with fresh(str(tmp_path / "atlas")) as store:
        record(store, [*FEED, *TOWNS, *feed(0, 0, "army", 30, "start"), *feed(100, 35, "clan", 30)])
        return store.where


@pytest.fixture
def say(where: str) -> Say:
    return lambda *words: tracker(*words, "--db", where, "--now", iso(END))


def test_what_is_held_back_is_listed(say: Say) -> None:
    assert re.split("  +", say("batch", "list").out.splitlines()[1]) == [
        "Atlas", DATE, "Army to Clan", "30 of 30", "held", f"{iso(BEGIN + 42 * DAY)[:10]} 00:00 UTC",
    ]  # fmt: skip
    (one,) = say("batch", "list", "--json").json["batches"]
    assert one == {
        "source": "atlas", "source_name": "Atlas", "day": DATE, "from": [{"id": "army", "name": "Army"}],
        "to": [{"id": "clan", "name": "Clan"}], "places": 30, "of": 30, "state": "held", "held": 30,
        "never": 0, "until": iso(BEGIN + 42 * DAY), "decided": None,
    }  # fmt: skip
    assert json.loads(say("batch", "list", "--source", "Atlas", "--jsonl").out) == one
    assert say("batch", "list", "--csv").out.splitlines()[1].startswith(f"atlas,{DATE},army,clan,30,30,held")
    none = say("batch", "list", "--source", "Gazette").err
    assert none == "Gazette has not turned over much of its map in a day\n", "another feed has"


def test_a_batch_that_is_genuine_is_released_and_that_is_told(say: Say) -> None:
    tried = say("batch", "release", "Atlas", "--reason", "the front collapsed", "--dry-run").out
    assert tried.startswith(f"would be recorded: batch of atlas of {DATE} released\n")
    assert "after        Town 1: held by Clan" in tried
    assert say("batch", "list", "--json").json["batches"][0]["state"] == "held", "nothing was recorded"
    done = say("batch", "release", "Atlas", "--reason", "the front collapsed", "--by", "ana").out
    assert f"batch of atlas of {DATE} released (event " in done
    status = say("status", "town-1")
    assert status.out.startswith("Town 1: held by Clan")
    told = "(a batch released by ana: the front collapsed)"
    assert told in " ".join(status.out.split())
    assert told in " ".join(say("why", "town-1").out.split())
    (row,) = say("status", "town-1", "--json").json["decided"]
    assert (row["claim"], row["decided"], row["by"]) == ("c-101", "released", "ana")
    assert say("claims", "--standing", "held").err == "no claim fits\n"
    assert "released by ana: the front collapsed" in say("batch", "list").out
    assert [
        event["kind"] for event in say("log", "--stream", f"batch/atlas@{DATE}", "--json").json["events"]
    ] == ["batch-released"]


def test_what_is_released_counts_at_its_own_time_as_one_claim(say: Say) -> None:
    say("batch", "release", "Atlas", "--reason", "the front collapsed", "--by", "ana")
    last = say("history", "town-1", "--json").json["spans"][-1]
    assert (last["controller"]["id"], last["claims"], last["began"]) == ("clan", ["c-101"], "claims")
    assert "1 more" not in say("history", "town-1").out


def test_a_batch_that_is_wrong_is_dropped_for_good_and_that_is_taken_back(say: Say) -> None:
    say("batch", "drop", "Atlas", "--day", DATE, "--reason", "the layers were swapped", "--by", "ana")
    later = ("--at", iso(BEGIN + 60 * DAY))
    assert say("status", "town-1", *later).out.startswith("Town 1: held by Army"), "a week has passed"
    assert "dropped      Clan holds Town 1" in say("status", "town-1").out
    (row,) = say("status", "town-1", "--json").json["held_back"]
    assert (row["claim"], row["until"]) == ("c-101", None)
    held = say("claims", "--standing", "held", "--json").json["claims"]
    assert {one["batch"]["decided"] for one in held} == {"dropped"}
    assert "held, dropped" in say("claims", "--place", "town-1").out
    assert "a batch dropped by ana: the layers were swapped" in " ".join(say("show", "c-101").out.split())
    again = say("batch", "drop", "Atlas", "--day", DATE, "--reason", "the layers were swapped")
    assert again.err == "already so; nothing was recorded\n"
    assert (
        say("batch", "undo", "Atlas", "--reason", "they were not", "--json").json["event"] == "batch-reopened"
    )
    assert say("status", "town-1", *later).out.startswith("Town 1: held by Clan")
    assert say("batch", "list", "--json").json["batches"][0]["decided"] is None


@pytest.mark.parametrize(
    ("words", "code", "error", "step"),
    [
        (["drop", "Atlas"], 2, "why it is decided so is missing", "--reason"),
        (["drop", "Atlas", "--reason", " "], 2, "--reason is empty", "fill it"),
        (["drop", "Atlass", "--reason", "x"], 3, "no source is called", "Atlas"),
        (["drop", "Gazette", "--reason", "x"], 3, "no batch of Gazette is held", "tracker batch list"),
        (["drop", "Atlas", "--reason", "x", "--day", "2024-12"], 2, "2024-12 is no day", "--day 2024-12-07"),
        (["drop", "Atlas", "--reason", "x", "--day", "2020-01-01"], 3, "no batch that was", "--source atlas"),
        (["undo", "Atlas"], 3, "no batch of Atlas is released or dropped", "tracker batch list"),
        (["undo", "Atlas", "--day", DATE], 5, "nobody has decided", "tracker batch list"),
    ],
)
def test_what_is_refused(say: Say, words: list[str], code: int, error: str, step: str) -> None:
    answer = say("batch", *words)
    assert answer.code == code
    assert error in answer.refusal[0]
    assert step in answer.refusal[1]


def test_what_was_released_is_dropped_by_its_day(say: Say) -> None:
    say("batch", "release", "Atlas", "--reason", "the front collapsed")
    refused = say("batch", "drop", "Atlas", "--reason", "swapped").refusal
    assert refused == ("no batch of Atlas is held", f"--day {DATE}")
    assert say("batch", "drop", "Atlas", "--reason", "swapped", "--day", DATE).code == 0


def test_the_verbs_say_what_the_commands_say(say: Say, where: str) -> None:
    made = Tracker(where, clock=lambda: END, by="ana")
    assert made.batch_release("Atlas", reason="seen")["event"] == "batch-released"
    assert made.batch_drop("Atlas", day=BEGIN + 35 * DAY, reason="swapped")["recorded"]
    assert say("batch", "list", "--json").json == json.loads(json.dumps(made.batches()))
    assert made.batch_undo("Atlas")["payload"] == {"source": "atlas", "day": DATE}
