"""Decides how a moment is drawn as a map: outlines, marks, names, legend, scale, and what it goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import sqrt
from typing import Any, Final

from tracker.errors import BadInput
from tracker.figures import letters, mercator, shapes
from tracker.figures.labels import Room, Wanted, written
from tracker.figures.mercator import Window, fitted
from tracker.figures.moment import CONTESTED, SHARED, UNKNOWN, Moment, Spot, mark_number, moment
from tracker.figures.paper import (
    OWN,
    Ink,
    Look,
    Page,
    check_look,
    counted,
    cut_off,
    legend,
    moment_text,
    number,
    text,
)  # fmt: skip
from tracker.marks import MARKS, NOBODY, OTHER
from tracker.zones import parse_iso

Document = Mapping[str, Any]
Outlines = Mapping[str, Any]
TITLE: Final = "Who held which places"
_NOBODY: Final = -1
_SHORT: Final = {"full": "f", "hatched": "h", "hollow": "o"}
_CROWDED: Final = 3
"""So many times as many places as names have room: then those of great towns may hide some marks."""
_STRAY: Final = 0.6
"""Pixels by which a line may be drawn straighter than it is."""


def window_of(document: Document, look: Look) -> tuple[Moment, Window]:
    """What is drawn, and the part of the Earth that it is drawn on. Raises BadInput where there is none."""
    check_look(look)
    found = moment(document)
    if not found.spots:  # a window needs a place
        raise BadInput(**_why_empty(found))
    size = look.size
    frame = look.width - 2 * look.pad
    window = fitted(
        [(spot.lon, spot.lat) for spot in found.spots], frame, margin=min(size * 3.2, frame * 0.12),
        lowest=frame * 0.5, highest=frame * (1.25 if look.width < 600 else 0.95),
    )  # fmt: skip
    return found, window


def _why_empty(found: Moment) -> dict[str, str]:
    if found.nowhere:
        return {
            "what": f"none of {counted(found.nowhere, 'place', 'places')} has coordinates: there is no map",
            "try_": "tracker place describe PLACE --lat 35.33 --lon 40.14; tracker chart does without",
        }
    if found.areas:
        return {
            "what": "only areas are told of, and a map shows places as points",
            "try_": "tracker regions tells of areas",
        }
    return {
        "what": "of no place anything is known by then, so there is no map",
        "try_": "tracker status shows what is known; a later --at",
    }


def map_svg(document: Document, outlines: Outlines, look: Look, found: Moment, window: Window) -> str:
    """The picture."""
    page, marks = Page(look), _Marks(document, look, _radius(found, window))
    title = letters.plain(TITLE if look.title is None else look.title)
    region = (document.get("region") or {}).get("name")
    when = moment_text(parse_iso(document["to"]), document["zone"])
    below = letters.plain(f"{when}, in {region}" if region else when)
    page.head(title, below)
    _map(page, outlines, found, window, marks)
    legend(page, _legend(document, found, marks))
    page.foot(_foot(document, outlines, found))
    page.defs[:0] = marks.defs()
    return page.svg(f"{title}, {below}" if title else below, _description(document, found))


def _map(page: Page, outlines: Outlines, found: Moment, window: Window, marks: _Marks) -> None:
    """The map itself. Everything is cut at its frame here: not every program that shows SVG can."""
    look, ink = page.look, page.ink
    size = f'width="{number(window.width)}" height="{number(window.height)}"'
    page.add(
        f'<g transform="translate({number(look.pad)} {number(page.y)})">',
        f'<rect {size} fill="{ink.ground}"/>',
        *_lines(outlines, window, ink, look.size / 12.5),
        *_marks(found.spots, window, marks),
        *_names(found.spots, window, marks, look),
        f'<rect {size} fill="none" stroke="{ink.frame}"/>',
        "</g>",
    )
    page.y += window.height + look.size * 0.2


class _Marks:
    """The marks of a picture: each is drawn once, and used wherever a place has it."""

    def __init__(self, document: Document, look: Look, radius: float) -> None:
        self.radius = radius
        self.legend_radius = round(look.size * 0.44, 1)
        self._numbers = [mark_number(actor) for actor in document["actors"]]
        self._look = look
        self._used: dict[str, str] = {}

    def of(self, spot: Spot) -> str:
        """The id of a place's mark."""
        if spot.status == UNKNOWN:
            return self._id(_NOBODY, "full")
        side = spot.side if spot.side == _NOBODY else self.number(spot.side)
        return self._id(side, "hatched" if spot.status == CONTESTED else "hollow" if spot.stale else "full")

    def number(self, side: int) -> int:
        """Which mark a side has."""
        return self._numbers[side]

    def _id(self, mark: int, manner: str) -> str:
        key = f"{OWN}{'n' if mark == _NOBODY else mark}{_SHORT[manner]}"
        if key not in self._used:
            self._used[key] = self.drawn(mark, manner, self.radius)
        return key

    def drawn(self, mark: int, manner: str, radius: float) -> str:
        """The elements of a mark, by its number."""
        ink = self._look.ink
        if mark == _NOBODY:
            shape = NOBODY.shape if manner == "full" else "circle"
            return shapes.drawn(shape, manner, radius, ink.nobody, ink.paper)
        own = OTHER if mark == SHARED else MARKS[mark]
        return shapes.drawn(own.shape, manner, radius, own.dark if self._look.dark else own.colour, ink.paper)

    def defs(self) -> list[str]:
        """Those that places have."""
        return [f'<g id="{key}">{drawn}</g>' for key, drawn in sorted(self._used.items())]


def _radius(found: Moment, window: Window) -> float:
    """Smaller where there are many."""
    room = sqrt(window.width * window.height / len(found.spots))
    return round(min(max(room * 0.15, window.width * 0.0012 + 0.6, 1.4), window.width * 0.0035 + 3.2), 1)


def _lines(outlines: Outlines, window: Window, ink: Ink, thick: float) -> Iterator[str]:
    """What is drawn below the marks, the faint first."""
    for key, colour, stroke, dashes in (
        ("regions", ink.region, 0.9, ""),
        ("coast", ink.coast, 0.9, ""),
        ("borders", ink.border, 1.2, ""),
        ("disputed", ink.border, 1.2, f' stroke-dasharray="{number(4 * thick)} {number(3 * thick)}"'),
    ):
        path = "".join(_path(line, window) for line in outlines[key])
        if path:
            yield (
                f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{number(stroke * thick)}"'
                f' stroke-linejoin="round"{dashes}/>'
            )


def _path(line: Sequence[int], window: Window) -> str:
    """A polyline without the points that nobody sees."""
    lon = lat = 0
    points: list[mercator.Point] = []
    last = len(line) - 2
    for i in range(0, len(line), 2):
        lon, lat = lon + line[i], lat + line[i + 1]
        x, y = window.beside(lon / 1000, lat / 1000)
        if not points or i == last or abs(x - points[-1][0]) + abs(y - points[-1][1]) >= _STRAY:
            points.append((x, y))
    pieces = mercator.inside(points, window.width, window.height)
    return "".join("M" + "L".join(f"{number(x)} {number(y)}" for x, y in piece) for piece in pieces)


def _marks(spots: Sequence[Spot], window: Window, marks: _Marks) -> Iterator[str]:
    """Every place, the important on top; of those with the same mark on the same pixel, one."""
    drawn: dict[tuple[str, int, int], str] = {}
    for spot in spots:
        x, y = window.at(spot.lon, spot.lat)
        mark = marks.of(spot)
        key = (mark, round(x), round(y))
        drawn.pop(key, None)
        drawn[key] = f'<use xlink:href="#{mark}" x="{number(x)}" y="{number(y)}"/>'
    yield from drawn.values()


def _names(spots: Sequence[Spot], window: Window, marks: _Marks, look: Look) -> Iterator[str]:
    """The scale, and the names that have room beside it."""
    size, ink = look.size * 0.92, look.ink
    beneath, texts = Room(size * 2), Room(size * 3)
    wanted = []
    for spot in reversed(spots):
        x, y = window.at(spot.lon, spot.lat)
        if spot.status != UNKNOWN:
            near = marks.radius * 0.7
            beneath.take((x - near, y - near, x + near, y + near))
        wanted.append((spot.name, x, y))
    yield from _bar(window, look, texts)
    named = (
        Wanted(name, x, y, marks.radius, letters.width(name, size))
        for name, x, y in ((letters.cut(letters.plain(name), size, size * 18), x, y) for name, x, y in wanted)
        if name
    )
    most = round(window.width * window.height / (size * size * 45))
    over = most // 4 if len(spots) > _CROWDED * most else 8
    frame = (1, 1, window.width - 1, window.height - 1)
    labels = written(named, beneath, texts, size, frame, most, over)
    halo = f' fill="none" stroke="{ink.ground}" stroke-width="{number(size * 0.26)}" stroke-linejoin="round"'
    if labels:
        places = "".join(_text(one.text, one.x, one.y) for one in labels)
        yield f'<g font-size="{number(size)}"{halo} aria-hidden="true">{places}</g>'
        yield f'<g font-size="{number(size)}" fill="{ink.text}">{places}</g>'


def _text(told: str, x: float, y: float) -> str:
    return f'<text x="{number(x)}" y="{number(y)}">{escape(told, quote=False)}</text>'


def _bar(window: Window, look: Look, texts: Room) -> Iterator[str]:
    """The scale, in the lower left corner."""
    km, long = mercator.bar(window, window.width * 0.2)
    size = look.size * 0.85
    x, y = look.size, window.height - look.size
    up = number(y - size * 0.4)
    told = f"{km:,.0f} km" if km >= 1 else f"{km * 1000:,.0f} m"
    right = x + long + size * 0.8 + letters.width(told, size)
    texts.take((0, y - size * 1.5, right, window.height))
    behind = f'width="{number(right - x + size * 0.4)}" height="{number(size * 1.7)}"'
    yield (
        f'<rect x="{number(x - size * 0.4)}" y="{number(y - size * 1.2)}" {behind} fill="{look.ink.ground}"'
        ' fill-opacity="0.8"/>'
    )
    yield (
        f'<path d="M{number(x)} {up}V{number(y)}H{number(x + long)}V{up}"'
        f' fill="none" stroke="{look.ink.quiet}" stroke-width="{number(look.size / 10)}"/>'
    )
    yield text(told, x + long + size * 0.4, y, size, look.ink.quiet)


def _legend(document: Document, found: Moment, marks: _Marks) -> list[list[tuple[str, str, str]]]:
    """Who holds how many places, and how many are nobody's for sure."""
    actors = document["actors"]
    radius = marks.legend_radius
    shown = {spot.side for spot in found.spots if spot.status != UNKNOWN} - {_NOBODY} | set(found.held)
    ranked = sorted(shown, key=lambda side: (-found.held.get(side, 0), side))
    others = [side for side in ranked if marks.number(side) == SHARED]
    sides = [
        (
            marks.drawn(marks.number(side), "full", radius),
            letters.plain(actors[side]["name"]),
            f"{found.held.get(side, 0):,}",
        )
        for side in ranked
        if side not in others or len(others) == 1
    ]
    if len(others) > 1:
        count = sum(found.held.get(side, 0) for side in others)
        sides.append((marks.drawn(SHARED, "full", radius), f"{len(others)} other sides", f"{count:,}"))
    states = [
        (marks.drawn(_NOBODY, manner, radius), name, f"{count:,}")
        for manner, name, count in (
            ("hatched", "contested", found.contested),
            ("hollow", "stale", found.stale),
            ("full", "unknown", found.unknown),
        )
        if count
    ]
    return [row for row in (sides, states) if row]


def _foot(document: Document, outlines: Outlines, found: Moment) -> Iterator[str]:
    yield cut_off(document)
    left_out = [
        *([f"{counted(found.nowhere, 'has', 'have')} no coordinates"] if found.nowhere else []),
        *([f"{counted(found.areas, 'area is', 'areas are')} not drawn as points"] if found.areas else []),
    ]
    told = f"{len(found.spots):,} of {counted(found.known, 'place', 'places')}"
    yield "; ".join((told, *left_out)) + "."
    if outlines["source"]:
        yield f"Outlines: {outlines['source']}. {outlines['caution']}".strip()


def _description(document: Document, found: Moment) -> str:
    """The numbers, for who does not see the picture."""
    actors = document["actors"]
    ranked = sorted(found.held.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{letters.plain(actors[side]['name'])} {count:,}" for side, count in ranked]
    states = [
        f"{name} {count:,}"
        for name, count in (
            ("contested", found.contested),
            ("unknown", found.unknown),
            ("stale", found.stale),
        )
    ]
    return (
        f"A map of {counted(len(found.spots), 'place', 'places')}, of {found.known:,} that something is known"
        f" of. Held by: {', '.join(told) or 'nobody'}. Beside that: {', '.join(states)}."
    )
