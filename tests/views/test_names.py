"""Decides that a name means the same whichever of the ids merged into one sorts first."""

from __future__ import annotations

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import AmbiguousName
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")


@pytest.fixture
def tracker(where: str) -> Tracker:
    """A town and the governorate around it share a name."""
    furnished(where, _furnish)
    return Tracker(where, clock=lambda: NOW, by="anna")


def _furnish(where: str) -> None:
    made = Tracker.create(where, clock=lambda: NOW, by="anna")
    made.actor_add("Army", level="side")
    made.source_add("Wire", kind="wire")
    made.place_add("Ford Governorate", kind="governorate", aliases=["Ford"])
    made.place_add("Ford", kind="town", parent="ford-governorate")


@pytest.mark.parametrize("id_", ["a-ford", "z-ford"])
def test_a_town_keeps_its_name_whatever_is_merged_into_it(tracker: Tracker, id_: str) -> None:
    tracker.place_add("The Ford", kind="other", id_=id_, aliases=["Ford"])
    tracker.merge("place", id_, "ford")
    claimed = tracker.add_claim("Army captured Ford", source="Wire", at="2024-12-09")
    assert claimed["event"]["level_not_stated"]
    assert claimed["event"]["place"] == "ford", "what is named so itself comes before what was merged"
    told = tracker.status("Ford")
    assert (told["place"]["id"], told["place"]["kind"]) == ("ford", "town")
    assert told["note"] == "Ford: the town is meant; for the governorate write ford-governorate"


@pytest.mark.parametrize("id_", ["a-ford", "z-ford"])
def test_namesakes_are_told_apart_by_what_they_are_read_as(tracker: Tracker, id_: str) -> None:
    """Two towns of one name: kind and region are those of what they are read as, by the region's own name."""
    tracker.place_add("Old Province", kind="governorate")
    tracker.place_add("Far Ford", kind="village", parent="old-province", aliases=["Ford"])
    tracker.place_add("Ford Camp", kind="other", id_=id_, aliases=["Ford"])
    tracker.place_add("New Province", kind="governorate")
    tracker.merge("place", id_, "far-ford")
    tracker.merge("place", "old-province", "new-province")
    with pytest.raises(AmbiguousName) as raised:
        tracker.status("Ford")
    assert raised.value.facts["candidates"] == (
        "far-ford (village, New Province), ford (town, Ford Governorate), ford-governorate (governorate)"
    )


def test_a_name_of_an_area_that_was_merged_means_the_area_it_is_read_as(tracker: Tracker) -> None:
    tracker.place_add("Ford Province", kind="governorate")
    tracker.add_claim("Army captured Ford", source="Wire", at="2024-12-09")
    tracker.merge("place", "ford-province", "ford-governorate")
    for name in ("Ford", "Ford Province", "ford-governorate"):
        assert [row["place"]["id"] for row in tracker.status(region=name)["places"]] == ["ford"]


def test_a_code_that_is_typed_exactly_is_found_wherever_names_are_typed(tracker: Tracker) -> None:
    tracker.place_add("Lukyanivka", kind="village", id_="plain", aliases=["wp:Lukyanivka"])
    made = tracker.place_add("Luk’yanivka", kind="village", id_="marked", aliases=["wp:Luk’yanivka"])
    assert made["notes"] == [], "each of the two is found by its name"
    for text, id_ in (("wp:Lukyanivka", "plain"), ("wp:Luk’yanivka", "marked"), ("luk'yanivka", "marked")):
        assert tracker.status(text)["place"]["id"] == id_
        assert tracker.add_claim(f"Army captured {text}", source="Wire")["event"]["place"] == id_
    with pytest.raises(AmbiguousName):
        tracker.status("Lùkyanivka")
