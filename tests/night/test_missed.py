"""Decides what becomes of nights while nobody was there: done or covered, told, interrupted, never twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.night.nights import told
from tests.night.swept import NOW, Clock, outbox, swept
from tracker.errors import Conflict
from tracker.night import shift
from tracker.night.ledger import LEASE
from tracker.night.schedule import run
from tracker.night.shift import Worker, work
from tracker.night.sweep import Slot
from tracker.reader import open_reader
from tracker.reports.markdown import markdown
from tracker.tracker import Tracker
from tracker.zones import parse_iso

LAST = date(2024, 12, 8)
"""The night that was done before everything stood still."""


def missed(nights: int) -> list[str]:
    """The days after it, up to the one on which somebody is there again."""
    return [f"{LAST + timedelta(n + 1)}" for n in range(nights)]


def off_for(where: str, nights: int) -> Tracker:
    """A tracker with a night that is done, so many nights later."""
    clock = Clock()
    swept(where, ["desk"])
    clock.forward(days=nights)
    return Tracker(where, clock=clock)


def ledger(where: str) -> dict[str, str]:
    with open_reader(where) as reader:
        return dict(reader.rows("SELECT day, state FROM sweep_runs"))


@pytest.mark.parametrize("nights", [1, 3, 400])
def test_the_latest_is_done_and_covers_the_others(where: str, nights: int) -> None:
    tracker, days = off_for(where, nights), missed(nights)
    assert len(tracker.shift()["due"]) == nights
    (done,) = tracker.sweep(targets=["desk"])["nights"]
    assert (done["night"], done["covers"], done["anew"]) == (days[-1], days[:-1], True)
    assert ledger(where) == {f"{LAST}": "done"} | dict.fromkeys(days[:-1], "covered") | {days[-1]: "done"}
    assert [row.day for row in outbox(where)] == [days[-1], f"{LAST}"], "one report, not one a night"
    report = tracker.report()
    assert report["covers"] == days[:-1]
    covers = {1: "", 3: "2024-12-09 to 2024-12-10", 400: "2024-12-09 to 2026-01-11"}[nights]
    assert f"Covers the nights that were missed too: {covers}" in markdown(report) or nights == 1
    assert ("Covers" in markdown(report)) is (nights > 1)
    before = told(where)
    again = tracker.sweep(targets=["desk"])
    assert (again["nights"], again["last"], told(where)) == ([], days[-1], before)
    assert (tracker.shift()["due"], tracker.shift()["late"]) == ([], False)


@pytest.mark.parametrize("nights", [1, 3])
def test_each_is_done_if_asked(where: str, nights: int) -> None:
    tracker, days = off_for(where, nights), missed(nights)
    found = tracker.sweep(catch_up="all", targets=["desk"])["nights"]
    assert [one["night"] for one in found] == days
    assert not any(one["covers"] for one in found)
    assert set(ledger(where).values()) == {"done"}
    assert sorted(row.day for row in outbox(where)) == [f"{LAST}", *days]


def test_each_night_is_what_it_would_have_been_had_nobody_been_away(where: str, tmp_path: Any) -> None:
    """Nothing was recorded meanwhile: a night done late finds what it would have found in its time."""
    tracker, days = off_for(where, 12), missed(12)
    tracker.sweep(catch_up="all")
    beside = swept(str(tmp_path / "beside.db"), ["desk"])
    for n in range(12):
        clock = Clock()
        clock.forward(days=n + 1)
        Tracker(beside, clock=clock).sweep()
    assert told(where) == told(beside)
    assert {kind for _, kind, _ in told(where)} >= {"flag-raised", "night-swept"}
    for day in days:
        ours, theirs = (tracker.report(night=day), Tracker(beside).report(night=day))
        assert {**ours, "chain_hash": ""} == {**theirs, "chain_hash": ""}, "every log has its own salt"


class _Interrupted(Clock):
    """A clock under whose reader somebody presses Ctrl-C now and then."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.left = 0

    def __call__(self) -> int:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return self.now


def test_many_nights_one_by_one_can_be_interrupted_anywhere(tmp_path: Any) -> None:
    where = swept(str(tmp_path / "tracker.db"), ["desk"])
    clock = _Interrupted(NOW)
    clock.forward(days=60)
    tracker = Tracker(where, clock=clock)
    for left in (1, 2, 3, 14, 41):  # before anything, between taking and recording, after some nights
        before, clock.left = len(ledger(where)), left
        with pytest.raises(KeyboardInterrupt):
            tracker.sweep(catch_up="all", targets=["desk"])
        clock.left = 0
        assert (left > 10) is (len(ledger(where)) > before + 1), "what was done before is kept"
        (first, *_) = tracker.sweep(catch_up="all", targets=["desk"], most=1)["nights"]
        assert first["anew"], "and nobody has to wait for a lease"
    tracker.sweep(catch_up="all", targets=["desk"])
    assert ledger(where) == dict.fromkeys([f"{LAST}", *missed(60)], "done")
    kinds = Counter(stream for stream, kind, _ in told(where) if kind == "night-swept")
    assert set(kinds.values()) == {1}
    assert len(kinds) == 61
    assert Counter(row.day for row in outbox(where)) == Counter([f"{LAST}", *missed(60)])


def test_somebody_who_died_at_a_night_that_was_covered_since(where: str) -> None:
    """Nobody is said to be at work on it for ever; and if he was only slow, he has lost it."""
    tracker, days = off_for(where, 2), missed(2)
    at = [parse_iso(f"{day}T02:00:00Z") for day in days]
    slow = Worker(where, lambda: at[0] + 1, lambda: at[0] + 1, "slow")
    caught: list[str] = []

    def meanwhile(step: str) -> None:
        if step == "swept":
            assert tracker.sweep()["nights"][0]["covers"] == days[:1]
            caught.append(step)

    with pytest.raises(Conflict, match="somebody else has taken it over"):
        work(slow, Slot(days[0], at[0], "UTC"), step=meanwhile)
    assert caught
    assert ledger(where) == {f"{LAST}": "done", days[0]: "covered", days[1]: "done"}
    assert tracker.shift()["running"] == []


# -- clocks that are wrong ---------------------------------------------------------------------------


YEAR = 365


def test_a_clock_a_year_ahead_for_a_night(where: str) -> None:
    """Nothing goes on by itself, as nobody knows which clock is right; a person says so in one command."""
    clock = Clock()
    swept(where, ["desk"])
    tracker = Tracker(where, clock=clock)
    clock.forward(days=YEAR + 1)
    (false,) = tracker.sweep(targets=["desk"])["nights"]
    assert false["night"] == "2025-12-09"
    clock.forward(days=-YEAR)
    before = told(where)
    for catch_up in ("latest", "all"):
        with pytest.raises(shift.ClockBehind, match="2025-12-09, lies ahead of this clock") as refused:
            tracker.sweep(catch_up=catch_up, targets=["desk"])
        assert refused.value.next_step.endswith("tracker sweep --for 2024-12-09")
        assert "which shows 2024-12-09 02:00 UTC" in refused.value.message
    with pytest.raises(shift.ClockBehind):
        tracker.sweep(dry_run=True)
    stands = tracker.shift()
    assert (stands["ahead"], stands["late"], stands["due"]) == (True, False, [])
    assert told(where) == before
    with pytest.raises(Conflict, match="passed over: that of 2024-12-08 is done"):
        tracker.sweep(night="2024-12-07")

    clock.forward(days=1)  # two nights later somebody reads it
    (done,) = tracker.sweep(night="2024-12-10", targets=["desk"])["nights"]
    assert (done["anew"], done["covers"], done["considered"]) == (True, ["2024-12-09"], 1)
    clock.forward(days=1)
    (after,) = tracker.sweep(targets=["desk"])["nights"]
    assert (after["night"], after["covers"], tracker.shift()["ahead"]) == ("2024-12-11", [], False)
    days = ["2024-12-08", "2025-12-09", "2024-12-10", "2024-12-11"]
    assert Counter(row.day for row in outbox(where)) == Counter(days), "each once"
    assert tracker.report()["night"] == "2024-12-11"


def test_the_night_that_a_wrong_clock_has_done_is_not_done_again_when_it_comes(where: str) -> None:
    clock = Clock()
    swept(where, [])
    tracker = Tracker(where, clock=clock)
    clock.forward(days=4)
    assert tracker.sweep()["nights"][0]["night"] == "2024-12-12"
    clock.forward(days=-3)
    tracker.sweep(night="2024-12-09")
    clock.forward(days=2)
    assert tracker.sweep()["nights"][0]["night"] == "2024-12-11"
    assert tracker.shift()["next"] == "2024-12-13T02:00:00Z"
    clock.forward(days=1)
    assert tracker.sweep()["nights"] == []
    clock.forward(days=1)
    (done,) = tracker.sweep(catch_up="all")["nights"]
    assert (done["night"], done["covers"]) == ("2024-12-13", [])
    assert not tracker.shift()["late"]


def test_what_a_wrong_clock_made_stale_is_cleared_by_the_next_right_night(where: str) -> None:
    """Its flags are on record, and go as they came: by a look at every place."""
    clock = Clock()
    swept(where, [])
    tracker = Tracker(where, clock=clock)
    before = {one["id"] for one in tracker.flags()["flags"]}
    clock.forward(days=YEAR)
    tracker.sweep()
    assert "stale" in {one["rule"] for one in tracker.flags()["flags"]}
    clock.forward(days=1 - YEAR)
    tracker.sweep(night="2024-12-09")
    after = {one["id"]: one["rule"] for one in tracker.flags()["flags"]}
    assert "stale" not in after.values()
    assert before <= after.keys()


@pytest.mark.parametrize("back", [1, 20])
def test_a_clock_set_back_by_hours_around_the_slot(where: str, back: int) -> None:
    """The night is done, and once more its time comes: it is not done again, and nobody is alarmed."""
    clock = Clock()
    swept(where, ["desk"])
    tracker = Tracker(where, clock=clock)
    before = told(where)
    clock.forward(hours=-back)
    for _ in range(6):
        found = tracker.sweep(targets=["desk"])
        assert (found["nights"], found["last"], found["next"]) == ([], f"{LAST}", "2024-12-09T02:00:00Z")
        stands = tracker.shift()
        assert (stands["ahead"], stands["late"], stands["due"]) == (False, False, [])
        clock.forward(hours=back / 4)
    assert told(where) == before
    clock.forward(days=1)
    assert [one["night"] for one in tracker.sweep()["nights"]] == ["2024-12-09"]


def test_a_lease_by_a_clock_that_was_ahead_is_not_waited_for(where: str) -> None:
    """It was a year ahead, and killed at a night: a year would go by until somebody may do that night."""
    swept(where, [])
    at = parse_iso("2024-12-09T02:00:00Z")

    class Killed(BaseException):
        pass

    def killed(step: str) -> None:
        with open_reader(where) as reader:
            assert reader.rows("SELECT 1 FROM sweep_runs WHERE state = 'running'")
        raise Killed

    ahead = at + YEAR * 86_400_000_000
    slot = Slot("2024-12-09", at, "UTC")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shift, "give_back", lambda *_: None)  # as a killed process gives nothing back
        with pytest.raises(Killed):
            work(Worker(where, lambda: at, lambda: ahead, "x"), slot, step=lambda name: killed(name))
    with open_reader(where) as reader:
        ((until,),) = reader.rows("SELECT lease_until FROM sweep_runs WHERE state = 'running'")
        if reader.dialect == "sqlite":
            assert until == ahead + LEASE
    if "://" in where:  # leases run by the server's clock there, which nobody here can set
        return
    assert work(Worker(where, lambda: at, lambda: at, "y"), slot).anew


def test_the_alarm_goes_on_when_the_clock_is_set_back_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes by the wall's clock: set back a year, the next look would come in a year."""
    import os
    import signal
    from datetime import datetime, tzinfo

    from apscheduler.schedulers import base
    from apscheduler.triggers import interval

    from tracker.night import schedule

    ahead = [timedelta(YEAR)]

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + ahead[0]

    for module in (base, interval, schedule):
        monkeypatch.setattr(module, "datetime", Wrong)
    looks = []

    def tick() -> bool:
        looks.append(ahead[0])
        if len(looks) == 3:
            ahead[0] = timedelta()
        if len(looks) == 6:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    run(tick, every=0.05)
    assert looks == [timedelta(YEAR)] * 3 + [timedelta()] * 3
