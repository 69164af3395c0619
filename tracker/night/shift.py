"""Decides how a night is done: taken, swept, recorded with its report and what is to be delivered, once.

Flags, the end of the night, the ledger, what is watched and the outbox are one transaction. A process that
is killed anywhere leaves the night done or untouched, and the next one that asks does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, time
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import BadInput, Conflict, TrackerError
from tracker.night import outbox
from tracker.night.ledger import LEASE, Clock, Lease, finish, give_back, take
from tracker.night.slots import between, due, following, slot
from tracker.night.sweep import Slot, Swept, sweep
from tracker.night.watch import Watched
from tracker.reader import Reader, is_settled, last_position, open_reader, over
from tracker.record.derived import Driver
from tracker.record.envelope import Envelope, NewEvent
from tracker.record.events import Event, encode
from tracker.record.follow import catch_up, keep_up, project
from tracker.record.store import Store
from tracker.reports.night import night_report
from tracker.views.nights import Night, done_after, ended_at, last_night, night_before, night_of
from tracker.views.settings import NIGHT, ZONE, setting_of
from tracker.zones import DAY, iso, show, zone_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

NIGHT_SHIFT: Final = "night shift"
"""Noted with the events of a night that nobody in particular has asked for."""
LATEST, EACH = "latest", "all"
"""What is done about missed nights: the latest is swept and covers the others; or each is swept."""
AHEAD: Final = DAY
"""The last night may lie so far ahead of the clock: one that was set back by hours is waited for."""

Step = Callable[[str], None]
"""Told the name of each step, for who wants to stop there."""

_WATCH: Final = (
    f"INSERT INTO watches ({', '.join(Watched._fields)}) VALUES ({', '.join('?' * len(Watched._fields))})"
    " ON CONFLICT (place) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in Watched._fields if name != "place")
)


class ClockBehind(Conflict):
    """the last night done, {night}, lies ahead of this clock, which shows {shown}: no night is done meanwhile

    Try: set the clock right; or, if it is now and was wrong then: tracker sweep --for {day}
    """


class Hours(NamedTuple):
    """When nights are due: a local time of day in a zone."""

    hour: time
    zone: str

    def slot(self, day: date) -> int | None:
        """The instant at which a day's night is due."""
        return slot(day, self.hour, zone_of(self.zone))


def hours(reader: Reader, zone: str | None = None) -> Hours:
    """The hour and zone that the tracker is set to."""
    return Hours(time.fromisoformat(setting_of(reader, NIGHT)), zone or setting_of(reader, ZONE))


def waiting(reader: Reader, now: int, *, catch_up: str = LATEST) -> list[Slot]:
    """The nights that are due at an instant and not done, in their order."""
    when = hours(reader)
    zone = zone_of(when.zone)
    latest = due(now, when.hour, zone)
    before = last_night(reader)
    if before is None:
        missed = [(latest, when.slot(latest))]
    else:
        missed = list(between(date.fromisoformat(before.night), latest, when.hour, zone))
    nights = [Slot(day.isoformat(), at, when.zone) for day, at in missed if at is not None]
    if before is not None:  # zone or hour may have been changed since; a clock that was ahead has done some
        done = done_after(reader, before.night)
        nights = [one for one in nights if one.at > before.at and one.night not in done]
    if catch_up == EACH or not nights:
        return nights
    return [nights[-1]._replace(covers=tuple(one.night for one in nights[:-1])[-MOST_COVERED:])]


MOST_COVERED: Final = 4_000
"""Of the nights that were missed, so many are named: more are a clock's doing."""


def is_ahead(last: Night | None, now: int) -> bool:
    """Whether the last night done lies so far ahead of a clock that one of the two is wrong."""
    return last is not None and last.at > now + AHEAD


def check_clock(reader: Reader, now: int) -> None:
    """Refuse a clock behind the last night done: which of the two is wrong a person has to say."""
    last = last_night(reader)
    if last is not None and is_ahead(last, now):
        when = hours(reader)
        day = due(now, when.hour, zone_of(when.zone))
        raise ClockBehind(night=last.night, shown=show(now, when.zone), day=day)


def named(reader: Reader, day: date, now: int) -> Slot:
    """The night of a day that somebody named. Raises BadInput (it is to come), Conflict (passed over).

    After a night that lies ahead of the clock, naming one says that the clock is right now: it goes on there.
    """
    when = hours(reader)
    at = when.slot(day)
    if at is None:
        raise BadInput(what=f"{when.zone} has no {day}", try_="the day before, or the day after")
    if at > now:
        raise BadInput(
            what=f"the night of {day} is not due before {iso(at)[:16]}Z",
            try_="tracker sweep, for the latest that is",
        )
    before = last_night(reader)
    if is_ahead(before, now):
        before = night_before(reader, now)
    if before is not None and before.at >= at and night_of(reader, day.isoformat()) is None:
        raise Conflict(
            what=f"the night of {day} was passed over: that of {before.night} is done",
            try_=f"tracker report --for {before.night}; nights only go forward",
        )
    missed: tuple[str, ...] = ()
    earlier = night_before(reader, at)
    if earlier is not None:
        days = between(date.fromisoformat(earlier.night), day, when.hour, zone_of(when.zone))
        missed = tuple(one.isoformat() for one, _ in days)[:-1][-MOST_COVERED:]
    return Slot(day.isoformat(), at, when.zone, missed)


def next_due(reader: Reader, now: int) -> int:
    """The instant of the next night to come; one that a clock has done that was ahead is done."""
    when = hours(reader)
    zone, last = zone_of(when.zone), last_night(reader)
    day, after = due(now, when.hour, zone), now
    if last is not None and not is_ahead(last, now):
        day, after = max(day, date.fromisoformat(last.night)), max(now, last.at)
    done = done_after(reader, day.isoformat())
    day, at = following(day, when.hour, zone)
    while at <= after or day.isoformat() in done:
        day, at = following(day, when.hour, zone)
    return at


class Done(NamedTuple):
    """A night that is done; `anew`: by this call, with so many flags raised and cleared."""

    night: Night
    anew: bool
    raised: int = 0
    cleared: int = 0


class Worker(NamedTuple):
    """Who does nights: at which tracker, by which clocks, noted with every event; and for whom."""

    where: str
    clock: Clock
    lease_clock: Clock
    by: str
    targets: tuple[str, ...] = ()


def work(who: Worker, night: Slot, *, lease: int = LEASE, step: Step = lambda _: None) -> Done:
    """Do a night, unless it is done. Raises InHand, LostLease, DatabaseProblem."""
    with Store.open(who.where) as store:
        taken = take(store, night.night, who.lease_clock, length=lease)
        if taken is None:
            return _done_before(store, night)
        try:
            step("taken")
            attempt = _Attempt(who, night, taken, step)
            catch_up(store)
            attempt.look_ahead()
            store.append(
                (), now=attempt.now, by=who.by or NIGHT_SHIFT, decide=attempt.events, project=attempt.follow
            )
        except BaseException:
            with suppress(TrackerError):  # else the lease runs out; what went wrong first is what is told
                give_back(store, taken)
            raise
        step("recorded")
        return attempt.done or _done_before(store, night)


class _Attempt:
    """A night on its way into the log."""

    def __init__(self, who: Worker, night: Slot, lease: Lease, step: Step) -> None:
        self.now = who.clock()
        self.done: Done | None = None
        self._who, self._night, self._lease, self._step = who, night, lease, step
        self._swept: Swept | None = None
        self._swept_at = 0

    def look_ahead(self) -> None:
        """Sweep on a snapshot, while others write; it is good if nobody has when the lock is had."""
        with open_reader(self._who.where) as reader:
            if night_of(reader, self._night.night) is None and is_settled(reader):
                self._swept, self._swept_at = sweep(reader, self._night), last_position(reader)
        self._step("swept")

    def events(self, connection: Connection) -> list[NewEvent]:
        """What the night finds, inside the append lock."""
        keep_up(connection)
        reader = over(connection, self._who.where, settled=True)
        before = night_of(reader, self._night.night)
        if before is not None:  # done by somebody whose ledger was lost
            self._close(connection, reader, before)
            self.done = Done(before, anew=False)
            return []
        if self._swept is None or self._swept_at != last_position(reader):
            self._swept = sweep(reader, self._night)
        return [_new(event, self._night.night, n) for n, event in enumerate(self._swept.events)]

    def follow(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        """Bring the views along, write the ledger, the watch and the outbox."""
        assert self._swept is not None
        project(connection, envelopes)
        self._step("projected")
        Driver(connection).many(_WATCH, self._swept.watched)
        reader = over(connection, self._who.where, settled=True)
        night = ended_at(reader, envelopes[-1].position)
        assert night is not None
        self._close(connection, reader, night)
        kinds = [event.kind for event in self._swept.events]
        self.done = Done(night, True, kinds.count("flag-raised"), kinds.count("flag-cleared"))
        self._step("written")

    def _close(self, connection: Connection, reader: Reader, night: Night) -> None:
        driver = Driver(connection)
        sha256 = hashlib.sha256(night_report(reader, night)).hexdigest()
        self._step("reported")
        finish(
            driver,
            self._lease,
            self._who.lease_clock,
            position=night.position,
            sha256=sha256,
            covers=self._night.covers,
        )
        outbox.put(driver, night.night, self._who.targets, self.now)


def _done_before(store: Store, slot: Slot) -> Done:
    with store.transaction() as connection:
        keep_up(connection)
        night = night_of(over(connection, store.where), slot.night)
    if night is None:
        raise Conflict(
            what=f"the ledger has the night of {slot.night} done, and the log has not",
            try_="tracker verify, then restore the file that the two belong together in",
        )
    return Done(night, anew=False)


def _new(event: Event, night: str, number: int) -> NewEvent:
    """An event of a night; its id follows from the night, so that it can only be recorded once."""
    return NewEvent(
        event_id=f"night-{night}-{number:06}",
        stream=event.stream,
        kind=event.kind,
        schema=event.schema_version,
        payload=encode(event),
        content_derived=False,
        expected_version=0 if event.kind == "night-swept" else None,
    )


def catch_up_nights(who: Worker, *, policy: str = LATEST, most: int | None = None) -> list[Done]:
    """Do every night that is due and not done, or so many; empty: there is none. Raises ClockBehind."""
    done: list[Done] = []
    while most is None or len(done) < most:
        with open_reader(who.where) as reader:
            now = who.clock()
            check_clock(reader, now)
            slots = waiting(reader, now, catch_up=policy)
        if not slots:
            break
        done.append(work(who, slots[0]))
    return done


def do_named(who: Worker, day: date) -> Done:
    """Do the night of a day that somebody named."""
    with open_reader(who.where) as reader:
        before = night_of(reader, day.isoformat())
        if before is not None:
            return Done(before, anew=False)
        slot = named(reader, day, who.clock())
    return work(who, slot)
