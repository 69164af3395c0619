"""Decides that all that is told of a place is of the same knowledge, judgements included."""

from pathlib import Path

from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
from tests.acceptance.prepared import begin
from tracker import Tracker
from tracker.zones import parse_iso

DAYS = ("2024-12-01", "2024-12-02", "2024-12-03", "2024-12-04", "2024-12-05")


def judged(where: str) -> Tracker:
    """Judged on the 2nd, which was cleared on the 4th; one with a place judged on the 3rd since the 5th."""
    now = [DAYS[0]]
    tracker = Tracker(where, clock=lambda: parse_iso(f"{now[0]}T12:00:00Z"))
    for name in ("Oneton", "Wanton"):
        tracker.place_add(name, kind="town", lat=34.0, lon=37.0)
    tracker.actor_add("Blue", level="side")
    now[0] = DAYS[1]
    one = tracker.assess("oneton", holder=["blue"], likelihood="likely", reason="seen")
    now[0] = DAYS[2]
    tracker.assess("wanton", holder=["blue"], likelihood="likely", reason="heard")
    now[0] = DAYS[3]
    tracker.assess("oneton", clear=True, id_=one["assessment"], reason="in error")
    now[0] = DAYS[4]
    tracker.merge("place", "wanton", "oneton")
    return tracker


def told(tracker: Tracker, **asked: str) -> list[tuple[str, str]]:
    found = tracker.dossier("oneton", at="2024-12-06T00:00:00Z", **asked)["assessments"]
    return [(one["reason"], one["state"]) for one in found]


def test_judgements_are_those_that_were_known(tmp_path: Path) -> None:
    tracker = judged(begin(str(tmp_path / "judged.db"), starter=False))
    assert told(tracker, known_at="2024-12-01T23:00:00Z") == []
    assert told(tracker, known_at="2024-12-02T23:00:00Z") == [("seen", "in force")]
    assert told(tracker, known_at="2024-12-04T23:00:00Z") == [("seen", "cleared")]


def test_those_of_a_place_that_became_one_with_it_belong_to_it(tmp_path: Path) -> None:
    tracker = judged(begin(str(tmp_path / "judged.db"), starter=False))
    assert told(tracker) == [("seen", "cleared"), ("heard", "in force")]


def test_judgements_are_those_that_were_published(tmp_path: Path) -> None:
    tracker = judged(begin(str(tmp_path / "judged.db"), starter=False))
    assert told(tracker, published_by="2024-12-02T23:00:00Z") == [("seen", "cleared")]
