"""Decides how map documents are made by hand, and how a picture is read again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.etree import ElementTree

from tracker.figures.map import map_svg, window_of
from tracker.figures.paper import Look
from tracker.marks import marks

Document = dict[str, Any]
DAY = 86_400_000_000
START = 1_733_000_000_000_000
NOTHING: Document = {
    "coast": [], "borders": [], "disputed": [], "regions": [], "source": "nobody", "caution": "",
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


class Town(NamedTuple):
    """A place and how it ran: (day, status, side, stale)."""

    name: str
    lat: float | None = 35.0
    lon: float | None = 38.0
    course: Sequence[tuple[int, int, int, int]] = ((0, 0, 0, 0),)
    population: int | None = None
    claims: int = 1
    kind: str = "town"


def document(towns: Sequence[Town], sides: Sequence[str] = ("Reds", "Blues"), days: int = 10) -> Document:
    """What `Tracker.map` would answer of these places."""
    looks = marks({side: len(sides) - i for i, side in enumerate(sides)})
    spans = [
        (place, START + day * DAY, status, side, 90, stale)
        for place, town in enumerate(towns)
        for day, status, side, stale in town.course
    ]
    columns = ("place", "from", "status", "side", "confidence", "stale")
    return {
        "from": "2024-11-30T20:53:20Z", "to": _iso(days), "known_at": None, "published_by": None,
        "policy": "bayes", "position": 7, "zone": "UTC",
        "actors": [{"id": side.lower(), "name": side, **looks[side]._asdict(), "held": 0} for side in sides],
        "places": {
            "id": [f"p{i}" for i in range(len(towns))], "name": [town.name for town in towns],
            "names": [[] for _ in towns], "kind": [town.kind for town in towns],
            "region": [None for _ in towns], "lat": [town.lat for town in towns],
            "lon": [town.lon for town in towns], "population": [town.population for town in towns],
            "claims": [town.claims for town in towns],
        },
        "spans": {key: [row[i] for row in spans] for i, key in enumerate(columns)},
    }  # fmt: skip


def _iso(days: int) -> str:
    from tracker.zones import iso

    return iso(START + days * DAY)


def mapped(found: Document, look: Look | None = None, outlines: Document | None = None) -> str:
    """The map of a document."""
    look = look or Look()
    moment, window = window_of(found, look)
    return map_svg(found, outlines or NOTHING, look, moment, window)


class Read:
    """A picture, read as a program reads it."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)

    def tags(self) -> set[str]:
        """Which elements there are."""
        return {element.tag.removeprefix(SVG) for element in self.root.iter()}

    def texts(self) -> list[str]:
        """Every line of text."""
        return [element.text or "" for element in self.root.iter(f"{SVG}text")]

    def uses(self) -> list[tuple[str, float, float]]:
        """Every mark on the map, in the order in which they are drawn."""
        return [
            (_mark(one.attrib[LINK]), float(one.attrib["x"]), float(one.attrib["y"]))
            for one in self.root.iter(f"{SVG}use")
        ]

    def told(self, tag: str) -> str:
        """The title or the description."""
        return self.root.findtext(f"{SVG}{tag}") or ""

    def legend(self) -> dict[str, str]:
        """What each entry of the legend counts."""
        texts = self.texts()
        return {name: count for name, count in pairwise(texts) if re.fullmatch(r"[\d,]+", count)}


def _mark(link: str) -> str:
    """The mark behind the id of a picture: `s0-full` is the first side's, `n-full` nobody's."""
    found = re.fullmatch(r"#m[0-9a-f]{5}([0-9n])([fho])", link)
    assert found, link
    side = "n" if found[1] == "n" else f"s{found[1]}"
    return f"{side}-{ {'f': 'full', 'h': 'hatched', 'o': 'hollow'}[found[2]] }"
