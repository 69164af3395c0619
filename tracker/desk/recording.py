"""Decides how events get into the record: decided on what it holds, appended, every view brought along.

A `Recorder` knows where, when and by whom; the modules that decide what happens hand it their decision
as a function of what can be read. It is taken on a snapshot, and once more inside the append lock if
somebody else has written since: so no two writers can build on the same state of the record.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tracker.names import Resolved
from tracker.reader import Reader, last_position, open_reader, over, unsettled
from tracker.record.envelope import Appended, Envelope, NewEvent
from tracker.record.events import Event, encode, typed_by_somebody
from tracker.record.follow import behind, catch_up, keep_up, project
from tracker.record.store import Store
from tracker.views.names import find
from tracker.views.settings import ZONE, all_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

Facts = TypeVar("Facts")
Seen = TypeVar("Seen")
MANY: Final = 20_000
"""To weigh in so many events takes seconds."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[Facts]):
    """The events to record, and the `facts` that whoever decided wants to tell of them.

    `ids` gives claims, by stream, a content-derived event id: one recorded before is answered, not repeated.
    """

    events: Sequence[Event]
    facts: Facts
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done(Generic[Facts, Seen]):
    """What was decided in the end, where it is in the log (nowhere if only tried), and what is seen then."""

    events: Sequence[Event]
    facts: Facts
    appended: Sequence[Appended]
    seen: Seen

    @property
    def position(self) -> int | None:
        """Where the first event is; None if nothing was recorded."""
        return self.appended[0].position if self.appended else None


class Recorder:
    """Appends to one tracker. `clock` gives microseconds since the epoch; `by` is noted with each event.

    `waiting` is told what is waited for, where that takes long.
    """

    def __init__(
        self, where: str, clock: Callable[[], int], zone: str | None, by: str,
        waiting: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.where = where
        self.clock = clock
        self.by = by or _whoever()
        self._zone = zone
        self._waiting = waiting

    def store(self) -> Store:
        """The log, to be written to."""
        return Store.open(self.where, self._waiting)

    @contextmanager
    def reading(self, *, settled: bool = True) -> Iterator[Reader]:
        """A read-only snapshot, its views brought to the end of the log and to this tracker's revisions.

        Unless `settled`, what is believed may lag.
        """
        with open_reader(self.where, views=False) as reader:
            lagging = behind(reader, settled=settled)
            if not lagging:
                yield reader
            elif (news := unsettled(reader)) > MANY and self._waiting:
                self._waiting(f"{news:,} events that an import brought are weighed in first")
        if lagging:
            with self.store() as store:
                catch_up(store)
            with open_reader(self.where) as reader:
                yield reader

    def zone(self, reader: Reader) -> str:
        """The zone in which typed times are read: the one given, else the tracker's, else UTC."""
        return self._zone or all_settings(reader).get((ZONE, ""), "UTC")

    def finding(self, reader: Reader) -> Callable[[str, str], Resolved]:
        """A function that binds (thing, typed name)."""
        return lambda thing, text: find(reader, thing, text)

    def record(
        self,
        decide: Callable[[Reader], Decision[Facts]],
        look: Callable[[Reader, Facts], Seen],
        *,
        dry_run: bool = False,
    ) -> Done[Facts, Seen]:
        """Decide, append in one transaction with the views, and look at what has become of it.

        `decide` may be asked twice and refuses by raising. `look` sees the record with the new events in it;
        with `dry_run` all of it is taken back then.
        """
        with self.reading() as reader:
            decision = _decided(decide, reader)
            if not decision.events:
                return Done((), decision.facts, (), look(reader, decision.facts))
            now = self.clock()
            attempt = _Attempt(
                self.where, decide, look, decision, last_position(reader), now=now, dry_run=dry_run
            )
        appended: Sequence[Appended] = ()
        with self.store() as store, suppress(_Peeked):
            appended = store.append((), now=now, by=self.by, decide=attempt.events, project=attempt.follow)
        decision = attempt.decision
        if attempt.seen is None:  # all of it was in the record already
            with self.reading() as reader:
                attempt.seen = (look(reader, decision.facts),)
        return Done(decision.events, decision.facts, appended, attempt.seen[0])


def unseen(_: Reader, __: object) -> None:
    """Look at nothing."""


class _Attempt(Generic[Facts, Seen]):
    """A decision on its way into the log."""

    def __init__(
        self,
        where: str,
        decide: Callable[[Reader], Decision[Facts]],
        look: Callable[[Reader, Facts], Seen],
        decision: Decision[Facts],
        decided_at: int,
        *,
        now: int,
        dry_run: bool,
    ) -> None:
        self.decision = decision
        self.seen: tuple[Seen] | None = None
        self._where = where
        self._decide = decide
        self._look = look
        self._decided_at = decided_at
        self._now = now
        self._dry_run = dry_run

    def events(self, connection: Connection) -> list[NewEvent]:
        """What to append, inside the lock: decided again if the log has grown."""
        reader = over(connection, self._where, settled=True)
        position = last_position(reader)
        if position != self._decided_at:
            keep_up(connection)
            self.decision, self._decided_at = _decided(self._decide, reader), position
        known = self.decision.ids
        return [
            _new(event, known.get(event.stream), id_)
            for event, id_ in zip(self.decision.events, fresh_ids(self._now), strict=False)
        ]

    def follow(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        """Bring the views along and look at them."""
        project(connection, envelopes)
        self.seen = (self._look(over(connection, self._where, settled=True), self.decision.facts),)
        if self._dry_run:
            raise _Peeked


def payload(event: Event) -> dict[str, Any]:
    """What an event says, as an answer tells it."""
    return event.model_dump(mode="json", exclude_defaults=True)


def _decided(decide: Callable[[Reader], Decision[Facts]], reader: Reader) -> Decision[Facts]:
    with typed_by_somebody():
        return decide(reader)


class _Peeked(Exception):
    """Everything was seen; take it back."""


def _new(event: Event, of_its_stream: str | None, fresh: str) -> NewEvent:
    known = of_its_stream if event.kind == "claim-recorded" else None
    return new_event(event, known or fresh, content_derived=known is not None)


def new_event(event: Event, id_: str, *, content_derived: bool = True) -> NewEvent:
    """An event as the log takes it; `content_derived`: its id follows from what it says."""
    begins = event.kind.endswith(("-registered", "-recorded", "-made"))
    return NewEvent(
        event_id=id_,
        stream=event.stream,
        kind=event.kind,
        schema=event.schema_version,
        payload=encode(event),
        content_derived=content_derived,
        expected_version=0 if begins else None,
    )


def fresh_ids(now: int) -> Iterator[str]:
    """UUIDs of version 7 (RFC 9562) for what is recorded at an instant: they begin with it, and rise.

    So those of one append lie beside each other in the index, after all that were recorded before. After
    the millisecond stands the part of it that has passed (its section 6.2, method 3), then a number counted
    on from 61 random bits, which keeps apart what two processes record in the same microsecond.
    """
    millisecond, part = divmod(now, 1000)
    begin = (millisecond & (2**48 - 1)) << 80 | 0x7 << 76 | (part * 4096 // 1000) << 64 | 0x2 << 62
    for number in count(int.from_bytes(os.urandom(8), "big") >> 3):
        text = f"{begin | number & (2**62 - 1):032x}"
        yield f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
