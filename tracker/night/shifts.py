"""Decides how a person's question about a night is read, and what is answered."""

from __future__ import annotations

import time as wall
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from tracker.desk.recording import payload
from tracker.errors import BadInput, NotFound
from tracker.night.deliver import deliver, redeliver
from tracker.night.letter import night_page
from tracker.night.outbox import documents
from tracker.night.shift import (
    EACH,
    LATEST,
    Worker,
    catch_up_nights,
    check_clock,
    do_named,
    hours,
    named,
    next_due,
    waiting,
)
from tracker.night.standing import done_told
from tracker.night.sweep import sweep
from tracker.night.targets import Target
from tracker.reader import Reader, open_reader
from tracker.reports.night import night_document
from tracker.times import read_span
from tracker.views.nights import Night, covering, last_night, night_of
from tracker.zones import When, iso, local_of, plain_time, zone_of

Document = dict[str, Any]


class Asked(Protocol):
    """What is needed of a tracker: where it is, its clock, who works."""

    where: str
    clock: Callable[[], int]
    by: str


def reported_page(tracker: Asked, report: Document, boundaries: str | None = None) -> str:
    """The page of a night's report: what was known at its position, as it stood at its cut-off."""
    with open_reader(tracker.where) as reader:
        return night_page(reader, report, boundaries)


def swept(
    tracker: Asked, night: When | date, catch_up: str, targets: Sequence[str], most: int | None = None
) -> Document:
    """What `sweep` answers: the nights done, or found done, and when the next is due."""
    if catch_up not in (LATEST, EACH):
        raise BadInput(what=f"{catch_up!r} is no way to catch up", try_=f"{LATEST} or {EACH}")
    who = Worker(tracker.where, tracker.clock, _wall_clock, tracker.by, tuple(targets))
    if night is None:
        done = catch_up_nights(who, policy=catch_up, most=most)
    else:
        with open_reader(tracker.where) as reader:
            day = day_of(reader, night, tracker.clock())
        done = [do_named(who, day)]
    with open_reader(tracker.where) as reader:
        last = last_night(reader)
        return {
            "nights": [done_told(one) for one in done],
            "last": None if last is None else last.night, "next": iso(next_due(reader, tracker.clock())),
        }  # fmt: skip


def looked_at(tracker: Asked, night: When | date) -> Document:
    """What `sweep --dry-run` answers: the flags that the next night due would raise and clear."""
    now = tracker.clock()
    with open_reader(tracker.where) as reader:
        if night is None:
            check_clock(reader, now)
            slots = waiting(reader, now)[:1]
        else:
            slots = [named(reader, day_of(reader, night, now), now)]
        undone = [slot for slot in slots if night_of(reader, slot.night) is None]
        found = [event for slot in undone for event in sweep(reader, slot).events[:-1]]
        return {
            "night": slots[0].night if slots else None, "dry_run": True,
            "events": [{"kind": one.kind, **payload(one)} for one in found],
            "next": iso(next_due(reader, now)),
        }  # fmt: skip


def reported(tracker: Asked, night: When | date, since: When | date) -> Document:
    """What `report` answers. Raises NotFound for a night that was not swept."""
    with open_reader(tracker.where) as reader:
        now = tracker.clock()
        found = _night(reader, night, now)
        if since is None:
            return night_document(reader, found)
        first = _night(reader, since, now)
        if first.at >= found.at:
            raise BadInput(
                what=f"--since {first.night} is not before the night of {found.night}",
                try_="an earlier night",
            )
        return night_document(reader, found, since=first)


def delivered(tracker: Asked, targets: Iterable[Target]) -> Document:
    """What `deliver` answers: each report that was tried, the state it is in now, and why."""
    done = deliver(tracker.where, targets, tracker.clock, lease_clock=_wall_clock)
    return {
        "delivered": [
            {"night": one.day, "target": one.target, "state": one.state, "attempt": one.attempt,
             "error": one.error}
            for one in done
        ]
    }  # fmt: skip


def set_again(tracker: Asked, night: When | date, target: str, targets: Iterable[Target]) -> Document:
    """What `redeliver` answers: where the report to the target stands now."""
    known = tuple(targets)
    with open_reader(tracker.where) as reader:
        day = day_of(reader, night, tracker.clock()).isoformat()
    redeliver(tracker.where, day, target, tracker.clock, known=known)
    with open_reader(tracker.where) as reader:
        told = documents(reader, day, known=[one.name for one in known])
    return next(one for one in told if one["target"] == target)


def day_of(reader: Reader, night: When | date, now: int) -> date:
    """The day that somebody means, in the tracker's zone."""
    zone = hours(reader).zone
    if isinstance(night, date) and not hasattr(night, "hour"):
        return night
    typed = plain_time(night)  # type: ignore[arg-type]  # a datetime by now
    if isinstance(typed, int):
        return local_of(typed, zone_of(zone)).date()
    span = read_span(str(typed), now=now, zone=zone)
    if span.earliest is None or span.latest is None:
        raise BadInput(what=f"{typed} is no day", try_="a day such as 2024-12-08")
    first, last = (local_of(at, zone_of(zone)).date() for at in (span.earliest, span.latest))
    if first != last:
        raise BadInput(what=f"{typed} is more than a day", try_=f"one day, such as {last}")
    return last


def _night(reader: Reader, night: When | date, now: int) -> Night:
    if night is None:
        found = last_night(reader)
        if found is None:
            raise NotFound(what="no night was swept yet", try_="tracker sweep")
        return found
    day = day_of(reader, night, now)
    found = night_of(reader, day.isoformat())
    if found is None:
        if (by := covering(reader, day.isoformat())) is not None:
            raise NotFound(
                what=f"the night of {day} was missed: that of {by} covers it",
                try_=f"tracker report --for {by}",
            )
        last = last_night(reader)
        known = f"; the last that was is {last.night}" if last else ""
        raise NotFound(
            what=f"the night of {day} was not swept{known}",
            try_=f"tracker report --for {last.night}" if last else f"tracker sweep --for {day}",
        )
    return found


def _wall_clock() -> int:
    """Leases run by the wall's clock, also where `--now` has set the tracker's."""
    return wall.time_ns() // 1000
