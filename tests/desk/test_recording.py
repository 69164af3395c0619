"""Decides that what is recorded was decided on what the record holds, however many write at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from threading import Barrier
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.furnished import furnished
from tracker import Tracker
from tracker.desk.recording import Decision, Recorder, fresh_ids, unseen
from tracker.errors import Conflict, StaleVersion, UnknownName
from tracker.reader import Reader
from tracker.record.envelope import NewEvent
from tracker.record.events import PlaceRegistered, PlaceRenamed, encode
from tracker.record.store import Store
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")
PAIRS = 8


@pytest.fixture
def made(where: str) -> Tracker:
    furnished(where, _furnish)
    return Tracker(where, clock=lambda: NOW, by="anna")


def _furnish(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    tracker.source_add("Wire", kind="wire")
    tracker.actor_add("army", level="side")
    tracker.place_add("Ford", kind="town")


def recorder(tracker: Tracker) -> Recorder:
    return Recorder(tracker.where, tracker.clock, None, "ben")


def names(reader: Reader) -> list[str]:
    return [row[0] for row in reader.rows("SELECT name FROM places WHERE to_pos > 1000000 ORDER BY name")]


def renaming(*meanwhile: Callable[[], object]) -> Callable[[Reader], Decision[list[str]]]:
    """A decision to rename Ford, in which others are quicker the first time; its facts: what it read."""
    todo: Iterator[Callable[[], object]] = iter(meanwhile)

    def decide(reader: Reader) -> Decision[list[str]]:
        found = names(reader)
        for act in todo:
            act()
        if "Bridge" in found:
            raise Conflict(what="somebody has come first", try_="look")
        return Decision([PlaceRenamed(place="ford", name="New Ford")], found)

    return decide


def test_a_decision_is_taken_again_where_somebody_has_written_since(made: Tracker) -> None:
    done = recorder(made).record(renaming(lambda: made.place_add("Mill", kind="village")), unseen)
    assert done.facts == ["Ford", "Mill"]
    assert [one.new for one in done.appended] == [True]


def test_it_may_then_be_refused_and_nothing_is_recorded(made: Tracker) -> None:
    with pytest.raises(Conflict, match="come first"):
        recorder(made).record(renaming(lambda: made.place_add("Bridge", kind="bridge")), unseen)
    assert made.show_thing("place", "ford")["name"] == "Ford"
    assert made.verify()["ok"]


def test_views_that_lag_are_brought_along_before_it_is_taken_again(made: Tracker) -> None:
    """Somebody appends without views, as an import does; the decision sees what he wrote."""
    place = PlaceRegistered(place="bridge", name="Bridge", place_kind="bridge")

    def append() -> None:
        with Store.open(made.where) as store:
            store.append([NewEvent("x", place.stream, place.kind, 1, encode(place))], now=NOW, by="importer")

    with pytest.raises(Conflict, match="come first"):
        recorder(made).record(renaming(append), unseen)


def test_a_dry_run_sees_what_would_be_and_takes_it_back(made: Tracker) -> None:
    before = made.verify()["chain_hash"]
    done = recorder(made).record(renaming(), lambda reader, _: names(reader), dry_run=True)
    assert (done.seen, done.position) == (["New Ford"], None)
    assert made.verify()["chain_hash"] == before


def test_of_two_opposite_merges_at_once_one_is_refused(made: Tracker) -> None:
    """Decided on two snapshots both would have gone through, and the two places would be nowhere."""
    for n in range(PAIRS):
        for one in ("a", "b"):
            made.place_add(f"{one}{n}", kind="village")
    start = Barrier(2)

    def merge(one: str, other: str) -> str:
        mine, refused = Tracker(made.where, clock=lambda: NOW, by=one), []
        for n in range(PAIRS):
            start.wait(timeout=60)
            try:
                mine.merge("place", f"{one}{n}", f"{other}{n}")
            except Conflict:
                refused.append(str(n))
        return " ".join(refused)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(merge, "ab", "ba")
    assert sorted([*first.split(), *second.split()]) == [str(n) for n in range(PAIRS)]


def test_a_name_made_by_two_at_once_is_made_once(made: Tracker) -> None:
    """`--create` in two processes: the second finds the name that the first has made."""
    start = Barrier(2)

    def say(by: str) -> list[str]:
        mine, created = Tracker(made.where, clock=lambda: NOW, by=by), []
        for n in range(PAIRS):
            start.wait(timeout=60)
            answer = mine.add_claim(f"army captured Hamlet{n}", source="Wire", note=by, create=True)
            created += answer["created"]
        return created

    with ThreadPoolExecutor(2) as pool:
        made_by = [stream for streams in pool.map(say, ("anna", "ben")) for stream in streams]
    assert sorted(made_by) == [f"place/hamlet{n}" for n in range(PAIRS)]
    assert len(made.claims()["claims"]) == PAIRS


def test_an_event_s_id_begins_with_the_instant_it_is_recorded_at(made: Tracker) -> None:
    """By the clock that the tracker is given, never the wall's; in one append they rise."""
    ids = [one["event_id"] for one in made.log()]
    assert {UUID(one).version for one in ids} == {7}
    assert {UUID(one).int >> 80 for one in ids} == {NOW // 1000}
    some = list(islice(fresh_ids(NOW), 1000))
    assert some == sorted(some)
    assert next(fresh_ids(NOW + 1)) > some[-1], "a microsecond later"
    assert next(fresh_ids(NOW + 1000)) > some[-1]
    assert {UUID(one).variant for one in some} == {RFC_4122}


@given(now=st.integers(-(2**50), 2**55))
def test_ids_of_one_instant_are_unique(now: int) -> None:
    """However many processes record at once, with clocks that stand still."""
    drawn = [one for _ in range(50) for one in islice(fresh_ids(now), 20)]
    assert len(set(drawn)) == len(drawn)
    assert all(len(one) == 36 and str(UUID(one)) == one and UUID(one).version == 7 for one in drawn)


def test_a_refusal_needs_no_lock(made: Tracker) -> None:
    """A name that is not known is told at once, also while somebody writes."""
    with Store.open(made.where) as store, store.transaction(), pytest.raises(UnknownName):
        made.add_claim("army captured Nowhere", source="Wire")


def test_two_claims_that_would_share_an_id_are_not_taken_for_one(made: Tracker) -> None:
    """The id of a claim is part of a hash; the event's id is all of it, and tells them apart."""
    claim = made.add_claim("army captured Ford", source="Wire")["claim"]
    other = NewEvent("another", f"claim/{claim}", "claim-recorded", 1, "{}", True, expected_version=0)
    with Store.open(made.where) as store, pytest.raises(StaleVersion):
        store.append([other], now=NOW, by="anna")
