"""Decides how a course is drawn as a chart: a stepped line for each side, named at its end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput
from tracker.figures import letters, shapes
from tracker.figures.calendar import ticks
from tracker.figures.course import PLACES, POPULATION
from tracker.figures.moment import SHARED, mark_number
from tracker.figures.paper import (
    Ink,
    Look,
    Page,
    check_look,
    counted,
    cut_off,
    moment_text,
    number,
    text,
)  # fmt: skip
from tracker.marks import NOBODY, OTHER
from tracker.zones import parse_iso

Document = Mapping[str, Any]
TITLES: Final = {
    PLACES: "How many places each side held",
    POPULATION: "How many people lived in places that each side held",
}
DASHES: Final = ((), (7, 2.5), (2, 2), (8, 2.5, 2, 2.5), (4, 4), (1, 2.5), (10, 3, 2, 3, 2, 3))
"""By the number of a side; the last is for all others together."""
CONTESTED_DASHES: Final = (3, 5)
UNKNOWN_DASHES: Final = (1.2, 3)


class Series(NamedTuple):
    """A line: what it is called, how many at each change, and how it is drawn."""

    name: str
    counts: Sequence[int]
    colour: str
    shape: str
    manner: str
    dashes: Sequence[float]
    thick: float


class Plot(NamedTuple):
    """Where the lines are drawn: the axes' ends in pixels and in what they measure."""

    left: float
    top: float
    width: float
    height: float
    start: int
    end: int
    most: int

    def x(self, instant: int) -> float:
        """Where an instant lies."""
        return self.left + self.width * (instant - self.start) / (self.end - self.start)

    def y(self, count: float) -> float:
        """Where a number lies."""
        return self.top + self.height * (1 - count / self.most)


def chart_svg(document: Document, look: Look) -> str:
    """The picture. Raises BadInput where there is nothing to draw."""
    check_look(look)
    times = [parse_iso(instant) for instant in document["times"]]
    if not times:
        raise BadInput(
            what="of no place anything is known by then, so there is no chart",
            try_="tracker status shows what is known; a later --to",
        )
    start, end = parse_iso(document["from"]), parse_iso(document["to"])
    if start >= end:
        raise BadInput(what="the chart begins where it ends", try_="an earlier --from, or a later --to")
    page = Page(look)
    title = letters.plain(TITLES[document["count"]] if look.title is None else look.title)
    region = (document["region"] or {}).get("name")
    zone = document["zone"]
    span = f"{moment_text(start, zone).rpartition(' (')[0]} to {moment_text(end, zone)}"
    below = letters.plain(f"{span}, in {region}" if region else span)
    page.head(title, below)
    drawn = _series(document, look)
    page.add(*_chart(page, drawn, times, start, end, zone))
    page.foot(_foot(document))
    return page.svg(f"{title}, {below}" if title else below, _description(document, drawn))


def _series(document: Document, look: Look) -> list[Series]:
    """The lines, the side that ever held most first, contested and unknown last; none of nought."""
    shade = "dark" if look.dark else "colour"
    sides = [
        Series(
            letters.plain(actor["name"]), document["held"][actor["id"]], actor[shade], actor["shape"],
            "full", DASHES[mark_number(actor)], 1.9,
        )
        for actor in document["actors"]
        if mark_number(actor) != SHARED
    ]  # fmt: skip
    others = [actor for actor in document["actors"] if mark_number(actor) == SHARED]
    if others := [actor for actor in others if any(document["held"][actor["id"]])]:
        columns = [document["held"][actor["id"]] for actor in others]
        together = [sum(counts) for counts in zip(*columns, strict=True)]
        name = letters.plain(others[0]["name"]) if len(others) == 1 else f"{len(others)} other sides"
        sides.append(Series(name, together, getattr(OTHER, shade), OTHER.shape, "full", DASHES[-1], 1.6))
    grey = getattr(NOBODY, shade)
    states = [
        Series("contested", document["contested"], grey, "circle", "hatched", CONTESTED_DASHES, 1.3),
        Series("unknown", document["unknown"], grey, NOBODY.shape, "full", UNKNOWN_DASHES, 1.5),
    ]
    return [one for one in (*sides, *states) if any(one.counts)]


def _chart(
    page: Page, drawn: Sequence[Series], times: Sequence[int], start: int, end: int, zone: str
) -> Iterator[str]:
    look, ink = page.look, page.ink
    size = look.size
    most, step = _steps(max((max(one.counts) for one in drawn), default=1))
    mark = size * 1.6
    told = [(letters.cut(one.name, size, page.inner * 0.24), _short(one.counts[-1])) for one in drawn]
    right = max((letters.width(f"{name}  {count}", size) for name, count in told), default=0) + mark + size
    left = max(letters.width(_short(most), size), size) + size * 0.6
    high = max(min(look.width * 0.46, 900), size * 2.2 * len(drawn), 150)
    plot = Plot(look.pad + left, page.y + size, page.inner - left - right, high, start, end, most)
    yield from _axes(plot, step, zone, look)
    order, columns = list(enumerate(drawn))[::-1], _columns(plot, times)
    for _, one in order:
        path = _path(plot, columns, one.counts)
        yield (
            f'<path d="{path}" fill="none" stroke="{one.colour}"'
            f' stroke-width="{number(one.thick * size / 12)}" stroke-linejoin="round"{_dashed(one, size)}/>'
        )
    for i, one in order:
        yield from _marked(plot, times, one, i, len(drawn), size, ink)
    ends = [plot.y(one.counts[-1]) for one in drawn]
    apart = _apart(ends, size * 1.45, plot.top, plot.top + plot.height)
    for one, (name, count), end_y, y in zip(drawn, told, ends, apart, strict=True):
        x = plot.left + plot.width
        yield (
            f'<path d="M{number(x + 2)} {number(end_y)}L{number(x + size * 0.55)} {number(y)}" fill="none"'
            f' stroke="{one.colour}" stroke-width="{number(size / 14)}"/>'
        )
        yield _mark(one, x + size * 1.1, y, size * 0.4, ink)
        yield text(name, x + mark + size * 0.3, y + size * 0.35, size, ink.text)
        at = x + mark + size * 0.3 + letters.width(f"{name}  ", size)
        yield text(count, at, y + size * 0.35, size, ink.quiet)
    page.y = plot.top + plot.height + size * 3.4


def _axes(plot: Plot, step: int, zone: str, look: Look) -> Iterator[str]:
    ink, size = look.ink, look.size * 0.92
    bottom, right = plot.top + plot.height, plot.left + plot.width
    for count in range(0, plot.most + 1, step):
        y = plot.y(count)
        stroke = ink.frame if count == 0 else ink.region
        yield f'<path d="M{number(plot.left)} {number(y)}H{number(right)}" stroke="{stroke}"/>'
        yield text(_short(count), plot.left - size * 0.5, y + size * 0.35, size, ink.quiet, anchor="end")
    for tick in ticks(plot.start, plot.end, zone, int(plot.width / (size * 5.2))):
        x = plot.x(tick.at)
        yield f'<path d="M{number(x)} {number(bottom)}v{number(size * 0.4)}" stroke="{ink.quiet}"/>'
        yield text(tick.told, x, bottom + size * 1.6, size, ink.quiet, anchor="middle")
        if tick.below:
            yield text(tick.below, x, bottom + size * 2.8, size, ink.quiet, anchor="middle")


def _columns(plot: Plot, times: Sequence[int]) -> list[tuple[float, int]]:
    """Half pixels in which something changes, each with the number of the last change in it."""
    found: dict[float, int] = {}
    for i, instant in enumerate(times):
        found[round(plot.x(max(instant, plot.start)) * 2) / 2] = i
    return [*found.items()]


def _path(plot: Plot, columns: Sequence[tuple[float, int]], counts: Sequence[int]) -> str:
    """Steps, none where nothing changes; no line where it is nought."""
    points: list[tuple[float, int]] = []
    for x, i in columns:
        if not points or points[-1][1] != counts[i]:
            points.append((x, counts[i]))
    (x, before), *later = points
    told = f"M{number(x)} {number(plot.y(before))}" if before else ""
    for x, count in later:
        told += f"H{number(x)}" if before else f"M{number(x)} {number(plot.y(0))}" if count else ""
        told += f"V{number(plot.y(count))}" if before or count else ""
        before = count
    return f"{told}H{number(plot.left + plot.width)}" if before else told


def _marked(
    plot: Plot, times: Sequence[int], one: Series, i: int, of: int, size: float, ink: Ink
) -> Iterator[str]:
    """Marks along a line, each line's at other places, so that lines on each other are told apart."""
    apart = max(plot.width / 6, size * 9)
    x = plot.left + apart * (i + 0.5) / of
    while x < plot.left + plot.width - size:
        instant = plot.start + round((x - plot.left) / plot.width * (plot.end - plot.start))
        at = bisect_right(times, instant) - 1
        if at >= 0 and one.counts[at]:
            yield _mark(one, x, plot.y(one.counts[at]), size * 0.32, ink)
        x += apart


def _mark(one: Series, x: float, y: float, radius: float, ink: Ink) -> str:
    drawn = shapes.drawn(one.shape, one.manner, round(radius, 1), one.colour, ink.paper)
    return f'<g transform="translate({number(x)} {number(y)})">{drawn}</g>'


def _dashed(one: Series, size: float) -> str:
    if not one.dashes:
        return ""
    return f' stroke-dasharray="{" ".join(number(dash * size / 12) for dash in one.dashes)}"'


def _apart(wanted: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Heights as near to those wanted as they can be without touching."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    found = list(wanted)
    low = top - gap
    for i in order:
        low = found[i] = max(found[i], low + gap)
    high = bottom + gap
    for i in reversed(order):
        high = found[i] = min(found[i], high - gap)
    return found


def _steps(most: int) -> tuple[int, int]:
    """The end of the axis, and its steps: one, two or five of some size, six at most."""
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times * 6 >= most:
                return max(-(-most // (step * times)), 1) * step * times, step * times
        step *= 10


def _short(count: int) -> str:
    """A number in few signs: ``950``, ``12,400``, ``1.25 M``."""
    if count < 100_000:
        return f"{count:,}"
    told, unit = (count / 1e6, "M") if count >= 1_000_000 else (count / 1e3, "k")
    return f"{told:.2f}".rstrip("0").rstrip(".") + f" {unit}" if told < 10 else f"{told:,.0f} {unit}"


def _foot(document: Document) -> Iterator[str]:
    yield cut_off(document)
    told = f"{counted(document['places'], 'place', 'places')} of which something is known"
    if document["count"] == POPULATION and (lacking := document["without_population"]):
        told += (
            f"; {counted(lacking, 'has no population and counts', 'have no population and count')} as nobody"
        )
    if document["areas"]:
        told += f"; {counted(document['areas'], 'area is', 'areas are')} not counted"
    yield told + ". Who held a place before anything was said of it is not known."


def _description(document: Document, drawn: Sequence[Series]) -> str:
    """The numbers, for who does not see the picture."""
    what = "places" if document["count"] == PLACES else "people"
    told = (f"{one.name} from {one.counts[0]:,} to {one.counts[-1]:,}" for one in drawn)
    return f"A chart of how many {what} each side held, from the first change to the last: {', '.join(told)}."
