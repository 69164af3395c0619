"""Decides how events get into the record: encoded, given an id, appended, every view brought along.

A `Recorder` knows where, when and by whom; the modules that decide what happened hand it events.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from tracker.names import Resolved
from tracker.reader import Reader, open_reader, over
from tracker.record.envelope import Appended, Envelope, NewEvent
from tracker.record.events import Event, encode
from tracker.record.follow import behind, catch_up, project
from tracker.record.store import Store
from tracker.views.names import find
from tracker.views.settings import ZONE, all_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

Seen = TypeVar("Seen")


class Recorder:
    """Appends to one tracker. `clock` gives microseconds since the epoch; `by` is noted with each event."""

    def __init__(self, where: str, clock: Callable[[], int], zone: str | None, by: str) -> None:
        self.where = where
        self.clock = clock
        self.by = by or _whoever()
        self._zone = zone

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A read-only snapshot, its views brought to the end of the log and to this tracker's revisions."""
        with open_reader(self.where, views=False) as reader:
            lagging = behind(reader)
            if not lagging:
                yield reader
        if lagging:
            with Store.open(self.where) as store:
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
        events: Sequence[Event],
        *,
        ids: Mapping[str, str] | None = None,
        versions: Mapping[str, int] | None = None,
    ) -> list[Appended]:
        """Append events in one transaction with their views.

        `ids` gives claims, by stream, a content-derived event id (recorded before: answered, not repeated);
        `versions` the version a stream must still have.
        """
        if not events:
            return []
        with Store.open(self.where) as store:
            return store.append(
                [_new(event, ids or {}, versions or {}) for event in events],
                now=self.clock(), by=self.by, project=project,
            )  # fmt: skip

    def preview(self, events: Sequence[Event], look: Callable[[Reader], Seen]) -> Seen:
        """What a reader would see if the events were recorded; nothing is."""
        seen: list[Seen] = []

        def peek(connection: Connection, envelopes: Sequence[Envelope]) -> None:
            project(connection, envelopes)
            seen.append(look(over(connection, self.where)))
            raise _Peeked

        try:
            with Store.open(self.where) as store:
                store.append(
                    [_new(event, {}, {}) for event in events], now=self.clock(), by=self.by, project=peek
                )
        except _Peeked:
            return seen[-1]
        with self.reading() as reader:  # there was nothing new to look at
            return look(reader)


class _Peeked(Exception):
    """Everything was seen; take it back."""


def version(reader: Reader, stream: str) -> int:
    """How many events a stream has."""
    row = reader.one("SELECT coalesce(max(version), 0) FROM events WHERE stream = :stream", stream=stream)
    return int(row[0]) if row else 0


def _new(event: Event, ids: Mapping[str, str], versions: Mapping[str, int]) -> NewEvent:
    known = ids.get(event.stream) if event.kind == "claim-recorded" else None
    return NewEvent(
        event_id=known or _uuid7(),
        stream=event.stream,
        kind=event.kind,
        schema=event.schema_version,
        payload=encode(event),
        content_derived=known is not None,
        # Registered once: whoever comes second in a race is told, and reads again.
        expected_version=versions.get(event.stream, 0 if event.kind.endswith("-registered") else None),
    )


def _uuid7() -> str:
    """A UUID of version 7 (RFC 9562): begins with the time, so that indexes stay compact."""
    import time
    import uuid

    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    number = (milliseconds & (2**48 - 1)) << 80 | random
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
