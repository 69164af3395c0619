"""Decides how a flag is put away by hand, or put to sleep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tracker.desk.recording import Decision, Recorder, payload
from tracker.errors import BadInput, Conflict, NotFound
from tracker.reader import Reader
from tracker.record.events import Event, FlagCleared, FlagSnoozed
from tracker.times import read_span
from tracker.views.flags import BY_HAND, FlagRow, flag_document, flag_of, near_flags
from tracker.zones import iso

Document = dict[str, Any]
SNOOZED_FOR: Final = 7 * 86_400_000_000


class _Decided(NamedTuple):
    event: Event
    id: str


class Flagging:
    """Puts flags away; each answer is an event."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def acknowledge(self, flag: str, why: str | None, *, dry_run: bool) -> Document:
        """It was seen: it is not open any more, and the same finding is not raised again."""
        now = self._recorder.clock()

        def event(one: FlagRow) -> Event:
            return FlagCleared(flag=one.id, at=now, how=BY_HAND, why=why)

        return self._done(flag, event, dry_run=dry_run)

    def snooze(self, flag: str, until: str | int | None, note: str | None, *, dry_run: bool) -> Document:
        """Not to be heard of before a time, a week from now if none is given, or before anything new."""
        now = self._recorder.clock()

        def event(one: FlagRow) -> Event:
            return FlagSnoozed(flag=one.id, until=end, note=note)

        with self._recorder.reading() as reader:
            end = now + SNOOZED_FOR if until is None else self._end(reader, until, now)
        if end <= now:
            raise BadInput(what=f"{iso(end)[:16]}Z is over", try_="--until a time to come")
        return self._done(flag, event, dry_run=dry_run)

    def _end(self, reader: Reader, until: str | int, now: int) -> int:
        if isinstance(until, int):
            return until
        latest = read_span(until, now=now, zone=self._recorder.zone(reader)).latest
        if latest is None:
            raise BadInput(what=f"--until {until} has no end", try_="a day or a time to come")
        return latest

    def _done(self, flag: str, event: Callable[[FlagRow], Event], *, dry_run: bool) -> Document:
        def decide(reader: Reader) -> Decision[_Decided]:
            one = flag_of(reader, flag)
            if one is None:
                near = near_flags(reader, flag)
                asked = f"did you mean {' or '.join(near)}? " if near else ""
                raise NotFound(what=f"there is no flag {flag!r}", try_=f"{asked}tracker flags lists them")
            if not one.open:
                how = (
                    f"put away by {one.cleared_by}"
                    if one.cleared_how == BY_HAND
                    else "cleared by what was found"
                )
                raise Conflict(
                    what=f"{one.id} was {how} already", try_="tracker flags lists those that are open"
                )
            made = event(one)
            return Decision([made], _Decided(made, one.id))

        def look(reader: Reader, told: _Decided) -> Document:
            row = flag_of(reader, told.id)
            assert row is not None
            return flag_document(reader, row, self._recorder.clock())

        done = self._recorder.record(decide, look, dry_run=dry_run)
        return {
            "flag": done.seen, "event": done.facts.event.kind, "payload": payload(done.facts.event),
            "position": done.position, "dry_run": dry_run,
        }  # fmt: skip
