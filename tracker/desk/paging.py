"""Decides what the page that is one file is made of: the map, what was known when, the reasons, the outlines.

It depends on the record and on what is asked, and on nothing else: asked again, it is the same byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from tracker.exporters.coarse import blurred
from tracker.outlines import outlines
from tracker.page.onefile import one_file
from tracker.reader import Reader
from tracker.views.atlas import map_document
from tracker.views.handover import handover_document
from tracker.views.log import cut_off
from tracker.views.situation import Question
from tracker.zones import instant_of, local_of, show, zone_of

Document = dict[str, Any]
MOST: Final = 6_000
"""So many places times days of knowledge a file carries at most, the latest days."""
DAYS: Final = 60
WIDE: Final = 15.0
"""Degrees."""
_QUARTER: Final = 900_000_000
"""us. Local days begin at quarters of an hour, wherever one is."""


def page(
    reader: Reader, question: Question, known: int, zone: str, *, title: str = "",
    below: str = "", boundaries: str | None = None, blur: float | None = None,
) -> tuple[str, int]:  # fmt: skip
    """The page as text, and how many places it tells of.

    `known` is the position up to which is known; `below` is markup that stands below the map; `blur`
    puts places on a grid of so many kilometres; `boundaries` names a GeoJSON instead of Natural Earth's
    outlines.
    """
    told = map_document(reader, question, None, zone)
    evidence = handover_document(reader, question, known)
    knowledge = [
        map_document(reader, question._replace(known_at=day, position=None), None, zone)
        for day in _days(reader, question, known, zone, len(told["places"]["id"]))
    ]
    for one in (told, *knowledge):
        _blur(one, blur)
    text = one_file(
        told, evidence, _outlined(told, boundaries), knowledge=knowledge,
        title=title or f"Who holds what, {show(question.at, zone)[:10]}",
        lead="; ".join(_told(reader, question, known, zone)),
        below=below,
    )  # fmt: skip
    return text, len(told["places"]["id"])


def _days(reader: Reader, question: Question, known: int, zone: str, places: int) -> list[int]:
    """The ends of the local days on which something was recorded, but for the last; not more than fit."""
    published = question.published_by
    bound = {} if published is None else {"published": published}
    quarters = reader.rows(
        f"SELECT DISTINCT recorded_at / {_QUARTER} FROM claims WHERE from_pos <= :known AND event_at <= :at"
        f"{' AND reported_at <= :published' if bound else ''}",
        known=known, at=question.at, **bound,
    )  # fmt: skip
    last = question.known_at if question.known_at is not None else question.at
    days = sorted({_end_of_day(int(row[0]) * _QUARTER, zone) for row in quarters})
    fitting = min(DAYS, MOST // max(1, places))
    earlier = [day for day in days[:-1] if day < last]
    return earlier[-fitting:] if fitting else []


def _end_of_day(instant: int, zone: str) -> int:
    """The last microsecond of a local day."""
    where = zone_of(zone)
    day = local_of(instant, where).date() + timedelta(days=1)
    return instant_of(datetime.combine(day, time()), where) - 1


def _blur(told: Document, km: float | None) -> None:
    if km is None:
        return
    places = told["places"]
    for i, (lat, lon) in enumerate(zip(places["lat"], places["lon"], strict=True)):
        if lat is not None and lon is not None:
            places["lat"][i], places["lon"][i] = blurred((lat, lon), km)


def _bounds(told: Document) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the places with some room; None where none has coordinates."""
    points = [
        (lat, lon)
        for lat, lon in zip(told["places"]["lat"], told["places"]["lon"], strict=True)
        if lat is not None and lon is not None
    ]
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    wide, high = (max(2.0, max(some) - min(some)) / 4 for some in (lons, lats))
    return (
        max(-180.0, min(lons) - wide), max(-85.0, min(lats) - high),
        min(180.0, max(lons) + wide), min(85.0, max(lats) + high),
    )  # fmt: skip


def _outlined(told: Document, boundaries: str | None) -> Document:
    """The outlines around the places; of much of the world without its provinces, which take most room."""
    bounds = _bounds(told)
    found: Document = dict(outlines(bounds, boundaries))
    if boundaries is None and bounds is not None and bounds[2] - bounds[0] > WIDE:
        found["regions"] = []
    return found


def _told(reader: Reader, question: Question, known: int, zone: str) -> Iterator[str]:
    """What the file is of, in a line."""
    found = cut_off(reader)
    yield f"as of {show(question.at, zone)}"
    if question.known_at is not None:
        yield f"as known on {show(question.known_at, zone)}"
    if question.published_by is not None:
        yield f"published by {show(question.published_by, zone)}"
    yield f"record up to position {min(known, found['position']):,}"
