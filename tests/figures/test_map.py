"""Decides that a map shows what the map document says, readable, whole and the same each time."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.demonstrated import Demo, demo
from tests.figures.hand import NOTHING, Read, Town, document, mapped
from tracker import Tracker
from tracker.errors import BadInput
from tracker.figures import letters
from tracker.figures.chart import chart_svg
from tracker.figures.course import chart_document
from tracker.figures.map import window_of
from tracker.figures.moment import mark_number, moment
from tracker.figures.paper import DARK, LIGHT, Look
from tracker.marks import MARKS, NOBODY, OTHER
from tracker.names import AREA_KINDS

__all__ = ["demo"]
MOMENTS = ("2024-11-28T18:00+03:00", "2024-12-07T18:00+03:00", "2024-12-10T18:00+03:00")


@pytest.mark.parametrize("at", MOMENTS)
def test_the_real_story_is_drawn_as_the_table_tells_it(demo: Demo, at: str) -> None:
    """Each place that has coordinates has its mark where it lies; the legend counts all of them."""
    tracker = Tracker(demo.folder / "demo" / "tracker.db")
    found = tracker.map(end=at)
    read = Read(mapped(found))
    rows = [
        row for row in tracker.status(at=at, brief=True)["places"] if row["place"]["kind"] not in AREA_KINDS
    ]
    places = {place for place, id_ in enumerate(found["places"]["id"]) if place in found["spans"]["place"]}
    rows = [row for row in rows if found["places"]["id"].index(row["place"]["id"]) in places]
    numbers = {actor["id"]: mark_number(actor) for actor in found["actors"]}
    wanted = []
    _, window = window_of(found, Look())
    for row in rows:
        if row["place"]["lat"] is None:
            continue
        mark = "n-full"
        if row["status"] != "unknown":
            look = "hollow" if row["freshness"] == "stale" else "full"
            look = "hatched" if row["status"] == "contested" else look
            mark = f"s{numbers[row['controller']['side']]}-{look}" if row["controller"] else f"n-{look}"
        x, y = window.at(row["place"]["lon"], row["place"]["lat"])
        wanted.append((mark, round(x, 1), round(y, 1)))
    assert sorted(read.uses()) == sorted(wanted)
    held = Counter(row["controller"]["side"] for row in rows if row["status"] == "held")
    legend = read.legend()
    names = {actor["id"]: actor["name"] for actor in found["actors"]}
    assert {names[side]: str(count) for side, count in held.items()}.items() <= legend.items()
    for state in ("contested", "unknown"):
        count = sum(row["status"] == state for row in rows)
        assert legend.get(state, "0") == str(count)
    for told in (f"{names[side]} {count}" for side, count in held.items()):
        assert told in read.told("desc")


def test_each_side_has_its_shape_and_its_colour_on_either_ground() -> None:
    towns = [Town(f"T{i}", 34 + i / 4, 36 + i / 4, ((0, 0, i, 0),)) for i in range(9)]
    found = document(towns, sides=[f"Side {i}" for i in range(9)])
    for look, ink in ((Look(), LIGHT), (Look(dark=True), DARK)):
        svg = mapped(found, look)
        shade = "dark" if look.dark else "colour"
        assert f'fill="{ink.paper}"/>' in svg
        for mark in (*MARKS, OTHER):
            assert f'fill="{getattr(mark, shade)}"' in svg
    read = Read(svg)
    assert read.legend()["3 other sides"] == "3"
    assert [mark for mark, _, _ in read.uses()].count("s6-full") == 3
    assert sum(name.startswith("Side") for name in read.legend()) == 6


def test_contested_is_hatched_stale_is_hollow_unknown_is_a_dot() -> None:
    towns = [
        Town("held", 34, 36), Town("contested", 34.5, 36, ((0, 1, 0, 0),)),
        Town("stale", 35, 36, ((0, 0, 0, 1),)),
        Town("unknown", 35.5, 36, ((0, 2, -1, 0),)), Town("nobody's", 36, 36, ((0, 1, -1, 0),)),
    ]  # fmt: skip
    svg = mapped(document(towns))
    read = Read(svg)
    assert Counter(mark for mark, _, _ in read.uses()) == dict.fromkeys(
        ("s0-full", "s0-hatched", "s0-hollow", "n-full", "n-hatched"), 1
    )
    assert {key: read.legend()[key] for key in ("contested", "stale", "unknown")} == {
        "contested": "2", "stale": "1", "unknown": "1",
    }  # fmt: skip
    assert NOBODY.colour in svg
    assert "stale" not in Read(mapped(document(towns[:2]))).legend()


def test_the_important_lie_on_top() -> None:
    """A great town over a hamlet, and over a village of which more is said; what is unknown below all."""
    towns = [
        Town("City", 35, 38, population=2_000_000),
        Town("Hamlet", 35.01, 38, population=50),
        Town("Village", 35.02, 38, population=900, claims=40),
        Town("Capital", 35.03, 38, ((0, 2, -1, 0),), population=5_000_000),
    ]
    found = document(towns)
    _, window = window_of(found, Look())
    order = [y for _, _, y in Read(mapped(found)).uses()]
    assert order == [round(window.at(38, towns[i].lat or 0)[1], 1) for i in (3, 1, 2, 0)]


def test_names_do_not_lie_on_each_other() -> None:
    """Of 400 places in a heap: measured again, no two names touch, nor does one leave the map."""
    draw = random.Random(7)
    towns = [
        Town(f"Town number {i}", draw.gauss(35, 0.7), draw.gauss(38, 0.7), population=draw.randint(10, 10**6))
        for i in range(400)
    ]
    svg = mapped(document(towns))
    labels = [
        one
        for one in Read(svg).root.iter("{http://www.w3.org/2000/svg}text")
        if (one.text or "").startswith("Town n")
    ]
    assert len(labels) >= 60, "thirty names, each with its halo"
    size = Look().size * 0.92
    boxes = []
    for one in labels[len(labels) // 2 :]:
        x, y = float(one.attrib["x"]), float(one.attrib["y"])
        boxes.append((x, y - size * 0.75, x + letters.width(one.text or "", size), y + size * 0.2))
    for i, a in enumerate(boxes):
        assert a[0] > 0
        assert a[2] < 1000
        for b in boxes[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_same_place_of_two_gazetteers_is_named_once() -> None:
    towns = [Town("Mena", 51.51, 32.21), Town("Mena", 51.52, 32.22), Town("Sumy", 50.9, 34.8)]
    texts = Counter(Read(mapped(document(towns))).texts())
    assert (texts["Mena"], texts["Sumy"]) == (2, 2), "each has its halo"


def test_hostile_names_stay_text() -> None:
    names = [
        "<script>alert(1)</script>", "]]>--><svg onload=1>", "&lt;b&gt;", "a\u202eb\x00\x1b[31m",
        "Z" + "\u0301" * 99,
        "x" * 5000, '" onclick="alert(1)', "\ud800", "\u200b", "",
    ]  # fmt: skip
    towns = [Town(name, 33 + i / 3, 36 + i % 3) for i, name in enumerate(names)]
    found = document(towns, sides=["<i>Reds</i>\u202e", "&amp;"])
    svg = mapped({**found, "region": {"id": "r", "name": "<u>\u202e"}}, Look(title="</title><script>\u2066"))
    read = Read(svg)
    assert read.tags() <= {"svg", "title", "desc", "defs", "g", "rect", "path", "use", "text"}
    attributes = {name for element in read.root.iter() for name in element.attrib}
    assert not any(name.startswith("on") for name in attributes)
    assert not any(ord(char) < 32 and char != "\n" for char in svg)
    assert not {"\u202e", "\u2066", "\u200b"} & set(svg)
    assert "<script>alert(1)</script>" in read.texts()
    assert "&lt;b&gt;" in read.texts()
    assert "<i>Reds</i>" in read.texts()
    assert read.told("title").startswith("</title><script>")
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace(
        "http://www.w3.org/1999/xlink", ""
    )


def test_what_it_goes_by_stands_below_it() -> None:
    towns = [Town("Homs"), Town("nowhere", None, None), Town("Homs Governorate", kind="governorate")]
    found = {
        **document(towns), "known_at": "2024-12-06T13:00:00Z", "published_by": "2024-12-05T21:00:00Z",
        "policy": "vote", "zone": "Asia/Damascus", "position": 1234,
    }  # fmt: skip
    outlines = {**NOTHING, "source": "Somebody", "caution": "Not ours."}
    told = " ".join(Read(mapped(found, outlines=outlines)).texts())
    assert "As recorded by 6 December 2024, 16:00 (+03, Asia/Damascus), event 1,234;" in told
    assert "only what had been published by 6 December 2024, 00:00" in told
    assert "judged by the rule vote." in told
    assert "1 of 2 places; 1 has no coordinates; 1 area is not drawn as points." in told
    assert "Outlines: Somebody. Not ours." in told


def test_without_a_place_to_draw_the_next_step_is_told() -> None:
    cases: list[tuple[list[Town], str, str]] = [
        ([Town("Homs", None, None)], "coordinates", "tracker place describe PLACE --lat"),
        ([Town("Homs", kind="governorate")], "only areas", "tracker regions"),
        ([], "of no place", "tracker status"),
    ]
    for towns, what, step in cases:
        with pytest.raises(BadInput, match=what) as refused:
            mapped(document(towns))
        assert step in refused.value.next_step


def test_a_title_of_ones_own_and_none() -> None:
    found = document([Town("Homs")])
    assert Read(mapped(found)).texts()[0] == "Who held which places"
    assert Read(mapped(found, Look(title="Situation"))).texts()[0] == "Situation"
    bare = Read(mapped(found, Look(title="")))
    assert bare.texts()[0] == "10 December 2024, 20:53 (UTC)"
    assert bare.told("title") == bare.texts()[0]


def test_lines_are_drawn_thin_and_the_disputed_are_dashed() -> None:
    line = [37500, 34500, 500, 500, 500, 1]
    outlines = {**NOTHING, "borders": [line], "disputed": [line]}
    svg = mapped(document([Town("Homs"), Town("Hama", 35.4, 38.3)]), outlines=outlines)
    assert svg.count("stroke-dasharray") == 1
    assert svg.count('fill="none" stroke="' + LIGHT.border) == 2


def test_many_places_stay_a_file_that_can_be_sent() -> None:
    draw = random.Random(3)
    towns = [Town(f"T{i}", draw.uniform(32, 37), draw.uniform(36, 42)) for i in range(20_000)]
    svg = mapped(document(towns))
    assert len(svg) < 1_300_000
    assert svg.count("<g id=") == 1, "a mark is drawn once and used"
    drawn = Read(svg).uses()
    assert len({(round(x), round(y)) for _, x, y in drawn}) > 0.97 * len(drawn)
    assert len(drawn) > 19_000


def test_a_place_is_counted_as_it_was_last() -> None:
    towns = [Town("Homs", course=((0, 0, 0, 0), (3, 1, 0, 0), (5, 0, 1, 0))), Town("later", course=())]
    found = moment(document(towns))
    assert (found.known, dict(found.held), found.contested) == (1, {1: 1}, 0)


DRAW = """
import sys
from tests.figures.hand import Town, document, mapped
towns = [
    Town(f"T{i % 7}", 33 + i % 13 / 3, 36 + i % 17 / 3, ((0, i % 3, i % 2, i % 5 == 0),))
    for i in range(200)
]
sys.stdout.write(mapped(document(towns)))
"""


def test_the_same_document_is_the_same_picture_to_the_byte() -> None:
    """In processes that order sets and dictionaries of text each in another way."""
    root = Path(__file__).parents[2]
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", DRAW], cwd=root, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True, check=True,
        )  # fmt: skip
        found.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(found) == 1


@pytest.mark.parametrize("width", [240, 400, 1000, 1600])
def test_everything_stays_on_the_page(width: int) -> None:
    towns = [Town(f"Place {i}", 33 + i % 5, 36 + i % 7, ((0, 0, i % 9, 0),)) for i in range(40)]
    sides = [f"The Front for the Liberation of Region {i}" for i in range(9)]
    svg = mapped(document(towns, sides), Look(width))
    read = Read(svg)
    height = float(read.root.attrib["height"])
    assert float(read.root.attrib["width"]) == width
    for one in read.root.iter("{http://www.w3.org/2000/svg}text"):
        size = float(one.attrib.get("font-size", 0))
        right = float(one.attrib["x"]) + (letters.width(one.text or "", size) if size else 0)
        assert right <= width, one.text
        assert float(one.attrib["y"]) < height


def test_a_region_is_drawn_alone_with_the_marks_of_the_whole(demo: Demo) -> None:
    tracker = Tracker(demo.folder / "demo" / "tracker.db")
    whole: dict[str, Any] = tracker.map(end=MOMENTS[1])
    part = tracker.map(end=MOMENTS[1], region="Aleppo Governorate")
    assert part["region"]["name"] == "Aleppo Governorate"
    assert {"Aleppo", "Nayrab military airport"} <= {*part["places"]["name"]} < {*whole["places"]["name"]}
    marks = ("id", "name", "shape", "colour", "dark")
    assert [[one[key] for key in marks] for one in part["actors"]] == [
        [one[key] for key in marks] for one in whole["actors"]
    ]
    read = Read(mapped(part))
    assert read.texts()[1].endswith("in Aleppo Governorate")
    assert sum(one["held"] for one in part["actors"]) == sum(
        status == 0
        for status in {**dict(zip(part["spans"]["place"], part["spans"]["status"], strict=True))}.values()
    )


def test_a_side_keeps_its_mark_from_one_map_to_the_next(demo: Demo) -> None:
    """Two maps of one report: whoever is a circle on the one is no square on the other."""
    tracker = Tracker(demo.folder / "demo" / "tracker.db")
    marks = [{actor["id"]: mark_number(actor) for actor in tracker.map(end=at)["actors"]} for at in MOMENTS]
    for some in marks:
        assert {side: marks[-1].get(side, number) for side, number in some.items()} == some


def test_one_side_without_a_mark_of_its_own_is_named() -> None:
    """Also where sides before it, of the whole record, are not on this map."""
    found = document([Town("Homs", course=((0, 0, 1, 0),)), Town("Hama", 35.5, 38)], sides=("Reds", "Few"))
    found["actors"][1] |= OTHER._asdict()
    read = Read(mapped(found))
    assert read.legend() == {"Reds": "1", "Few": "1"}
    assert {mark for mark, _, _ in read.uses()} == {"s0-full", "s6-full"}


def test_two_pictures_in_one_page_share_no_id() -> None:
    """The frame and the marks of the one would be those of the other."""
    found = document([Town("Homs"), Town("Hama", 35.5, 38)])
    ids: list[str] = []
    for svg in (mapped(found), mapped(found, Look(600)), chart_svg(chart_document(found), Look())):
        root = Read(svg).root
        own = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
        assert root.attrib["aria-labelledby"].split() == own[:2], "title and description"
        ids += own
    assert len(ids) == len({*ids})
