"""Decides what a report tells of what is over, and of what several nights have found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.night.swept import Clock
from tracker.record.store import Store
from tracker.reports.html import body, html
from tracker.reports.markdown import markdown
from tracker.reports.sections import summary
from tracker.tracker import Tracker
from tracker.zones import parse_iso

Desk = tuple[Tracker, Clock]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A tracker with a place and two sides, and its clock, which stands before the first night."""
    clock = Clock(parse_iso("2024-12-01T02:00:00Z"))
    tracker = Tracker.create(str(tmp_path / "tracker.db"), clock=clock, by="anna")
    tracker.place_add("Hama", kind="city")
    for side in ("Rebels", "Army"):
        tracker.actor_add(side, level="side")
    for source in ("Reuters", "AFP"):
        tracker.source_add(source, kind="wire")
    return tracker, clock


def said(desk: Desk, what: str, source: str) -> str:
    """A claim of an hour before the next night."""
    tracker, clock = desk
    clock.forward(hours=23)
    claim = tracker.add_claim(what, source=source, at="now")["claim"]
    clock.forward(hours=1, seconds=1)
    tracker.sweep()
    clock.forward(seconds=-1)
    return str(claim)


def test_a_night_in_which_something_was_settled_is_not_quiet(desk: Desk) -> None:
    said(desk, "Rebels captured Hama", "Reuters")
    said(desk, "Rebels captured Hama", "AFP")
    report = desk[0].report()
    assert (report["counts"]["raised"], report["quiet"], summary(report)) == (0, False, "1 settled")
    assert "- **Hama**: no longer on one origin" in markdown(report)


def test_what_is_taken_back_is_not_settled(desk: Desk) -> None:
    tracker, clock = desk
    claim = said(desk, "Rebels captured Hama", "Reuters")
    tracker.retract(claim, reason="wrong")
    clock.forward(days=1)
    tracker.sweep()
    report = tracker.report()
    assert [one["place"] for one in report["changed"]["flags"]] == ["hama"]
    assert report["settled"] == []


def test_changes_of_control_of_all_nights_since_one_are_told(desk: Desk) -> None:
    """Each is cleared the next night; the latest of a place is what is told, with its night."""
    tracker, clock = desk
    said(desk, "Rebels captured Hama", "Reuters")
    said(desk, "Army captured Hama", "Reuters")
    said(desk, "Rebels captured Hama", "Reuters")
    clock.forward(days=1)
    tracker.sweep()
    assert tracker.report()["changed"]["count"] == 0
    first = tracker.report(since="2024-12-02")
    change = "Night of 2024-12-04: Rebels hold Hama now, Army did before"
    assert [one["why"] for one in first["changed"]["flags"]] == [f"{change}: Rebels captured Hama (Reuters)."]
    assert first["highlights"][0] == f"{change}."
    assert tracker.report(since="2024-12-04")["changed"]["count"] == 0


def test_a_holder_is_lost_when_the_judgement_of_it_ends(desk: Desk) -> None:
    """Nothing else is said of the place, so it counts nowhere any more; that nobody holds it is news."""
    tracker, clock = desk
    tracker.assess("Hama", holder=["Rebels"], reason="seen on video", until="2024-12-05")
    clock.forward(days=1)
    tracker.sweep()
    assert tracker.report()["counts"]["held"] == 1
    clock.forward(days=4)
    tracker.sweep()
    report = tracker.report()
    assert [one["why"] for one in report["changed"]["flags"]] == [
        "Rebels are not believed to hold Hama any more."
    ]
    assert (report["counts"]["places"], report["unchanged"], report["settled"]) == (0, 0, [])
    assert [one["rule"] for one in tracker.flags()["flags"]] == ["overturned"]
    clock.forward(days=1)
    tracker.sweep()
    assert (tracker.report()["quiet"], tracker.flags()["flags"]) == (True, [])


def test_the_same_is_found_where_what_is_watched_was_lost(desk: Desk) -> None:
    tracker, clock = desk
    tracker.assess("Hama", holder=["Rebels"], reason="seen on video", until="2024-12-05", pin=True)
    clock.forward(days=1)
    tracker.sweep()
    with Store.open(tracker.where) as store, store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM watches")
    clock.forward(days=4)
    tracker.sweep()
    assert tracker.report()["changed"]["count"] == 1


def test_a_place_that_turns_contested_and_is_held_again_is_told(desk: Desk) -> None:
    """No two claims contradict each other, so no other finding tells of it."""
    tracker, clock = desk
    said(desk, "Army captured Hama", "Reuters")
    said(desk, "Army captured Hama", "AFP")
    said(desk, "Rebels entered Hama", "AFP")
    report = tracker.report()
    assert report["contradicted"]["count"] == report["changed"]["count"] == 0
    change = "Hama is contested now, it was held before; Army is still the likeliest to hold it"
    assert [one["why"] for one in report["status_changed"]["flags"]] == [
        f"{change}: Rebels entered Hama (AFP)."
    ]
    assert report["highlights"] == [f"{change}."]
    assert (report["quiet"], summary(report)) == (False, "1 change of status")
    assert "## Status changed" in markdown(report)
    clock.forward(days=1)
    tracker.sweep()
    assert tracker.report()["quiet"] is True
    clock.forward(days=5)
    tracker.sweep()
    (again,) = tracker.report()["status_changed"]["flags"]
    assert again["why"].startswith("Army holds Hama now, it was contested before")


def test_a_contradiction_tells_by_itself_that_a_place_is_contested(desk: Desk) -> None:
    tracker, _ = desk
    said(desk, "Army captured Hama", "Reuters")
    said(desk, "Army captured Hama", "AFP")
    said(desk, "Rebels captured Hama", "AFP")
    report = tracker.report()
    assert (report["counts"]["contested"], report["contradicted"]["count"]) == (1, 1)
    assert report["status_changed"]["count"] == 0


def test_what_an_analyst_judges_is_no_finding_of_the_next_night(desk: Desk) -> None:
    tracker, clock = desk
    tracker.assess("Hama", holder=["Rebels"], reason="seen on video")
    clock.forward(days=1)
    tracker.sweep()
    report = tracker.report()
    assert (report["counts"]["held"], report["quiet"]) == (1, True)


def test_the_end_of_a_snooze_is_told_once(desk: Desk) -> None:
    tracker, clock = desk
    said(desk, "Rebels captured Hama", "Reuters")
    (flag,) = tracker.flags()["flags"]
    tracker.snooze(flag["id"], until="2024-12-04T00:00:00Z")
    told = []
    for _ in range(4):
        clock.forward(days=1)
        tracker.sweep()
        report = tracker.report()
        told.append(
            (report["night"], report["quiet"], [one["flag"] for one in report["awake_again"]["flags"]])
        )
    assert told == [
        ("2024-12-03", True, []), ("2024-12-04", False, [flag["id"]]),
        ("2024-12-05", True, []), ("2024-12-06", True, []),
    ]  # fmt: skip
    assert "## Asleep until now" in markdown(tracker.report(night="2024-12-04"))


def test_what_is_newly_said_wakes_a_flag_and_the_report_tells_it(desk: Desk) -> None:
    tracker, _ = desk
    said(desk, "Rebels captured Hama", "Reuters")
    (flag,) = tracker.flags()["flags"]
    tracker.snooze(flag["id"], until="2025-01-04")
    said(desk, "Rebels shelled Hama", "Reuters")
    report = tracker.report()
    assert [one["flag"] for one in report["awake_again"]["flags"]] == [flag["id"]]
    assert summary(report).endswith("1 snooze over")


def test_a_colon_in_a_name_does_not_cut_a_highlight(desk: Desk) -> None:
    tracker, _ = desk
    tracker.place_add("Hill: 105", kind="town", id_="hill")
    for side in ("Rebels", "Army"):
        said_at_hill = tracker.add_claim
        desk[1].forward(hours=23)
        said_at_hill(actor=[side], predicate="captured", place="hill", source="Reuters", at="now")
        desk[1].forward(hours=1, seconds=1)
        tracker.sweep()
        desk[1].forward(seconds=-1)
    assert tracker.report()["highlights"][0] == "Army holds Hill: 105 now, Rebels did before."


def test_what_is_to_come_of_a_place_that_is_merged_away_turns_with_the_other(desk: Desk) -> None:
    """Something dated by a clock that was ahead; until then nothing is said of either."""
    tracker, clock = desk
    tracker.place_add("Old Hama", kind="city", id_="old-hama")
    clock.forward(days=5)
    tracker.assess("Old Hama", holder=["Army"], reason="seen on video")
    clock.forward(days=-4)
    tracker.sweep()
    tracker.merge("place", "old-hama", "hama")
    held = []
    for _ in range(6):
        clock.forward(days=1)
        tracker.sweep()
        held.append(tracker.report()["counts"]["held"])
    assert held == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("write", [html, body])
def test_a_page_keeps_the_words_of_the_record_to_themselves(
    desk: Desk, write: Callable[[dict[str, object]], str]
) -> None:
    """A name that turns the direction, or is markup, moves nothing around it, and stands in a <bdi>."""
    tracker, _ = desk
    tracker.place_add("القصير <b>x", kind="town")
    said(desk, "Rebels captured القصير <b>x", "Reuters")
    report = tracker.report()
    report["highlights"] = ["A\u202eB \x1b[2J"]
    page = write(report)
    assert "<bdi>A\\u202eB \\x1b[2J</bdi>" in page
    assert "<bdi>القصير &lt;b&gt;x</bdi>" in page
    assert "\u202e" not in page
    assert "\x1b" not in page
