"""Decides that the map document says of every place at every instant what the table of then says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.demonstrated import Demo, demo
from tests.record.effort import calm, few
from tests.record.histories import BEGIN, END, HOUR, WORLD, fresh, histories, record
from tracker.judgement.evidence import DAY
from tracker.judgement.policies import NAMES
from tracker.judgement.verdict import BAYES
from tracker.reader import Reader, open_reader
from tracker.record import events
from tracker.record.events import Event, Hop, Moment
from tracker.views.atlas import STATUSES, Courses, map_document
from tracker.views.documents import verdict_documents
from tracker.views.places import place_of
from tracker.views.situation import Question, Situation
from tracker.zones import parse_iso

__all__ = ["demo"]
Document = dict[str, Any]
Told = tuple[str, str | None, bool]
SILENT: Told = ("unknown", None, False)


class Drawn:
    """A map document read as a map is drawn from it."""

    def __init__(self, found: Document) -> None:
        self.found = found
        spans = found["spans"]
        self.courses: dict[str, list[tuple[int, Told]]] = {id_: [] for id_ in found["places"]["id"]}
        for place, at, status, side, stale in zip(
            *(spans[key] for key in ("place", "from", "status", "side", "stale")), strict=True
        ):
            who = None if side < 0 else found["actors"][side]["id"]
            course = self.courses[found["places"]["id"][place]]
            course.append((at, (STATUSES[status], who, bool(stale))))

    def at(self, place: str, at: int) -> Told | None:
        """What is drawn of a place at an instant; None: nobody has said anything yet."""
        course = self.courses.get(place, [])
        i = bisect_right(course, at, key=lambda one: one[0])
        return course[i - 1][1] if i else None

    def turns(self) -> list[int]:
        """Every instant at which anything turns."""
        return sorted({at for course in self.courses.values() for at, _ in course})


def told(row: Document) -> Told:
    holder = row["controller"]
    return row["status"], holder and holder["side"], row["freshness"] == "stale"


def check_keys(found: Document) -> None:
    """Columns of one length, each in order; every number stands for something."""
    for key in ("places", "spans"):
        assert len({len(column) for column in found[key].values()}) == 1, key
    spans = found["spans"]
    rows = list(zip(spans["place"], spans["from"], strict=True))
    assert rows == sorted(set(rows))
    assert all(0 <= side < len(found["actors"]) for side in spans["side"] if side != -1)
    assert all(0 <= sure <= 100 for sure in spans["confidence"])


def check(reader: Reader, asked: Question, instants: Sequence[int]) -> Drawn:
    """The map up to the question's instant says at others what the table says at them."""
    drawn = Drawn(map_document(reader, asked, None, "UTC"))
    check_keys(drawn.found)
    for at in (one for one in instants if one <= asked.at):
        rows = {row["place"]["id"]: row for row in verdict_documents(reader, asked._replace(at=at))}
        for place, row in rows.items():
            assert (drawn.at(place, at) or SILENT) == told(row), (place, at)
        for place in drawn.courses.keys() - rows.keys():
            assert (drawn.at(place, at) or SILENT) == SILENT, (place, at)
    return drawn


@pytest.fixture
def beside(tmp_path: Path) -> str:
    return str(tmp_path / "atlas")


parts = st.lists(st.floats(0, 1), max_size=4)
"""Where between the beginning and the end of a history it is asked, besides where something turns."""


def instants_of(drawn: Drawn, more: Sequence[float], most: int = 12) -> list[int]:
    """Some of the instants at which something turns with the last before each, and some between."""
    turns = drawn.turns()
    some = turns[:: max(1, len(turns) // most)]
    return sorted({*some, *(at - 1 for at in some), *(BEGIN + round(one * 160 * DAY) for one in more)})


@pytest.mark.parametrize("policy", NAMES)
@calm
@given(happened=histories(), more=parts, cut=st.none() | st.integers(0, 22), published=st.booleans())
def test_it_is_the_table_of_every_instant(
    beside: str, policy: str, happened: list[Event], more: list[float], cut: int | None, published: bool
) -> None:
    known_at = None if cut is None else END + (len(WORLD) + cut) * HOUR - 1
    asked = Question(
        END + 120 * DAY, known_at, published_by=BEGIN + 20 * DAY if published else None, policy=policy
    )
    with fresh(beside) as store:
        record(store, happened, apart=HOUR)
        with open_reader(store.where) as reader:
            drawn = Drawn(map_document(reader, asked, None, "UTC"))
            check(reader, asked, instants_of(drawn, more))


@few
@given(happened=histories(), more=parts)
def test_it_is_the_table_of_every_instant_on_postgresql(
    schema: str, happened: list[Event], more: list[float]
) -> None:
    asked = Question(END + 120 * DAY)
    with fresh(schema) as store:
        record(store, happened, batches=[3])
        with open_reader(store.where) as reader:
            drawn = Drawn(map_document(reader, asked, None, "UTC"))
            check(reader, asked, instants_of(drawn, more, most=5))


STORY = range(parse_iso("2024-11-26T00:00:00Z"), parse_iso("2024-12-20T00:00:00Z") + 1, DAY // 4)


@pytest.mark.parametrize("known_at", [None, "2024-12-03T12:00:00Z", "2024-12-08T06:00:00Z"])
def test_it_is_the_table_of_every_quarter_of_a_day_of_the_story(demo: Demo, known_at: str | None) -> None:
    known = None if known_at is None else parse_iso(known_at)
    with open_reader(str(demo.folder / "demo" / "tracker.db")) as reader:
        drawn = check(reader, Question(STORY[-1], known), STORY)
        turns = [at + off for at in drawn.turns()[::5] for off in (-1, 0)]
        check(reader, Question(STORY[-1], known), turns)
        assert len(drawn.courses) > (5 if known else 15)


@pytest.mark.parametrize("policy", [name for name in NAMES if name != BAYES])
def test_it_is_the_table_of_every_day_of_the_story_by_any_rule(demo: Demo, policy: str) -> None:
    with open_reader(str(demo.folder / "demo" / "tracker.db")) as reader:
        check(reader, Question(STORY[-1], policy=policy), STORY[::4])


def test_a_map_from_some_time_on_is_the_same_map_cut_there(demo: Demo) -> None:
    start, end = parse_iso("2024-12-01T00:00:00Z"), STORY[-1]
    with open_reader(str(demo.folder / "demo" / "tracker.db")) as reader:
        whole, cut = (Drawn(map_document(reader, Question(end), one, "UTC")) for one in (None, start))
    assert cut.found["from"] == "2024-12-01T00:00:00Z"
    assert cut.found["places"] == whole.found["places"]
    assert cut.found["actors"] == whole.found["actors"], "a side keeps its mark in every window"
    assert min(cut.found["spans"]["from"]) == start
    for place in whole.courses:
        for at in (start, *whole.turns()):
            assert at < start or cut.at(place, at) == whole.at(place, at)


def said(place: str, n: int, at: int, who: str, **more: Any) -> events.ClaimRecorded:
    return events.ClaimRecorded(
        claim=f"c-{place}-{n}", chain=(Hop(who="monitor"),), modality="asserts", predicate="captured",
        actors=(who,), place=place, occurred=Moment(latest=at), reported=Moment(latest=at + HOUR), **more,
    )  # fmt: skip


def test_places_of_which_the_same_was_said_at_other_times_run_alike(beside: str) -> None:
    """The same three claims three times, days apart; what changes at one is news at its neighbours."""
    told = [
        said(place, n, BEGIN + (days + after) * DAY, who)
        for place, days in (("hill", 7), ("bridge", 0), ("mill", 13))
        for n, (after, who) in enumerate(((0, "army"), (5, "clan"), (9, "army")))
    ]
    asked = Question(END + 300 * DAY)
    with fresh(beside) as store:
        record(store, told, batches=[len(told)])
        with open_reader(store.where) as reader:
            situation = Situation(reader, asked)
            places = [place_of(reader, id_) for id_ in ("hill", "bridge", "mill")]
            assert [one.ahead for one in Courses(situation).each(places)] == [7 * DAY, 0, 13 * DAY]
            turns = Drawn(map_document(reader, asked, None, "UTC")).turns()
            check(reader, asked, sorted({at + off for at in turns for off in (-1, 0)}))


def test_joining_another_side_makes_places_unlike(beside: str) -> None:
    told = [said("hill", 0, BEGIN, "band"), said("bridge", 0, BEGIN + 10 * DAY, "band")]
    joined = events.ActorLeft(actor="band", since=BEGIN + 5 * DAY)
    asked = Question(END)
    with fresh(beside) as store:
        record(store, [*told, joined])
        with open_reader(store.where) as reader:
            drawn = check(reader, asked, [BEGIN + day * DAY for day in range(40)])
    assert [told[1] for _, told in drawn.courses["hill"]][:2] == ["clan", "band"]
    assert {told[1] for _, told in drawn.courses["bridge"]} == {"band"}


def test_a_place_without_coordinates_is_listed(beside: str) -> None:
    with fresh(beside) as store:
        record(
            store, [said("fort", 0, BEGIN, "army"), events.PlaceAliased(place="fort", aliases=("القلعة",))]
        )
        with open_reader(store.where) as reader:
            found = check(reader, Question(END), [BEGIN - 1, BEGIN, END]).found
    assert found["places"] == {
        "id": ["fort"], "name": ["Fort"], "names": [["القلعة"]], "kind": ["base"], "region": [None],
        "lat": [None], "lon": [None], "population": [None], "claims": [1],
        "lam": [0.001],
    }  # fmt: skip
    assert found["actors"] == [{
        "id": "army", "name": "Army", "shape": "circle", "colour": "#111111", "dark": "#E8E8E8", "held": 1,
    }]  # fmt: skip
    assert found["spans"]["from"][0] == BEGIN


def test_an_empty_tracker_has_an_empty_map(beside: str) -> None:
    with fresh(beside) as store, open_reader(store.where) as reader:
        found = map_document(reader, Question(END), None, "UTC")
    assert (found["from"], found["actors"]) == (None, [])
    assert all(column == [] for key in ("places", "spans") for column in found[key].values())
    assert found["policy"] == BAYES
