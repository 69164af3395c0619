"""Decides what a person sees of the night: swept once, told again, put away; and what is refused."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import COMMAND, tracker

NIGHT = ("--now", "2024-12-08T03:00+03:00")


@pytest.fixture
def report_db(report_copy: Path) -> Path:
    """The one report of 7 December, in Damascus."""
    tracker("setting", "set", "zone", "Asia/Damascus", "--db", report_copy, "--now", "2024-12-07T23:00:00Z")
    return report_copy


def test_a_night_is_swept_once(report_db: Path) -> None:
    first = tracker("sweep", "--db", report_db, *NIGHT)
    assert first.code == 0
    assert first.out.startswith("night of 2024-12-08\n")
    assert "flags raised" in first.out
    before = tracker("log", "--db", report_db, "--jsonl").out
    again = tracker("sweep", "--db", report_db, *NIGHT)
    assert (again.code, again.out) == (0, "")
    assert (
        "nothing is due: the night of 2024-12-08 is done, the next is due 2024-12-09 02:00 +03" in again.err
    )
    named = tracker("sweep", "--for", "2024-12-08", "--db", report_db, *NIGHT)
    assert "is done already" in named.err
    assert tracker("log", "--db", report_db, "--jsonl").out == before


def test_a_night_that_is_done_would_find_nothing(report_db: Path) -> None:
    """It is not done again, so what was recorded since is no matter of it."""
    tracker("sweep", "--db", report_db, *NIGHT)
    words = ("rebels captured Tartus", "--source", "SOHR", "--at", "2024-12-07")
    assert tracker("add-claim", *words, "--db", report_db, "--now", "2024-12-08T02:00:00Z").code == 0
    tried = tracker("sweep", "--for", "2024-12-08", "--dry-run", "--db", report_db, *NIGHT)
    assert (tried.code, tried.out) == (0, "")
    assert "no flag would be raised or cleared" in tried.err


def test_flags_tell_why_and_what_clears_them(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    found = tracker("flags", "--db", report_db, *NIGHT, "--json").json["flags"]
    assert {one["rule"] for one in found} >= {"contradicted", "single-origin"}
    assert all(one["why"].endswith(".") and one["clears"].endswith(".") for one in found)
    assert tracker("flags", "--exit-code", "--db", report_db, *NIGHT).code == 1
    deir = tracker("flags", "--place", "Deir ez-Zor", "--rule", "contradicted", "--db", report_db, *NIGHT)
    assert deir.out.startswith("contradicted: Deir ez-Zor")
    resting = tracker("claims", "--flag", "contradicted", "--db", report_db, *NIGHT, "--json").json["claims"]
    assert {one["id"] for one in resting} == {
        id_ for one in found if one["rule"] == "contradicted" for id_ in one["claims"]
    }
    assert "flag " in tracker("status", "Deir ez-Zor", "--db", report_db, *NIGHT).out
    status = tracker("status", "Deir ez-Zor", "--db", report_db, *NIGHT, "--json").json
    assert "contradicted" in {flag["rule"] for flag in status["flags"]}


def test_a_flag_is_put_away_or_put_to_sleep(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    first, second, *_ = tracker("flags", "--db", report_db, *NIGHT, "--json").json["flags"]
    tried = tracker("flags", "ack", first["id"], "--dry-run", "--db", report_db, *NIGHT)
    assert "would be put away" in tried.out
    assert tracker("flags", "ack", first["id"], "--reason", "seen", "--db", report_db, *NIGHT).code == 0
    slept = tracker("flags", "snooze", second["id"], "--until", "2024-12-10", "--db", report_db, *NIGHT)
    assert "asleep until 2024-12-10 23:59 +03, or until anything new is claimed there" in slept.out
    left = {one["id"] for one in tracker("flags", "--db", report_db, *NIGHT, "--json").json["flags"]}
    assert not left & {first["id"], second["id"]}
    later = ("--now", "2024-12-11T12:00:00Z")
    awake = {one["id"] for one in tracker("flags", "--db", report_db, *later, "--json").json["flags"]}
    assert second["id"] in awake
    again = tracker("flags", "ack", first["id"], "--db", report_db, *NIGHT)
    assert again.code == 5
    assert "put away" in again.refusal[0]


def test_news_wakes_a_flag_that_sleeps(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    one = tracker("flags", "--place", "Deir ez-Zor", "--db", report_db, *NIGHT, "--json").json["flags"][0]
    tracker("flags", "snooze", one["id"], "--db", report_db, *NIGHT)
    tracker(
        "add-claim", "rebels hold Deir ez-Zor", "--source", "SOHR", "--at", "2024-12-08T01:00Z",
        "--db", report_db, "--now", "2024-12-08T02:00:00Z",
    )  # fmt: skip
    found = tracker("flags", "--db", report_db, "--now", "2024-12-08T02:00:00Z", "--json").json["flags"]
    assert one["id"] in {flag["id"] for flag in found}


def test_the_report_is_the_same_again_in_every_form(report_db: Path, tmp_path: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    shown = tracker("report", "--db", report_db).out
    assert shown.startswith("# Night of 8 December 2024\n")
    assert "## Contradictions" in shown
    assert tracker("report", "--for", "2024-12-08", "--db", report_db).out == shown
    page = tmp_path / "night.html"
    page.write_text("before", encoding="utf-8")
    assert tracker("report", "--out", page, "--db", report_db).code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "<script" not in text
    assert stat.S_IMODE(page.stat().st_mode) & 0o444
    assert sorted(one.name for one in tmp_path.glob("*night*")) == ["night.html"]
    found = tracker("report", "--json", "--db", report_db).json
    assert (found["night"], found["quiet"]) == ("2024-12-08", False)


def test_a_report_that_cannot_be_written_leaves_what_was_there(report_db: Path, tmp_path: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    refused = tracker("report", "--out", tmp_path / "none" / "x.html", "--db", report_db)
    assert refused.code == 1
    assert "mkdir -p" in refused.refusal[1]
    full = tracker("report", "--out", "/dev/full/x.html", "--db", report_db)
    assert full.code == 1


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("report",), 3, "no night was swept yet"),
        (("report", "--for", "2024-12-08"), 3, "was not swept"),
        (("sweep", "--for", "2024-12-20"), 2, "is not due before"),
        (("sweep", "--for", "last year"), 2, ""),
        (("flags", "ack", "f-00000000"), 3, "there is no flag"),
        (("flags", "snooze", "f-00000000", "--until", "2020-01-01"), 2, "is over"),
        (("flags", "--rule", "odd"), 2, ""),
    ],
)
def test_what_is_not_there_or_not_due_is_refused(
    report_db: Path, words: tuple[str, ...], code: int, what: str
) -> None:
    refused = tracker(*words, "--db", report_db, *NIGHT)
    assert refused.code == code, refused.err
    assert what in refused.refusal[0]


def test_nights_only_go_forward(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    later = ("--now", "2024-12-12T12:00+03:00")
    told = tracker("sweep", "--db", report_db, *later)
    assert "the 3 nights missed before it" in told.out
    refused = tracker("sweep", "--for", "2024-12-10", "--db", report_db, *later)
    assert refused.code == 5
    assert "was passed over" in refused.refusal[0]
    assert tracker("report", "--db", report_db, "--json").json["covers"] == [
        "2024-12-09", "2024-12-10", "2024-12-11",
    ]  # fmt: skip
    tracker("sweep", "--db", report_db, "--now", "2024-12-13T12:00+03:00")
    missed = tracker("report", "--for", "2024-12-10", "--db", report_db, *later)
    assert (missed.code, missed.refusal) == (3, (
        "the night of 2024-12-10 was missed: that of 2024-12-12 covers it",
        "tracker report --for 2024-12-12",
    ))  # fmt: skip


def test_each_missed_night_is_done_if_asked(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    later = ("--now", "2024-12-12T12:00+03:00")
    told = tracker("sweep", "--catch-up", "all", "--db", report_db, *later, "--json").json
    assert [one["night"] for one in told["nights"]] == [f"2024-12-{day:02}" for day in range(9, 13)]


def test_a_clock_a_year_ahead_sends_nothing_twice(report_db: Path) -> None:
    """The night of then is done; when the clock is right again, one line says how it goes on."""
    assert tracker("sweep", "--db", report_db, "--now", "2025-12-08T03:00+03:00").code == 0
    before = tracker("log", "--db", report_db, "--jsonl").out
    right = tracker("sweep", "--db", report_db, *NIGHT)
    assert (right.code, right.out) == (5, "")
    what, step = right.refusal
    assert what.startswith(
        "the last night done, 2025-12-08, lies ahead of this clock, which shows 2024-12-08 03"
    )
    assert step.endswith("tracker sweep --for 2024-12-08")
    told = tracker("scheduler", "status", "--db", report_db, *NIGHT)
    assert told.code == 1
    assert "which lies ahead of this clock: no night is done" in told.out.splitlines()[0]
    assert tracker("log", "--db", report_db, "--jsonl").out == before
    gone_on = tracker("sweep", "--for", "2024-12-08", "--db", report_db, *NIGHT)
    assert (gone_on.code, gone_on.out.splitlines()[0]) == (0, "night of 2024-12-08")
    assert tracker("scheduler", "status", "--db", report_db, *NIGHT).code == 0
    assert "the next is due 2024-12-09 02:00 +03" in tracker("sweep", "--db", report_db, *NIGHT).err


def test_the_standing_of_the_shift_is_an_exit_code(report_db: Path) -> None:
    never = tracker("scheduler", "status", "--db", report_db, *NIGHT)
    assert (never.code, never.out.splitlines()[0]) == (1, "no night was swept yet")
    tracker("sweep", "--db", report_db, *NIGHT)
    assert tracker("scheduler", "status", "--db", report_db, *NIGHT).code == 0
    late = tracker("scheduler", "status", "--db", report_db, "--now", "2024-12-09T06:00+03:00")
    assert late.code == 1
    assert "more than 26 hours ago" in late.out


def test_the_shift_does_what_is_due_and_stops_when_asked(report_db: Path) -> None:
    shift = subprocess.Popen(
        [COMMAND, "scheduler", "run", "--every", "0.2", "--db", report_db, *NIGHT],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        limit = time.monotonic() + 60
        while not tracker("scheduler", "status", "--db", report_db, *NIGHT, "--json").out.count(
            '"late": false'
        ):
            assert time.monotonic() < limit
            time.sleep(0.2)
        shift.send_signal(signal.SIGTERM)
        _, said = shift.communicate(timeout=60)
    finally:
        shift.kill()
    assert shift.returncode == 0, said
    assert said.startswith("looking every 0.2 s; the night of 2024-12-08 is due\n")
    assert "\nnight of 2024-12-08:" in said
    assert "stopped; nothing is left half done" in said


def test_review_lists_without_a_terminal(report_db: Path) -> None:
    tracker("sweep", "--db", report_db, *NIGHT)
    listed = tracker("review", "--db", report_db, *NIGHT)
    assert listed.code == 0
    flags = tracker("flags", "--db", report_db, *NIGHT, "--json").json["flags"]
    assert [line.split("\t")[0] for line in listed.out.splitlines()] == [one["id"] for one in flags]


def test_a_night_that_is_done_late_leaves_what_came_after_it_to_the_next(fresh: str) -> None:
    """By then what happened after the night's instant is on record; it is in no night but the next."""

    def said(words: str, at: str) -> None:
        told = ("--source", "Reuters", "--at", at, "--reported", at)
        answer = tracker("add-claim", words, *told, "--db", fresh, "--now", "2024-12-08T01:00Z")
        assert answer.code == 0, answer.err

    said("Syrian army holds Sanamayn", "2024-12-05T09:00Z")
    said("rebels captured Sanamayn", "2024-12-07T12:00Z")
    late = ("--db", fresh, "--now", "2024-12-08T08:00Z")
    tracker("sweep", "--for", "2024-12-07", *late)
    assert "Control changed" not in tracker("report", *late).out
    tracker("sweep", *late)
    told = tracker("report", *late).out
    assert "Rebels hold Sanamayn now, Syrian government did before" in told
    assert "Nothing changed" not in told, "there is no other place"
