"""Decides when a night is due: one instant for each local calendar day, whatever the clocks do.

A wall-clock time that a day skips falls on the first instant after the gap, one that it has twice on the
first of the two. A day that a zone leaves out (Samoa had no 30 December 2011) has no slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from tracker.zones import instant_of, local_of

_DAY: Final = timedelta(days=1)


def slot(day: date, hour: time, zone: tzinfo) -> int | None:
    """The instant (us since the epoch) at which a day's night is due; None: the zone has no such day."""
    begins = instant_of(datetime.combine(day, time()), zone)
    return instant_of(datetime.combine(day, hour), zone) if local_of(begins, zone).date() == day else None


def due(now: int, hour: time, zone: tzinfo) -> date:
    """The latest local day whose slot is not after an instant."""
    day = local_of(now, zone).date()
    while (at := slot(day, hour, zone)) is None or at > now:
        day -= _DAY
    return day


def following(day: date, hour: time, zone: tzinfo) -> tuple[date, int]:
    """The next day after one that has a slot, and that slot."""
    while (at := slot(day + _DAY, hour, zone)) is None:
        day += _DAY
    return day + _DAY, at


def between(after: date, until: date, hour: time, zone: tzinfo) -> Iterator[tuple[date, int]]:
    """The days after one and up to another that have a slot, with it."""
    day = after
    while day < until:
        day += _DAY
        if (at := slot(day, hour, zone)) is not None:
            yield day, at
