"""Decides where a time axis is marked and what stands there: hours, days, months or years of the zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tracker.figures.paper import day_text, month_text
from tracker.zones import instant_of, local_of, zone_of

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
_STEPS: Final = (
    *((n * HOUR, "hour", n) for n in (1, 2, 3, 6, 12)),
    *((n * DAY, "day", n) for n in (1, 2, 5, 10)),
    *((n * 30 * DAY, "month", n) for n in (1, 2, 3, 6)),
    *((n * 365 * DAY, "year", n) for n in (1, 2, 5, 10, 20, 50, 100)),
)


class Tick(NamedTuple):
    """An instant that is marked, what stands there, and below it, where that begins: its day or its year."""

    at: int
    told: str
    below: str


def ticks(start: int, end: int, zone: str, most: int) -> list[Tick]:
    """So many at most, at round times of the zone."""
    kind, count = next(
        ((kind, count) for length, kind, count in _STEPS if (end - start) / length <= max(most, 1)),
        ("year", 500),
    )
    told: list[Tick] = []
    last = ""
    for local in _round(local_of(start, zone_of(zone)), local_of(end, zone_of(zone)), kind, count):
        at = instant_of(local, zone_of(zone))
        if not start <= at <= end:
            continue
        below = _below(at, local, zone, kind)
        told.append(Tick(at, _told(at, local, zone, kind), below if below != last else ""))
        last = below
    return told


def _round(start: datetime, end: datetime, kind: str, count: int) -> Iterator[datetime]:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "hour":
        while day <= end:
            yield day
            day += timedelta(hours=count)
        return
    if kind == "day":
        while day <= end:
            # of five: 1, 6, 11, …, 26; the last days of a month stand too near to the next first
            if count == 1 or (day.day % count == 1 % count and day.day + count // 2 <= 31):
                yield day
            day += timedelta(days=1)
        return
    month = day.year * 12 + day.month - 1
    step = count if kind == "month" else 12 * count
    month -= month % step
    while month <= end.year * 12 + end.month - 1:
        if month >= 12:
            yield datetime(month // 12, month % 12 + 1, 1)  # noqa: DTZ001  what a clock of the zone shows
        month += step


def _told(at: int, local: datetime, zone: str, kind: str) -> str:
    if kind == "hour":
        return f"{local:%H:%M}"
    if kind == "day":
        return day_text(at, zone, year=False)
    return month_text(local.month) if kind == "month" else str(local.year)


def _below(at: int, local: datetime, zone: str, kind: str) -> str:
    if kind == "hour":
        return day_text(at, zone)
    return "" if kind == "year" else str(local.year)
