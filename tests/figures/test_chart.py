"""Decides that a chart's numbers are those of the table at every instant, and its lines told apart."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.demonstrated import Demo, demo
from tests.figures.hand import DAY, START, Read, Town, document
from tracker import Tracker
from tracker.errors import BadInput
from tracker.figures import letters
from tracker.figures.calendar import ticks
from tracker.figures.chart import chart_svg
from tracker.figures.course import chart_document
from tracker.figures.paper import Look
from tracker.marks import MARKS
from tracker.names import AREA_KINDS
from tracker.zones import iso, parse_iso

__all__ = ["demo"]
FROM, TO = "2024-11-26", "2024-12-11"
HOUR = DAY // 24


def test_the_numbers_of_the_real_story_are_those_of_its_tables(demo: Demo) -> None:
    """At every fourth change, and just before it."""
    tracker = Tracker(demo.folder / "demo" / "tracker.db")
    found = tracker.chart(start=FROM, end=TO)
    assert found["times"] == sorted(found["times"], key=parse_iso)
    for i in range(1, len(found["times"]), 4):
        for column, at in ((i, parse_iso(found["times"][i])), (i - 1, parse_iso(found["times"][i]) - 1)):
            rows = tracker.status(at=at, brief=True)["places"]
            rows = [row for row in rows if row["place"]["kind"] not in AREA_KINDS and row["basis"] != "none"]
            held = Counter(row["controller"]["side"] for row in rows if row["status"] == "held")
            told = {side: counts[column] for side, counts in found["held"].items() if counts[column]}
            assert told == dict(held), iso(at)
            contested = sum(row["status"] == "contested" for row in rows)
            assert found["contested"][column] == contested, iso(at)


COURSES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), max_size=6
    ),
    max_size=12,
)


@given(COURSES)
def test_at_each_change_every_place_is_counted_once(courses: list[list[tuple[int, int, int, int]]]) -> None:
    """Counted by hand at each day's end: what each place was last."""
    tidy = [list({step[0]: step for step in sorted(course)}.values()) for course in courses]
    towns = [Town(f"T{i}", course=course, population=i) for i, course in enumerate(tidy)]
    found = chart_document(document(towns, sides=("A", "B", "C")))
    times = [parse_iso(time) for time in found["times"]]
    for day in range(10):
        last = [[step for step in course if step[0] <= day][-1:] for course in tidy]
        words = Counter(
            (status, side if status == 0 else -1) for steps in last for _, status, side, _ in steps
        )
        i = sum(time <= START + day * DAY for time in times) - 1
        if i < 0:
            assert not words
            continue
        assert [found["held"][side][i] for side in "abc"] == [words[0, side] for side in range(3)]
        assert (found["contested"][i], found["unknown"][i]) == (words[1, -1], words[2, -1])
    rows = list(zip(*found["held"].values(), found["contested"], found["unknown"], strict=True))
    assert all(a != b for a, b in pairwise(rows)), "a row is a change"


def test_people_are_counted_instead_of_places() -> None:
    towns = [
        Town("City", course=((0, 0, 0, 0), (5, 0, 1, 0)), population=1_000_000),
        Town("Town", population=20_000), Town("Camp"),
        Town("Province", kind="governorate", population=9_000_000),
    ]  # fmt: skip
    found = chart_document(document(towns), "population")
    assert found["held"] == {"reds": [1_020_000, 20_000], "blues": [0, 1_000_000]}
    assert (found["places"], found["areas"], found["without_population"]) == (3, 1, 1)
    texts = Read(chart_svg(found, Look())).texts()
    assert texts[0] == "How many people lived in places that each side held"
    assert {"1 M", "20,000"} <= {*texts}
    assert "1 has no population and counts as nobody" in " ".join(texts)
    with pytest.raises(BadInput, match="population"):
        chart_document(document([Town("Camp")]), "population")
    with pytest.raises(BadInput, match="nothing that is counted") as refused:
        chart_document(document([Town("Camp")]), "tanks")
    assert "places, population" in refused.value.next_step


def test_lines_differ_by_colour_dash_and_mark_and_are_named_at_their_end() -> None:
    towns = [Town(f"T{i}", course=((0, 0, i, 0),)) for i in range(8) for _ in range(9 - i)]
    towns += [Town("c", course=((0, 1, 0, 0),)), Town("u", course=((0, 2, -1, 0),))]
    svg = chart_svg(chart_document(document(towns, sides=[f"Side {i}" for i in range(8)])), Look())
    read = Read(svg)
    lines = [one for one in read.root.iter("{http://www.w3.org/2000/svg}path") if "H" in one.attrib["d"]]
    drawn = [
        (one.attrib["stroke"], one.attrib.get("stroke-dasharray"))
        for one in lines
        if "stroke-linejoin" in one.attrib
    ]
    assert len(drawn) == len({*drawn}) == 9
    assert {mark.colour for mark in MARKS} <= {colour for colour, _ in drawn}
    assert len({dash for _, dash in drawn}) == 9
    assert {**read.legend()}.items() >= {
        "Side 0": "9", "Side 5": "4", "2 other sides": "5", "contested": "1", "unknown": "1",
    }.items()  # fmt: skip


def test_names_at_the_ends_of_lines_do_not_touch() -> None:
    """Eight sides with one place each: all lines end in one point."""
    towns = [Town(f"T{i}", course=((0, 0, i, 0),)) for i in range(6)]
    for width in (400, 1000):
        look = Look(width)
        svg = chart_svg(chart_document(document(towns, sides=[f"Side {i}" for i in range(6)])), look)
        found = [
            one
            for one in Read(svg).root.iter("{http://www.w3.org/2000/svg}text")
            if "Side" in (one.text or "")
        ]
        heights = sorted(float(one.attrib["y"]) for one in found)
        assert len(heights) == 6
        assert all(b - a >= look.size for a, b in pairwise(heights))
        for one in found:
            assert float(one.attrib["x"]) + letters.width(one.text or "", look.size) < width


def test_before_anything_was_said_and_at_nought_there_is_no_line() -> None:
    towns = [Town("Homs", course=((5, 0, 0, 0), (8, 0, 1, 0)))]
    found = {**chart_document(document(towns)), "from": iso(START)}
    read = Read(chart_svg(found, Look()))
    lines = [
        one for one in read.root.iter("{http://www.w3.org/2000/svg}path") if "stroke-linejoin" in one.attrib
    ]
    reds = next(one.attrib["d"] for one in lines if one.attrib["stroke"] == MARKS[0].colour)
    assert reds.count("V") == 1, "it stands from the beginning, and falls once"
    first = float(reds[1:].split()[0])
    assert first > 400, "half of the time nobody had said anything"


def test_what_cannot_be_drawn_says_what_to_do() -> None:
    with pytest.raises(BadInput, match="of no place") as refused:
        chart_svg(chart_document(document([])), Look())
    assert "tracker status" in refused.value.next_step
    found = chart_document(document([Town("Homs")]))
    with pytest.raises(BadInput, match="begins where it ends"):
        chart_svg({**found, "from": found["to"]}, Look())


def instant(text: str, zone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("first", "last", "zone", "told"),
    [
        ("2024-12-07T09:30", "2024-12-08T15:00", "Asia/Damascus",
         ["12:00 7 Dec 2024", "18:00", "00:00 8 Dec 2024", "06:00", "12:00"]),
        ("2024-11-26", "2024-12-11", "Asia/Damascus",
         ["27 Nov 2024", "29 Nov", "1 Dec", "3 Dec", "5 Dec", "7 Dec", "9 Dec", "11 Dec"]),
        ("2022-02-20", "2022-12-31", "Europe/Kyiv",
         ["Mar 2022", "May", "Jul", "Sep", "Nov"]),
        ("2022-11-20", "2023-02-07", "Europe/Kyiv",
         ["21 Nov 2022", "1 Dec", "11 Dec", "21 Dec", "1 Jan 2023", "11 Jan", "21 Jan", "1 Feb"]),
        ("2011-03-15", "2024-12-08", "Asia/Damascus",
         ["2012", "2014", "2016", "2018", "2020", "2022", "2024"]),
        # clocks go forward in between: midnight of the zone is an hour earlier from then on
        ("2022-03-25T12:00", "2022-03-29T18:00", "Europe/Kyiv",
         ["26 Mar 2022", "27 Mar", "28 Mar", "29 Mar"]),
    ],
)  # fmt: skip
def test_the_axis_is_marked_at_round_times_of_the_zone(
    first: str, last: str, zone: str, told: list[str]
) -> None:
    found = ticks(instant(first, zone), instant(last, zone), zone, 8)
    assert [f"{tick.told} {tick.below}".rstrip() for tick in found] == told
    for tick in found:
        local = datetime.fromtimestamp(tick.at / 1_000_000, ZoneInfo(zone))
        assert (local.minute, local.second) == (0, 0)
        assert ":" in tick.told or local.hour == 0


@given(st.integers(0, 60 * 365 * 24), st.integers(1, 40 * 365 * 24), st.integers(1, 14))
def test_ticks_are_few_and_in_order(start: int, hours: int, most: int) -> None:
    found = ticks(start * HOUR, (start + hours) * HOUR, "Europe/Kyiv", most)
    assert len(found) <= most + 2
    assert [tick.at for tick in found] == sorted({tick.at for tick in found})


def test_the_document_can_be_written_as_json_and_is_the_same_each_time() -> None:
    found = chart_document(document([Town("Homs"), Town("Hama", course=((2, 0, 1, 0),))]))
    assert json.loads(json.dumps(found)) == found
    assert chart_svg(found, Look()) == chart_svg(found, Look())
