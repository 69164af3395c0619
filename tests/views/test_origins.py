"""Decides whose origin a claim has that was derived from several others."""

from __future__ import annotations

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.times import parse_iso

NOW = parse_iso("2024-12-12T12:00:00Z")


@pytest.fixture
def tracker(where: str) -> Tracker:
    furnished(where, _furnish)
    return Tracker(where, clock=lambda: NOW, by="anna")


def _furnish(where: str) -> None:
    made = Tracker.create(where, clock=lambda: NOW, by="anna")
    for place in ("Hill", "Mill"):
        made.place_add(place, kind="town")
    for actor in ("Army", "Clan"):
        made.actor_add(actor, level="side")
    for source in ("Radio", "Wire"):
        made.source_add(source, kind="wire")
    made.source_add("Spokesman", kind="official", lean="clan")


def derived(tracker: Tracker, n: int, wire: str, spokesman: str, reported: str) -> tuple[float, bool]:
    """How sure it is that the clan has a hill, told after two others; whether the wire's id is the lesser."""
    place = f"Hill {n}"
    tracker.place_add(place, kind="town")
    said = {
        source: tracker.add_claim(
            "Clan captured Mill", source=source, at=at, reported=reported, url=f"https://example.org/{n}"
        )["claim"]
        for source, at in (("Wire", wire), ("Spokesman", spokesman))
    }
    told = tracker.add_claim(
        actor=["Clan"], predicate="captured", place=place, source="Radio", at="2024-12-10",
        reported="2024-12-10",
    )["claim"]  # fmt: skip
    for parent in said.values():
        tracker.link(told, parent, link="derived-from")
    again = tracker.add_claim(
        actor=["Clan"], predicate="captured", place=place, source="Radio", at="2024-12-11",
        reported="2024-12-11",
    )["claim"]  # fmt: skip
    tracker.link(again, told, link="derived-from")  # the second step of the line has the choice
    return tracker.status(place)["confidence"], said["Wire"] < said["Spokesman"]


def test_no_address_decides_whose_origin_it_has(tracker: Tracker) -> None:
    """Of two told at once, ids are told apart by an address: the verdict is one, whichever is the lesser."""
    found = {derived(tracker, n, "2024-12-08", "2024-12-08", "2024-12-08") for n in range(6)}
    assert len({lesser for _, lesser in found}) == 2, "either comes first"
    assert len({sure for sure, _ in found}) == 1


def test_it_has_the_origin_of_the_earliest(tracker: Tracker) -> None:
    wire, spokesman = ("2024-12-05", "2024-12-06"), ("2024-12-06", "2024-12-05")
    first = {derived(tracker, n, *wire, "2024-12-08") for n in range(6)}
    second = {derived(tracker, n, *spokesman, "2024-12-08") for n in range(6, 12)}
    assert {len({lesser for _, lesser in one}) for one in (first, second)} == {2}
    assert [len({sure for sure, _ in one}) for one in (first, second)] == [1, 1]
    assert min(first)[0] > min(second)[0], "a neutral origin is worth more than one of a side"
