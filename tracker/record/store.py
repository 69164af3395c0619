"""Decides how the log is written and read: one append at a time, durable, numbered without a gap.

The log knows nothing of what its payloads mean. SQLAlchemy Core carries the transaction that the views
share; the log's own statements go through the driver's connection inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from itertools import chain
from threading import get_ident
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection

from tracker.errors import DatabaseBusy, NotFound, StaleVersion
from tracker.record import canonical
from tracker.record.engine import medium
from tracker.record.envelope import Appended, Envelope, Head, NewEvent, RowValues
from tracker.record.medium import Dialect, Medium, driver_error, translated
from tracker.record.numbering import Prepared, chained, check_author, number, prepare
from tracker.record.revisions import current, make, require_current, upgrade
from tracker.record.schema import SCHEMA_HEAD

__all__ = [
    "REDACTED",
    "SCHEMA_HEAD",
    "Appended",
    "Decide",
    "Envelope",
    "Head",
    "NewEvent",
    "Project",
    "Store",
    "current",
    "redacted_position",
    "upgrade",
]

# Brings the views up to date inside the append's transaction; is given exactly the new events.
Project = Callable[[Connection, Sequence[Envelope]], None]

# Reads the views inside the append lock and answers with the events to append; refuses by raising.
Decide = Callable[[Connection], Sequence[NewEvent]]

_ATTEMPTS = 5  # at a transaction that the engine gave up in favour of another one
_TURNS: Final = 20
"""So many times as long as others is one waited for who settles what an import brought."""
_SETTLING: Final = (
    "SELECT 1 FROM checkpoints WHERE projection = 'control' AND position < (SELECT max(position) FROM events)"
)
_Answer = TypeVar("_Answer")

# As `Envelope._make`, which also counts the columns again for every row.
_envelope = cast("Callable[[tuple[object, ...]], Envelope]", partial(tuple.__new__, Envelope))

# The triggers know both: they let a payload go only when an event of this kind in this stream says so.
REDACTED = "payload-redacted"
_REDACTIONS = "redaction/"


def redacted_position(stream: str) -> int:
    """The position that a redaction in `stream` is about; 0: none."""
    digits = stream.removeprefix(_REDACTIONS)
    return int(digits) if digits.isdecimal() else 0


class _TakeBack(Exception):
    """The end of a trial."""


class Store:
    """The log of one tracker, and the transactions in which it grows."""

    def __init__(self, medium: Medium, waiting: Callable[[str], None] | None = None) -> None:
        """Use `open` or `create`."""
        self.medium = medium
        self._waiting = waiting
        self.where = medium.where
        self.dialect: Dialect = medium.dialect
        self._inside: set[int] = set()  # threads that hold the append lock
        self._trial: Connection | None = None

    @classmethod
    def open(cls, where: str, waiting: Callable[[str], None] | None = None) -> Store:
        """The tracker at a path or `postgresql://` address. Raises NoDatabase, OlderDatabase, …

        `waiting` is told what is waited for, where that takes long.
        """
        return cls._at(where, make_it=False, waiting=waiting)

    @classmethod
    def create(cls, where: str) -> Store:
        """Makes a tracker at an address, or opens the one that is there."""
        return cls._at(where, make_it=True)

    @classmethod
    def _at(cls, where: str, *, make_it: bool, waiting: Callable[[str], None] | None = None) -> Store:
        place = medium(where)
        try:
            with translated(place):
                if make_it:
                    make(place)
                require_current(place)
        except BaseException:
            place.close()
            raise
        return cls(place, waiting)

    def append(
        self,
        events: Sequence[NewEvent],
        *,
        now: int,
        by: str,
        project: Project | None = None,
        decide: Decide | None = None,
    ) -> list[Appended]:
        """Records events in one transaction; the answers are durable, in the order of the events.

        An event whose id is already there is answered with its place and not written again. `decide` adds
        events it finds from the views inside the lock; `project` is given the new ones to bring the views up
        to date. Both may be run again if the engine asks for it. Raises DifferentEvent, StaleVersion, or what
        they raise; then nothing was recorded.
        """
        check_author(by)
        prepared = prepare(events)
        self._go_in()
        try:
            return self._in_turn(lambda: self._attempted(prepared, now, by, project, decide))
        finally:
            self._inside.discard(get_ident())

    def read(
        self,
        after: int = 0,
        until: int | None = None,
        *,
        stream: str | None = None,
        batch: int | None = None,
    ) -> Iterator[Envelope]:
        """The events past position `after` and up to `until`, in order; of one stream if asked."""
        columns = ", ".join(self.medium.columns[: len(Envelope._fields)])
        if stream is None:
            select = f"SELECT {columns} FROM events WHERE position > ? ORDER BY position LIMIT ?"
            return map(_envelope, chain.from_iterable(self._pages(select, after, until, batch)))
        select = f"SELECT {columns} FROM events WHERE version > ? AND stream = ? ORDER BY version LIMIT ?"
        pages = self._pages(select, 0, None, batch, stream, bookmark=3)
        found = map(_envelope, chain.from_iterable(pages))
        return (one for one in found if one.position > after and (until is None or one.position <= until))

    def head(self) -> Head:
        """The end of the log now."""
        with translated(self.medium):
            return self.medium.head()

    def last_position(self) -> int:
        """The position of the last event: that of the head, unless one of the two was tampered with."""
        with translated(self.medium):
            return int(self.medium.rows("SELECT coalesce(max(position), 0) FROM events")[0][0])

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[RowValues]:
        """Whole rows of the table, for checking and copying it; `Row` has the names of their columns."""
        return chain.from_iterable(self.pages(after, until))

    def pages(self, after: int = 0, until: int | None = None) -> Iterator[list[RowValues]]:
        """The same rows in lists, for who has little to do with each."""
        columns = ", ".join(self.medium.columns)
        select = f"SELECT {columns} FROM events WHERE position > ? ORDER BY position LIMIT ?"
        return self._pages(select, after, until)

    def transaction(self) -> AbstractContextManager[Connection]:
        """The append lock and a transaction, in which views can be built again while nothing is appended."""
        return self._transaction()

    def redact(
        self, position: int, *, now: int, by: str, reason: str, project: Project | None = None
    ) -> Appended:
        """Takes a payload out of the log for good; an event says so, and the chain still verifies.

        `project` brings the views up to date, which have to forget it as well.
        """

        def forget(connection: Connection, redactions: Sequence[Envelope]) -> None:
            self._forget(connection, redactions)
            if project is not None:
                project(connection, redactions)

        found = next(self.read(position - 1, position), None)
        if found is None or found.kind == REDACTED:
            raise NotFound(
                what=f"no event that could be redacted is at position {position}", try_="tracker log"
            )
        event = NewEvent(
            event_id=f"redaction-{position}",
            stream=f"{_REDACTIONS}{position}",
            kind=REDACTED,
            schema=1,
            payload=canonical.dumps({"position": position, "reason": reason}),
            content_derived=True,
        )
        answer = self.append([event], now=now, by=by, project=forget)[0]
        with translated(self.medium):
            self.medium.scrub()
        return answer

    def adopt(self, rows: Iterable[RowValues], then: Callable[[Connection], None]) -> None:
        """Writes the rows of another log as they are, which has to be right; this one must be empty.

        `then` is done in the same transaction. Whatever `rows` or it raise, nothing was written.
        """
        with self._transaction() as connection:
            if self.medium.look(connection, [""], [""]).position:
                raise StaleVersion(stream="the log", expected=0, found=self.medium.head().position)
            self.medium.insert(connection, rows)
            then(connection)

    @contextmanager
    def trial(self) -> Iterator[Connection]:
        """A transaction in which every append of this store is tried, and all are taken back at its end."""
        self._go_in()
        try:
            with translated(self.medium), suppress(_TakeBack), self._locked() as connection:
                self._inside.discard(get_ident())
                self._trial = connection
                yield connection
                raise _TakeBack
        finally:
            self._trial = None
            self._inside.discard(get_ident())

    def close(self) -> None:
        """Gives the file or the connections back; the store is of no use afterwards."""
        self.medium.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        self._go_in()
        try:
            with translated(self.medium), self._locked() as connection:
                yield connection
        finally:
            self._inside.discard(get_ident())

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        with ExitStack() as held:
            yield self._in_turn(lambda: held.enter_context(self.medium.writing()))

    def _in_turn(self, work: Callable[[], _Answer]) -> _Answer:
        """Do what needs the append lock.

        Who holds it for long is given up, unless he settles what an import brought: that has an end.
        """
        for turn in range(_TURNS):
            try:
                with translated(self.medium):
                    return work()
            except DatabaseBusy:
                if turn == _TURNS - 1 or not self._is_settling():
                    raise
                if self._waiting is not None and not turn:
                    self._waiting(
                        "another process writes, settling an import as it seems; waiting until it is done"
                    )
        raise AssertionError  # the last turn answers or raises

    def _is_settling(self) -> bool:
        with translated(self.medium):
            return bool(self.medium.rows(_SETTLING))

    def _go_in(self) -> None:
        thread = get_ident()
        if thread in self._inside:
            raise RuntimeError("this thread already writes to this store; it would wait for itself")
        self._inside.add(thread)

    def _attempted(
        self, prepared: Prepared, now: int, by: str, project: Project | None, decide: Decide | None
    ) -> list[Appended]:
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._append(prepared, now, by, project, decide)
            except Exception as error:
                if not self.medium.passing(driver_error(error)):
                    raise
        return self._append(prepared, now, by, project, decide)

    def _append(
        self, prepared: Prepared, now: int, by: str, project: Project | None, decide: Decide | None
    ) -> list[Appended]:
        with self._writing(soon=decide is None) as connection:
            if decide is not None:
                prepared = prepare([*prepared.events, *decide(connection)])
            if not prepared.events:
                return []
            ids = [event.event_id for event in prepared.events]
            streams = list({event.stream for event in prepared.events})
            seen = self.medium.look(connection, ids, streams)
            new, answers = number(prepared, seen, now=now, by=by)
            if new:
                self.medium.insert(connection, chained(new, seen.chain_hash))
                if project is not None:
                    project(connection, [_envelope(row[:9]) for row in new])
            return answers

    def _writing(self, *, soon: bool) -> AbstractContextManager[Connection]:
        return self.medium.writing(soon=soon) if self._trial is None else nullcontext(self._trial)

    def _forget(self, connection: Connection, redactions: Sequence[Envelope]) -> None:
        for redaction in redactions:
            self.medium.forget(connection, redacted_position(redaction.stream))

    def _pages(
        self,
        select: str,
        last: int,
        until: int | None,
        batch: int | None = None,
        *others: object,
        bookmark: int = 0,
    ) -> Iterator[list[Any]]:
        # Each page is a query of its own, so that a reader who takes his time holds no snapshot of the log.
        # Its end is a LIMIT, as a planner that knows little would rather sort all between two bounds.
        batch = batch or self.medium.page
        while until is None or last < until:
            wanted = batch if until is None else min(batch, until - last)
            with translated(self.medium):
                page = self.medium.rows(select, (last, *others, wanted))
            if until is not None and page and page[-1][0] > until:  # past a hole
                page = [row for row in page if row[0] <= until]
            if not page:
                return
            yield page
            last = page[-1][bookmark]
