"""Decides that what was only named can be told more of, and that what it changes is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import BadInput, Conflict
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000


@pytest.fixture
def clock() -> list[int]:
    return [NOW]


@pytest.fixture
def named(where: str, clock: list[int]) -> Tracker:
    """A tracker in which everything was brought in by a claim that named it."""
    furnished(where, _named)
    return Tracker(where, clock=lambda: clock[0], by="anna")


def _named(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    tracker.place_add("Homs", kind="city", lat=34.72, lon=36.72)
    tracker.actor_add("rebels", level="umbrella")
    tracker.actor_add("army", level="side")
    for actor, predicate, source, at in (("army", "holds", "Wire", "2024-12-05"),
                                         ("Lions", "captured", "Herald", "2024-12-06")):  # fmt: skip
        tracker.add_claim(
            actor=[actor], predicate=predicate, place="Homs North", source=source, at=at, create=True
        )


def test_a_place_that_was_only_named_gets_a_kind_and_a_position(named: Tracker) -> None:
    told: dict[str, Any] = {"kind": "district", "lat": 34.76, "lon": 36.71, "population": 1200}
    tried = named.place_describe("Homs North", **told, dry_run=True)
    assert (tried["recorded"], tried["position"], tried["event"]) == (False, None, "place-described")
    assert named.show_thing("place", "homs-north")["kind"] == "other", "nothing was written"
    done = named.place_describe("Homs North", **told)
    assert (done["place"], done["payload"], done["recorded"]) == ("homs-north", tried["payload"], True)
    assert done["fields"] == tried["fields"] == [
        {"field": "kind", "before": "other", "after": "district"},
        {"field": "lat", "before": None, "after": 34.76},
        {"field": "lon", "before": None, "after": 36.71},
        {"field": "population", "before": None, "after": 1200},
    ]  # fmt: skip
    shown = named.show_thing("place", "homs-north")
    assert {key: shown[key] for key in told} == told
    assert named.status("Homs")["context"] != [], "it is near now"


def test_what_is_given_replaces_and_the_rest_stays(named: Tracker) -> None:
    named.place_describe(
        "Homs North", kind="district", lat=34.76, lon=36.71, near="Homs", bearing="N", km=3.0
    )
    done = named.place_describe("Homs North", kind="district", lat=34.77, lon=36.71)
    assert done["payload"] == {"place": "homs-north", "lat": 34.77, "lon": 36.71}, "half a position is none"
    assert done["fields"] == [{"field": "lat", "before": 34.76, "after": 34.77}]
    shown = named.show_thing("place", "homs-north")
    assert (shown["kind"], shown["lat"], shown["near"], shown["km"]) == ("district", 34.77, "homs", 3.0)


def test_what_was_so_already_is_not_recorded(named: Tracker) -> None:
    head = named.verify()["chain_hash"]
    for answer in (
        named.place_describe("Homs", kind="city", lat=34.72, lon=36.72),
        named.actor_describe("army", level="side"),
        named.source_describe("Wire", kind="unknown"),
    ):
        assert (answer["recorded"], answer["event"], answer["position"]) == (False, None, None)
        assert (answer["payload"], answer["fields"], answer["changes"]) == ({}, [], [])
    assert named.verify()["chain_hash"] == head


def test_the_kind_of_a_source_moves_the_verdicts_it_speaks_in(named: Tracker, clock: list[int]) -> None:
    before, then = named.why("Homs North"), clock[0]
    clock[0] += HOUR
    tried = named.source_describe("Herald", kind="party", lean="Lions", grade="B", dry_run=True)
    done = named.source_describe("Herald", kind="party", lean="Lions", grade="B")
    assert done["changes"] == tried["changes"] != []
    assert [one["place"]["id"] for one in done["changes"]] == ["homs-north"]
    shown = named.show_thing("source", "herald")
    assert (shown["kind"], shown["grade"], shown["leans"]) == (
        "party",
        "B",
        [{"side": "lions", "since": None}],
    )
    after = named.why("Homs North", at=then)
    assert (before["status"], after["status"], after["basis"]) == ("unknown", "held", "claimed")
    assert {**named.why("Homs North", at=then, known_at=then), "known_at": None} == before
    named.rebuild()
    assert named.why("Homs North", at=then) == after


def test_an_actor_becomes_part_of_another_from_the_beginning(named: Tracker) -> None:
    done = named.actor_describe("Lions", level="unit", part_of="rebels")
    assert [one["field"] for one in done["fields"]] == ["level", "part_of"]
    assert [one["place"]["id"] for one in done["changes"]] == ["homs-north"]
    assert named.status("Homs North")["controller"]["side"] == "rebels"
    assert named.show_thing("actor", "Lions")["part_of"] == [{"actor": "rebels", "since": None}]
    assert named.actor_describe("Lions", part_of="rebels")["recorded"] is False
    with pytest.raises(Conflict, match="part of rebels itself"):
        named.actor_describe("rebels", part_of="Lions")


def test_what_cannot_be_is_refused(named: Tracker) -> None:
    named.place_describe("Homs", parent="Homs North")
    for told, error, why in (
        ({}, BadInput, "is not said"),
        ({"lat": 34.0}, BadInput, "both --lat and --lon"),
        ({"lat": 134.0, "lon": 36.0}, BadInput, "not on Earth"),
        ({"kind": "castle"}, BadInput, "castle"),
        ({"population": -1}, BadInput, "population"),
        ({"near": "Homs North"}, Conflict, "near itself"),
        ({"parent": "Homs North"}, Conflict, "lies in homs-north itself"),
        ({"parent": "Homs"}, Conflict, "lies in homs-north itself"),
    ):
        with pytest.raises(error, match=why):
            named.place_describe("Homs North", **told)
    with pytest.raises(BadInput, match="Z"):
        named.source_describe("Wire", grade="Z")


facts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(("town", "village")), "population": st.integers(0, 3),
        "bearing": st.sampled_from(("N", "S")), "km": st.sampled_from((1.0, 2.5)),
    },
).filter(bool)  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(facts, min_size=1, max_size=5))
def test_described_step_by_step_is_described_at_once(
    tmp_path_factory: pytest.TempPathFactory, told: list[dict[str, Any]]
) -> None:
    """The last word on each counts; what was said twice was recorded once."""
    tracker = Tracker.create(str(tmp_path_factory.mktemp("p") / "t.db"), clock=lambda: NOW, by="anna")
    tracker.place_add("Ford", kind="other")
    known: dict[str, Any] = {"kind": "other"}
    for one in told:
        new = {key: value for key, value in one.items() if known.get(key) != value}
        assert tracker.place_describe("Ford", **one)["recorded"] == bool(new)
        assert tracker.place_describe("Ford", **one)["recorded"] is False
        known |= one
    shown = tracker.show_thing("place", "ford")
    assert {key: shown[key] for key in known} == known


@pytest.mark.parametrize("name", ["Homs North", "homs-north"])
def test_what_is_read_as_another_is_not_called_or_described_otherwise(named: Tracker, name: str) -> None:
    """The other would be, and nobody asked for that."""
    named.merge("place", "Homs North", "Homs")
    asked: list[Callable[[], object]] = [
        lambda: named.rename("place", name, "Homs-Nord"),
        lambda: named.place_describe(name, kind="district"),
    ]
    for ask in asked:
        with pytest.raises(Conflict, match="homs-north is read as homs") as refused:
            ask()
        assert "tracker place unmerge homs-north" in refused.value.next_step
    assert named.show_thing("place", "Homs")["name"] == "Homs"
    named.alias("place", name, ["Shamal"])
    assert named.status("Shamal")["place"]["id"] == "homs"
