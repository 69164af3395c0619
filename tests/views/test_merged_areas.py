"""Decides that what lies in, or near, a place that was merged lies in, or near, what that is read as."""

from __future__ import annotations

from typing import Any

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import Conflict
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000


class World:
    """A town in a province that is the governorate by another name, a farm near hills that are one hill."""

    def __init__(self, where: str) -> None:
        self.now = NOW
        furnished(where, _world)
        self.tracker = Tracker(where, clock=lambda: self.now, by="anna")

    def merge(self, one: str, into: str) -> None:
        self.now += HOUR
        self.tracker.merge("place", one, into)

    def row(self, place: str, at: int | None = None) -> dict[str, Any]:
        """The verdict on a place alone; what it says of region and context the table says too."""
        told = self.tracker.status(place, known_at=at)
        (row,) = [one for one in self.tracker.status(known_at=at)["places"] if one["place"]["id"] == place]
        assert (row["place"], row["context"]) == (told["place"], told["context"])
        return told

    def context(self, place: str, at: int | None = None) -> list[str]:
        return sorted(one["text"] for one in self.row(place, at)["context"])

    def region(self, name: str, at: int | None = None) -> list[str]:
        return [one["place"]["id"] for one in self.tracker.status(region=name, known_at=at)["places"]]


def _world(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    add = tracker.place_add
    add("North Governorate", kind="governorate")
    add("North Province", kind="governorate")
    add("North District", kind="district", parent="north-province")
    add("Town", kind="town", parent="north-district", lat=33.0, lon=36.0)
    add("Village", kind="village", parent="north-province", lat=35.0, lon=36.0)
    add("Hill", kind="village", lat=40.0, lon=36.0)
    add("Hills", kind="village", lat=40.3, lon=36.0)
    add("Farm", kind="other", near="hills", km=2.0)
    for actor in ("Army", "Clan"):
        tracker.actor_add(actor, level="side")
    tracker.source_add("Wire", kind="wire")
    for actor, place in (("Army", "Town"), ("Army", "Village"), ("Clan", "North Governorate"),
                         ("Clan", "Hill"), ("Army", "Farm")):  # fmt: skip
        tracker.add_claim(actor=[actor], predicate="captured", place=place, source="Wire", at="2024-12-10")


@pytest.fixture
def world(where: str) -> World:
    return World(where)


def test_what_lies_in_an_area_lies_in_what_that_is_read_as(world: World) -> None:
    assert world.region("North Governorate") == ["north-governorate"]
    assert world.context("village") == []
    world.merge("north-province", "north-governorate")
    for name in ("North Governorate", "North Province"):
        assert world.region(name) == ["north-governorate", "town", "village"]
    assert world.row("village")["place"]["region"] == "North Governorate"
    assert world.context("village") == ["Clan captured North Governorate (Wire)"]
    assert world.context("town") == world.context("village"), "through the district in between"
    assert world.tracker.show_thing("place", "town")["within"] == ["north-district", "north-governorate"]


def test_as_it_was_known_then(world: World) -> None:
    before = world.now
    world.merge("north-province", "north-governorate")
    assert world.region("North Governorate", before) == ["north-governorate"]
    assert world.row("village", before)["place"]["region"] == "North Province"
    assert world.context("village", before) == []


def test_what_was_made_near_a_place_is_near_what_that_is_read_as(world: World) -> None:
    world.merge("hills", "hill")
    assert world.context("hill") == ["Army captured Farm (Wire)"]
    assert world.tracker.show_thing("place", "farm")["near_name"] == "Hill"


def test_a_place_is_not_beside_itself(world: World) -> None:
    """What was made near another, or lies in it, may turn out to be that other."""
    world.merge("hills", "farm")
    assert world.context("farm") == []
    world.merge("north-province", "village")
    assert world.row("village")["place"]["region"] is None
    assert world.tracker.show_thing("place", "village")["within"] == []
    assert world.region("village") == ["town", "village"]


def test_a_place_in_what_was_merged_into_another_is_not_counted_there(world: World) -> None:
    """Where a place lies is told by what it is read as, not by what was merged into that."""
    world.merge("village", "hill")
    assert "hill" not in world.region("North Province")
    assert world.row("hill")["place"]["region"] is None


@pytest.mark.parametrize("inner", ["hill", "hills", "town"])
def test_no_place_lies_in_itself_by_another_name(world: World, inner: str) -> None:
    world.tracker.place_describe("Hill", parent="hills")
    world.tracker.place_describe("Town", parent="hill")
    world.merge("hills", "village")
    with pytest.raises(Conflict, match="lies in village itself"):
        world.tracker.place_describe("Village", parent=inner)
    with pytest.raises(Conflict, match="cannot be near itself"):
        world.tracker.place_describe("Village", near="hills")
