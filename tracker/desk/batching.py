"""Decides what an analyst may decide of a feed's batch, and take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tracker.desk.recording import Decision, Recorder, payload
from tracker.errors import BadInput, Conflict, NotFound, typed
from tracker.judgement.guard import DROPPED, RELEASED
from tracker.names import Resolved
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import BatchEvent
from tracker.times import read_span
from tracker.views.backdrop import Backdrop
from tracker.views.batches import HELD, batches
from tracker.views.differences import Verdicts, changes, verdicts
from tracker.views.guard import date_of, day_of, decisions
from tracker.views.parties import TRUE
from tracker.views.situation import Question
from tracker.zones import DAY

Document = dict[str, Any]
ALREADY_SO: Final = "already so; nothing was recorded"
_EVENTS: Final[dict[str, type[events.BatchReleased] | type[events.BatchDropped]]] = {
    RELEASED: events.BatchReleased, DROPPED: events.BatchDropped,
}  # fmt: skip


class _Decided(NamedTuple):
    """The first of the events on their way into the record, the source, and the verdicts until then."""

    event: BatchEvent
    bound: Resolved
    before: Verdicts


class Batching:
    """What analysts do with batches: of the day that is named, or of the only one that can be meant."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def decide(
        self, source: str, decided: str, day: str | int | None, reason: str | None, *, dry_run: bool
    ) -> Document:
        """Release a batch, or drop it; in place of what was decided before."""
        if not reason:
            raise BadInput(what="why it is decided so is missing", try_='--reason "what you know of it"')

        def happened(reader: Reader, bound: Resolved) -> list[BatchEvent]:
            date = self._day(reader, bound, day, HELD)
            now = decisions(reader, Backdrop(reader)).get((bound.id, day_of(date)))
            if now is not None and (now.decided, now.reason) == (decided, reason):
                return []
            return [_EVENTS[decided](source=bound.id, day=date, reason=reason)]

        return self._done(source, happened, dry_run=dry_run)

    def undo(self, source: str, day: str | int | None, reason: str | None, *, dry_run: bool) -> Document:
        """Take back what was decided of a batch."""

        def happened(reader: Reader, bound: Resolved) -> list[BatchEvent]:
            who = Backdrop(reader).who
            date = self._day(reader, bound, day, RELEASED, DROPPED)
            rows = reader.rows(
                f"SELECT source FROM decisions WHERE day = :day AND {TRUE}", day=date, known=NOW
            )
            under = [row[0] for row in rows if who.source(row[0]) == bound.id]
            if not under:
                raise Conflict(
                    what=f"nobody has decided of what {bound.name} turned over on {date}",
                    try_="tracker batch list shows what was decided of which",
                )
            return [events.BatchReopened(source=one, day=date, reason=reason) for one in sorted(under)]

        return self._done(source, happened, dry_run=dry_run)

    def _day(self, reader: Reader, bound: Resolved, day: str | int | None, *states: str) -> str:
        """The date of the batch that is meant: held, or decided of; NotFound where there is none."""
        now = self._recorder.clock()
        known = batches(reader, now, bound.id)
        if day is None:
            dates = sorted({one["day"] for one in known if one["state"] in states})
            if len(dates) == 1:
                return str(dates[0])
            stand = " or ".join(states)
            if not dates:
                # What is released can still be dropped, if its day is named.
                others = sorted({str(one["day"]) for one in known}) if states == (HELD,) else []
                raise NotFound(
                    what=f"no batch of {bound.name} is {stand}",
                    try_=" or ".join(f"--day {date}" for date in others[-3:]) or "tracker batch list",
                )
            raise NotFound(
                what=f"{len(dates)} batches of {bound.name} are {stand}, and no --day is given",
                try_=" or ".join(f"--day {date}" for date in dates[-3:]),
            )
        date = self._date(reader, day, now)
        if date not in {one["day"] for one in known}:
            raise NotFound(
                what=f"{bound.name} turned over no batch that was held back on {date} (days are in UTC)",
                try_=f"tracker batch list --source {typed(bound.id)}",
            )
        return date

    def _date(self, reader: Reader, day: str | int, now: int) -> str:
        if isinstance(day, int):
            return date_of(day // DAY)
        # Read in UTC, as the days of batches are.
        span = read_span(day, now=now, zone="UTC")
        if span.latest is None or span.earliest is None or span.earliest // DAY != span.latest // DAY:
            raise BadInput(what=f"{day} is no day", try_="--day 2024-12-07, in UTC")
        return date_of(span.latest // DAY)

    def _done(
        self, source: str, happened: Callable[[Reader, Resolved], list[BatchEvent]], *, dry_run: bool
    ) -> Document:
        now = self._recorder.clock()

        def decide(reader: Reader) -> Decision[_Decided | None]:
            bound = self._recorder.finding(reader)("source", source)
            found = happened(reader, bound)
            before = verdicts(reader, Question(now)) if found else {}
            return Decision(found, _Decided(found[0], bound, before) if found else None)

        def look(reader: Reader, told: _Decided | None) -> list[Document]:
            return [] if told is None else changes(told.before, verdicts(reader, Question(now)))

        done = self._recorder.record(decide, look, dry_run=dry_run)
        told = done.facts
        if told is None:
            return {
                "batch": None, "event": None, "payload": {}, "recorded": False, "position": None,
                "dry_run": dry_run, "changes": [], "notes": [ALREADY_SO],
            }  # fmt: skip
        notes = [told.bound.note] if told.bound.note else []
        return {
            "batch": told.event.stream.partition("/")[2], "event": told.event.kind,
            "payload": payload(told.event), "recorded": bool(done.events) and not dry_run,
            "position": done.position, "dry_run": dry_run, "changes": done.seen, "notes": notes,
        }  # fmt: skip
