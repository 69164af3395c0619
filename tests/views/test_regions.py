"""Decides that areas are summed up from the verdicts on their places, each once, and nothing is inherited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.furnished import furnished
from tests.record.effort import calm, tries
from tests.record.histories import ACTORS, BEGIN, END, WORLD, fresh, record
from tracker import Tracker
from tracker.errors import BadInput
from tracker.judgement.evidence import DAY
from tracker.names import AREA_KINDS
from tracker.reader import Reader, open_reader
from tracker.record import events
from tracker.record.events import Event, Hop, Moment
from tracker.times import parse_iso
from tracker.views.documents import table_documents
from tracker.views.places import Place, all_places, place_of, within
from tracker.views.regions import area_document, level_document, summary_of
from tracker.views.situation import Question
from tracker.views.tally import KEYS, SETTLEMENTS

Document = dict[str, Any]
NOW = parse_iso("2024-12-10T12:00:00Z")
HOUR = 3_600_000_000
AREAS = ("a", "b", "c", "d")
TOWNS = ("t", "u", "v", "w", "x")
ASKED = Question(END)
some = settings(calm, max_examples=tries(8))


# -- a land that a person would type -----------------------------------------------------------------


class Land:
    """Two governorates, a district in one; cities, a town, a hamlet, a base; a village in no area."""

    def __init__(self, where: str) -> None:
        self.now = NOW
        furnished(where, _land)
        self.tracker = Tracker(where, clock=lambda: self.now, by="anna")

    def say(self, sentence: str, at: str = "2024-12-09", source: str = "Wire") -> str:
        self.now += HOUR
        return str(self.tracker.add_claim(sentence, source=source, at=at)["claim"])

    def row(self, name: str, **asked: Any) -> Document:
        return next(one for one in self.tracker.regions(**asked)["areas"] if one["area"]["name"] == name)


def _land(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW, by="anna")
    add = tracker.place_add
    add("Land", kind="country")
    add("North", kind="governorate", parent="land")
    add("South", kind="governorate", parent="land")
    add("Hills", kind="district", parent="north")
    add("Northtown", kind="city", parent="north", population=1000)
    add("Hilltop", kind="town", parent="hills", population=300)
    add("Hamlet", kind="village", parent="hills")
    add("Fort", kind="base", parent="hills")
    add("Southtown", kind="city", parent="south", population=600)
    add("Nowhere", kind="village", near="southtown", km=2.0)
    for actor in ("Army", "Clan"):
        tracker.actor_add(actor, level="side")
    tracker.source_add("Wire", kind="wire")


@pytest.fixture
def land(where: str) -> Land:
    return Land(where)


def places(told: Document, those: str = "settlements") -> tuple[int, ...]:
    """Known, claimed, held, contested, unknown, without claim."""
    return tuple(told[those]["places"][key] for key in KEYS[:6])


def test_a_town_counts_once_in_each_area_it_lies_in(land: Land) -> None:
    land.say("Army captured Hilltop")
    land.say("Clan captured Northtown")
    assert places(land.row("North")) == (3, 2, 2, 0, 0, 1)
    assert land.row("North")["summary"] == "2 of 3 known towns: Army 1, Clan 1"
    assert places(land.row("South")) == (1, 0, 0, 0, 0, 1)
    assert land.row("South")["summary"] == "none of 1 known town is spoken of"
    assert places(land.tracker.regions()["outside"]) == (1, 0, 0, 0, 0, 1)
    assert places(land.tracker.regions()["total"]) == (5, 2, 2, 0, 0, 3)
    assert places(land.row("Land", kind="country")) == (4, 2, 2, 0, 0, 2)


def test_people_are_counted_where_their_number_is_known(land: Land) -> None:
    land.say("Army captured Hilltop")
    land.say("Clan captured Hamlet")
    towns = land.row("North")["settlements"]
    assert {key: towns["population"][key] for key in ("known", "held", "no_claim")} == {
        "known": 1300, "held": 300, "no_claim": 1000,
    }  # fmt: skip
    assert towns["without_population"]["known"] == towns["without_population"]["held"] == 1
    assert {one["side"]: (one["held"], one["population_held"]) for one in towns["sides"]} == {
        "army": (1, 300), "clan": (1, 0),
    }  # fmt: skip
    assert {one["side"]: one["population_share"] for one in towns["sides"]} == {
        "army": round(300 / 1300, 9), "clan": 0.0,
    }  # fmt: skip


def test_a_town_that_a_front_makes_unsure_is_so_in_every_count(land: Land) -> None:
    """The area's own status counts it as `regions` does, though it reads no other places for it."""
    for name, lat in (("Hilltop", 35.0), ("Southtown", 35.05)):
        land.tracker.place_describe(name, lat=lat, lon=36.0)
    land.tracker.source_add("Clan radio", kind="party")
    land.tracker.source_lean("Clan radio", side="Clan")
    land.say("Army captured Southtown")
    land.say("Clan captured Hilltop", source="Clan radio")
    assert land.tracker.status("Hilltop")["front"] is True
    assert land.row("North")["summary"] == "1 of 3 known towns: Clan 1 (1 unsure)"
    assert land.tracker.status("North")["summary"] == land.row("North")["summary"]


def test_what_a_pin_gives_to_others_changed_with_it(land: Land) -> None:
    """Not when the claims gave it to whom the pin takes it from."""
    land.say("Army captured Hilltop", at="2024-12-01")
    land.say("Clan captured Hilltop", at="2024-12-05")
    for holder in ("Clan", "Army"):
        land.tracker.assess("Hilltop", holder=[holder], reason="seen", at="2024-12-08T12:00", pin=True)
        changed = land.tracker.regions("North")["area"]["latest_change"]
        day = {"Clan": "2024-12-05", "Army": "2024-12-08"}[holder]
        assert (changed["controller"]["name"], changed["at"][:10]) == (holder, day)
    land.tracker.assess("Hamlet", holder=["Clan"], reason="seen", pin=True)
    assert [one["changed"] for one in land.tracker.regions("Hills")["places"] if one["name"] == "Hamlet"] == [
        None
    ]


def test_unknown_is_not_the_same_as_no_claim(land: Land) -> None:
    land.say("Army struck Hilltop")
    assert places(land.row("North")) == (3, 1, 0, 0, 1, 2), "somebody spoke, and not of who holds it"
    claim = land.say("Clan captured Southtown")
    land.tracker.retract(claim)
    assert places(land.row("South")) == (1, 0, 0, 0, 0, 1), "who took it back says nothing any more"
    assert land.tracker.status("South")["summary"] == "none of 1 known town is spoken of"
    assert land.tracker.regions("South")["places"] == []


def test_what_two_hold_together_counts_once_for_the_first(land: Land) -> None:
    land.tracker.add_claim(
        actor=["Clan", "Army"], predicate="captured", place="Hilltop", source="Wire", at="2024-12-09"
    )
    first = land.tracker.status("Hilltop")["controller"]
    assert len(first["with"]) == 1
    assert [(one["side"], one["held"]) for one in land.row("North")["settlements"]["sides"]] == [
        (first["side"], 1)
    ]


def test_facilities_are_no_towns(land: Land) -> None:
    land.say("Army captured Fort")
    assert places(land.row("North")) == (3, 0, 0, 0, 0, 3)
    assert places(land.row("North"), "facilities") == (1, 1, 1, 0, 0, 0)
    assert land.row("North")["latest_change"] is None


def test_one_area_is_told_with_what_lies_in_it(land: Land) -> None:
    land.say("Clan captured Northtown", at="2024-12-07")
    land.say("Army captured Northtown")
    found = land.tracker.regions("North")
    assert found["area"]["area"] == {"id": "north", "name": "North", "kind": "governorate", "region": "Land"}
    assert [one["area"]["id"] for one in found["areas"]] == ["hills"]
    assert places(found["outside"]) == (1, 1, *places(found["outside"])[2:5], 0)
    assert [one["id"] for one in found["places"]] == ["northtown"]
    assert land.tracker.regions("Hills")["areas"] == []
    told = land.tracker.regions("Land")
    assert [(one["area"]["id"], places(one)[0]) for one in told["areas"]] == [("north", 3), ("south", 1)]
    assert places(told["outside"])[0] == 0


def test_the_latest_change_is_of_control_not_of_a_first_word(land: Land) -> None:
    land.say("Clan captured Hilltop", at="2024-12-01")
    assert land.row("North")["latest_change"] is None
    land.say("Army captured Hilltop", at="2024-12-05")
    land.say("Army captured Hilltop", at="2024-12-05")
    for name in ("Wire Two", "Wire Three"):
        land.tracker.source_add(name, kind="wire")
        land.say("Army captured Hilltop", at="2024-12-05", source=name)
    change = land.row("North")["latest_change"]
    assert (change["id"], change["controller"]["id"], change["at"][:10]) == ("hilltop", "army", "2024-12-05")


def test_what_is_said_of_an_area_stands_beside(land: Land) -> None:
    before = land.tracker.regions()
    claim = land.say("Army captured North")
    row = land.row("North")
    assert [one["claim"] for one in row["said"]] == [claim]
    assert row["verdict"]["controller"]["id"] == "army"
    assert [one["summary"] for one in land.tracker.regions()["areas"]] == [
        one["summary"] for one in before["areas"]
    ]


def test_status_of_an_area_tells_its_towns_and_keeps_its_verdict(land: Land) -> None:
    land.say("Army captured North")
    own = land.tracker.status("North", at=END)
    assert own["summary"] == "none of 3 known towns is spoken of"
    land.say("Clan captured Northtown")
    told = land.tracker.status("North", at=END)
    assert told.pop("summary") == "1 of 3 known towns: Clan 1"
    own.pop("summary")
    assert told == own
    assert "summary" not in land.tracker.status("Northtown")


def test_every_axis_is_passed_on(land: Land) -> None:
    start = land.now
    land.say("Army captured Northtown", at="2024-12-05")
    land.say("Clan captured Hilltop", at="2024-12-09")
    assert land.row("North", at="2024-12-06")["summary"] == "1 of 3 known towns: Army 1"
    assert land.row("North", known_at=start + HOUR)["summary"] == "1 of 3 known towns: Army 1"
    assert land.row("North", published_by=start)["summary"] == "none of 3 known towns is spoken of"
    assert land.tracker.regions(at="2024-12-06", known_at=start, published_by=start)["known_at"] is not None


def test_a_merged_place_counts_once_and_a_merged_area_is_its_root(land: Land) -> None:
    land.tracker.place_add("Hill Top", kind="town", parent="hills", population=300)
    land.tracker.place_add("Province of the North", kind="governorate", parent="land")
    land.tracker.place_add("Farm", kind="village", parent="province-of-the-north")
    land.say("Army captured Hill Top")
    assert land.row("North")["settlements"]["places"]["known"] == 4
    before = land.now
    land.now += HOUR
    land.tracker.merge("place", "hill-top", "hilltop")
    land.tracker.merge("place", "province-of-the-north", "north")
    assert land.row("North")["summary"] == "1 of 4 known towns: Army 1"
    assert land.tracker.status("North")["summary"] == "1 of 4 known towns: Army 1"
    assert land.row("North")["settlements"]["population"]["known"] == 1300
    assert [one["area"]["id"] for one in land.tracker.regions()["areas"]] == ["north", "south"]
    assert land.row("North", known_at=before)["settlements"]["places"]["known"] == 4
    assert land.tracker.regions("Province of the North")["area"]["area"]["id"] == "north"


def test_without_governorates_the_highest_areas_are_told(where: str) -> None:
    tracker = Tracker.create(where, clock=lambda: NOW)
    tracker.place_add("Isles", kind="region")
    tracker.place_add("Bay", kind="district", parent="isles")
    tracker.place_add("Port", kind="town", parent="bay")
    assert [one["area"]["id"] for one in tracker.regions()["areas"]] == ["isles"]
    assert tracker.regions()["kind"] is None
    assert [one["area"]["id"] for one in tracker.regions(kind="district")["areas"]] == ["bay"]
    assert tracker.regions(kind="country")["areas"] == []


def test_what_is_no_area_is_refused(land: Land) -> None:
    with pytest.raises(BadInput, match="Hilltop is no area, but a town"):
        land.tracker.regions("Hilltop")
    with pytest.raises(BadInput, match="kind of area"):
        land.tracker.regions(kind="town")
    with pytest.raises(BadInput, match="choose different areas"):
        land.tracker.regions("North", kind="region")


def test_a_city_with_districts_can_be_asked_for(land: Land) -> None:
    land.tracker.place_add("Old Quarter", kind="district", parent="northtown")
    land.tracker.place_add("Mill", kind="village", parent="old-quarter")
    assert [one["area"]["id"] for one in land.tracker.regions("Northtown")["areas"]] == ["old-quarter"]
    assert places(land.row("North"))[0] == 4


# -- any land ----------------------------------------------------------------------------------------


@st.composite
def lands(draw: st.DrawFn) -> list[Event]:
    """Areas and towns in any tangle, circles too, some merged, and claims on all of them."""
    happened: list[Event] = [
        events.PlaceRegistered(
            place=one, name=one.upper(), place_kind=draw(st.sampled_from(sorted(AREA_KINDS)))
        )
        for one in AREAS
    ]
    for one in TOWNS:
        kind = draw(st.sampled_from(("city", "town", "village", "village", "base", "other")))
        people = draw(st.none() | st.integers(0, 9))
        lat = draw(st.sampled_from((33.0, 33.1, 35.0)))
        happened.append(events.PlaceRegistered(
            place=one, name=one.upper(), place_kind=kind, population=people, lat=lat, lon=36.0,
        ))  # fmt: skip
    every = (*AREAS, *TOWNS)
    for one in every:
        parent = draw(st.none() | st.sampled_from((*AREAS, *AREAS, *TOWNS)))
        if parent is not None:
            happened.append(events.PlaceDescribed(place=one, parent=parent))
    merged: set[str] = set()
    for _ in range(draw(st.integers(0, 2))):
        one, other = draw(st.permutations(sorted({*every} - merged)))[:2]
        merged.add(one)
        happened.append(events.PlaceMerged(place=one, into=other))
    happened += [draw(claims(f"c-{n:02}")) for n in range(draw(st.integers(0, 10)))]
    return happened


@st.composite
def claims(draw: st.DrawFn, id_: str, on: tuple[str, ...] = (*AREAS, *TOWNS, *TOWNS)) -> events.ClaimRecorded:
    at = BEGIN + draw(st.integers(0, 30)) * DAY
    return events.ClaimRecorded(
        claim=id_,
        chain=(Hop(who=draw(st.sampled_from(("wire", "radio", "monitor")))),),
        modality="asserts",
        predicate=draw(st.sampled_from(("captured", "holds", "lost", "struck"))),
        actors=tuple(draw(st.lists(st.sampled_from(ACTORS[:3]), min_size=1, max_size=2, unique=True))),
        place=draw(st.sampled_from(on)),
        occurred=Moment(latest=at),
        reported=Moment(latest=at),
    )


def counted(reader: Reader, inside: Callable[[Place], bool]) -> Counter[str]:
    """What the table of `status` says of some settlements."""
    verdicts = {one["place"]["id"]: one for one in table_documents(reader, ASKED) if one["claims"]}
    found: Counter[str] = Counter()
    for place in all_places(reader):
        if place.merged_into is None and place.kind in SETTLEMENTS and inside(place):
            one = verdicts.get(place.id)
            found["known"] += 1
            found["people"] += place.population or 0
            found["blank"] += place.population is None
            found[one["status"] if one else "no_claim"] += 1
            if one and one["status"] == "held":
                found[one["controller"]["side"]] += 1
    return found


def flat(told: Document) -> Counter[str]:
    towns = told["settlements"]
    found = Counter(
        {key: towns["places"][key] for key in ("known", "held", "contested", "unknown", "no_claim")}
    )
    found["people"] = towns["population"]["known"]
    found["blank"] = towns["without_population"]["known"]
    found.update({side["side"]: side["held"] for side in towns["sides"]})
    return found


def sums(told: Document) -> Counter[tuple[str, ...]]:
    """Every number of a count."""
    found: Counter[tuple[str, ...]] = Counter()
    for those in ("settlements", "facilities"):
        for what in ("places", "population", "without_population"):
            found.update({(those, what, key): n for key, n in told[those][what].items()})
        for side in told[those]["sides"]:
            found.update({(those, side["side"], key): n for key, n in side.items() if isinstance(n, int)})
    return found


def total(rows: list[Document]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for one in rows:
        found.update(sums(one))
    return found


@some
@given(happened=lands())
def test_the_parts_of_an_area_are_the_whole_of_it(where: str, happened: list[Event]) -> None:
    """Also where areas lie in each other in a circle, or in a town."""
    with fresh(where) as store:
        record(store, happened, batches=[len(happened)])
        with open_reader(store.where) as reader:
            areas = [one for one in all_places(reader) if one.merged_into is None]
            for area in areas:
                told = area_document(reader, ASKED, area)
                assert +total([*told["areas"], told["outside"]]) == +sums(told["total"])
                lies = within(reader, area.id)
                assert +flat(told["total"]) == +counted(reader, lambda place: place.id in lies)  # noqa: B023 (called at once)
                assert summary_of(reader, ASKED, area) == told["total"]["summary"]


@some
@given(happened=lands(), kind=st.sampled_from([None, *sorted(AREA_KINDS)]))
def test_a_level_counts_everything_once(where: str, happened: list[Event], kind: str | None) -> None:
    with fresh(where) as store:
        record(store, happened, batches=[len(happened)])
        with open_reader(store.where) as reader:
            told = level_document(reader, ASKED, kind)
            assert +flat(told["total"]) == +counted(reader, lambda _: True)
            lies_in = [within(reader, one["area"]["id"]) for one in told["areas"]]
            nowhere = counted(reader, lambda place: not any(place.id in inside for inside in lies_in))
            assert +flat(told["outside"]) == +nowhere
            for one, inside in zip(told["areas"], lies_in, strict=True):
                assert +flat(one) == +counted(reader, lambda place: place.id in inside)  # noqa: B023 (called at once)


@some
@given(happened=lands(), more=claims("c-more", on=AREAS))
def test_a_claim_on_an_area_changes_no_count(
    where: str, happened: list[Event], more: events.ClaimRecorded
) -> None:
    happened = [one for one in happened if one.kind != "place-merged"]  # a town may be merged into an area
    with fresh(where) as store:
        record(store, happened, batches=[len(happened)])
        with open_reader(store.where) as reader:
            before = [sums(one) for one in level_document(reader, ASKED, None)["areas"]]
        record(store, [more])
        with open_reader(store.where) as reader:
            assert [sums(one) for one in level_document(reader, ASKED, None)["areas"]] == before


@some
@given(happened=lands(), more=claims("c-more", on=TOWNS))
def test_a_claim_on_a_town_changes_no_verdict_of_an_area(
    where: str, happened: list[Event], more: events.ClaimRecorded
) -> None:
    happened = [one for one in happened if one.kind != "place-merged"]

    def verdicts() -> list[Document | None]:
        with open_reader(store.where) as reader:
            found = (area_document(reader, ASKED, place_of(reader, area))["area"] for area in AREAS)
            return [one["verdict"] for one in found]

    with fresh(where) as store:
        record(store, happened, batches=[len(happened)])
        before = verdicts()
        record(store, [more])
        assert verdicts() == before


def test_the_world_of_the_histories_has_no_town_of_these() -> None:
    known = {event.model_dump().get("place") for event in WORLD}
    assert known.isdisjoint((*AREAS, *TOWNS))
