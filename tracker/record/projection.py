"""Decides how derived tables follow the log: what a projection is, and how it is caught up or rebuilt.

A projection is a table and pure handlers: given an event, a handler yields `Put`, `Patch` or `Drop` for a row
of its own table, or `PatchAll`, `DropAll` or `BringBack` for a set; the runner writes them in the
transaction of the append. Rows are never overwritten: each carries the positions [from_pos, to_pos) in
which it was true, so what the tracker knew after any event can be read back exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Final, NamedTuple

from tracker.record.derived import Driver, Table
from tracker.record.envelope import Envelope
from tracker.record.events import Body, body

_POSITION: Final = "BIGINT NOT NULL"
OPEN: Final = 2**63 - 1
"""The `to_pos` of a row that is still true."""

Key = tuple[object, ...]
Rows = Mapping[Key, Mapping[str, Any]]
"""Rows by key, without their key and their positions."""


class Put(NamedTuple):
    """This is the row now. `fresh`: there was none before, so nothing need be looked up."""

    key: Key
    values: Mapping[str, object]
    fresh: bool = False


class Patch(NamedTuple):
    """The row as it was, but for these values; nothing where there is no row."""

    key: Key
    values: Mapping[str, object]


class Drop(NamedTuple):
    """There is no such row any more."""

    key: Key


class PatchAll(NamedTuple):
    """Every row that has certain values (`where`), as it was but for others (`values`)."""

    where: Mapping[str, object]
    values: Mapping[str, object]


class DropAll(NamedTuple):
    """There is no row any more that has certain values."""

    where: Mapping[str, object]


class BringBack(NamedTuple):
    """Of the rows with certain values those are true again that ended last, all at once, as they were then.

    A key that has got another row since keeps that.
    """

    where: Mapping[str, object]


OfMany = PatchAll | DropAll | BringBack
Change = Put | Patch | Drop | OfMany
Handle = Callable[[Body, Envelope], Iterable[Change]]


@dataclass(frozen=True)
class Projection:
    """One derived table. Raising `revision` makes every tracker drop it and build it again.

    `key` and `columns` map names to portable SQL types; `handlers` maps kinds of event to handlers.
    """

    table: str
    revision: int
    key: Mapping[str, str]
    columns: Mapping[str, str]
    handlers: Mapping[str, Handle]
    indexes: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def layout(self) -> Table:
        """The table it is kept in."""
        columns = {**self.key, **self.columns, "from_pos": _POSITION, "to_pos": _POSITION}
        # By its end, so that no row can be true twice at once, whoever wrote it.
        return Table(self.table, columns, (*self.key, "to_pos"), self.indexes)

    # Spelled once: an append of one event spends as long on spelling a statement as on running it.

    @cached_property
    def select(self) -> str:
        """The statement that finds the row of a key that is still true."""
        return f"SELECT from_pos, {', '.join(self.columns)} FROM {self.table} WHERE {self._true}"

    @cached_property
    def close(self) -> str:
        """The statement after which it is true no more; its first mark is the position."""
        return f"UPDATE {self.table} SET to_pos = ? WHERE {self._true}"

    @cached_property
    def insert(self) -> str:
        """The statement that writes a row: key, columns, from_pos, to_pos."""
        names = [*self.key, *self.columns, "from_pos", "to_pos"]
        return f"INSERT INTO {self.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"

    @cached_property
    def nothing(self) -> dict[str, object]:
        """The columns of a row of which nothing is known, in their order."""
        return dict.fromkeys(self.columns)

    def patch_all(self, change: PatchAll, position: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        """The statements, with their values, that close every row meant and write it anew from a position."""
        meant = " AND ".join(f"{name} = ?" for name in change.where)
        where = tuple(change.where.values())
        close = f"UPDATE {self.table} SET to_pos = ? WHERE {meant} AND to_pos = {OPEN} AND from_pos < ?"
        yield close, (position, *where, position)
        kept = [*self.key, *(name for name in self.columns if name not in change.values)]
        names = ", ".join([*kept, *change.values, "from_pos", "to_pos"])
        marks = ", ".join("?" * len(change.values))
        again = (
            f"INSERT INTO {self.table} ({names}) SELECT {', '.join([*kept, marks])}, to_pos, {OPEN}"
            f" FROM {self.table} WHERE {meant} AND to_pos = ?"
        )
        yield again, (*change.values.values(), *where, position)

    def drop_all(self, change: DropAll, position: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        """The statement, with its values, that closes every row meant."""
        meant = " AND ".join(f"{name} = ?" for name in change.where)
        yield (
            f"UPDATE {self.table} SET to_pos = ? WHERE {meant} AND to_pos = {OPEN} AND from_pos < ?",
            (position, *change.where.values(), position),
        )

    def bring_back(self, change: BringBack, position: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        """The statement, with its values, that writes those anew from a position which ended last."""
        meant = " AND ".join(f"{name} = ?" for name in change.where)
        where = tuple(change.where.values())
        names = ", ".join([*self.key, *self.columns])
        same = " AND ".join(f"later.{name} = gone.{name}" for name in self.key)
        yield (
            f"INSERT INTO {self.table} ({names}, from_pos, to_pos)"
            f" SELECT {names}, CAST(? AS BIGINT), {OPEN} FROM {self.table} gone WHERE {meant} AND to_pos ="
            f" (SELECT max(to_pos) FROM {self.table} WHERE {meant} AND to_pos < {OPEN}) AND NOT EXISTS"
            f" (SELECT 1 FROM {self.table} later WHERE {same} AND later.to_pos = {OPEN})",
            (position, *where, *where),
        )

    def of_many(self, change: OfMany, position: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        """The statements, with their values, for a change of a set of rows."""
        if isinstance(change, PatchAll):
            return self.patch_all(change, position)
        if isinstance(change, DropAll):
            return self.drop_all(change, position)
        return self.bring_back(change, position)

    @property
    def _true(self) -> str:
        return f"{' AND '.join(f'{name} = ?' for name in self.key)} AND to_pos = {OPEN}"


class _Version:
    """One version of a row while a batch is applied."""

    __slots__ = ("from_pos", "stored", "to_pos", "values")

    def __init__(self, values: dict[str, object], from_pos: int, *, stored: bool) -> None:
        self.values = values
        self.from_pos = from_pos
        self.to_pos = OPEN
        self.stored = stored


def apply(projection: Projection, driver: Driver, events: Iterable[tuple[Envelope, Body]]) -> Rows:
    """Write what some events, all newer than any applied before, change in one table.

    Answers with the rows that are new or different, as they are now.
    """
    return _Batch(projection, driver).run(events)


class _Batch:
    def __init__(self, projection: Projection, driver: Driver) -> None:
        self._projection = projection
        self._driver = driver
        self._current: dict[Key, _Version | None] = {}
        self._done: list[tuple[Key, _Version]] = []

    def run(self, events: Iterable[tuple[Envelope, Body]]) -> Rows:
        handlers = self._projection.handlers
        changes = [
            (change, envelope.position)
            for envelope, data in events
            if envelope.kind in handlers and envelope.payload is not None
            for change in handlers[envelope.kind](data, envelope)
        ]
        found: dict[Key, Mapping[str, Any]] = {}
        for is_all, several in groupby(changes, key=lambda change: isinstance(change[0], OfMany)):
            some = list(several)
            found.update(self._all(some) if is_all else self._one_by_one(some))
        return found

    def _all(self, changes: Iterable[tuple[Change, int]]) -> Rows:
        for change, position in changes:
            assert isinstance(change, OfMany)
            for statement, values in self._projection.of_many(change, position):
                self._driver.run(statement, values)
        return {}

    def _one_by_one(self, changes: Sequence[tuple[Change, int]]) -> Rows:
        self._current, self._done = {}, []
        self._look_up(change for change, _ in changes if not isinstance(change, OfMany))
        for change, position in changes:
            if not isinstance(change, OfMany):
                self._change(change, position)
        self._write()
        return {key: one.values for key, one in self._current.items() if one is not None and not one.stored}

    def _look_up(self, changes: Iterable[Put | Patch | Drop]) -> None:
        """Read the rows that will change, all at once: one by one a server is waited for at each."""
        looked_up: dict[Key, bool] = {}  # of several changes to one row the first decides
        for change in changes:
            looked_up.setdefault(change.key, not (isinstance(change, Put) and change.fresh))
        keys = [key for key, is_asked in looked_up.items() if is_asked]
        for key, rows in zip(keys, self._driver.each(self._projection.select, keys), strict=True):
            for from_pos, *values in rows:
                row = dict(zip(self._projection.columns, values, strict=True))
                self._current[key] = _Version(row, from_pos, stored=True)

    def _change(self, change: Put | Patch | Drop, position: int) -> None:
        before = self._current.get(change.key)
        if isinstance(change, Drop):
            values = None
        elif isinstance(change, Patch):
            if before is None:
                return
            values = {**before.values, **change.values}
        else:
            # In the order of the columns, as they are written.
            values = {**self._projection.nothing, **change.values}
        if before is not None:
            if values == before.values:
                return
            before.to_pos = position
            self._done.append((change.key, before))
        self._current[change.key] = None if values is None else _Version(values, position, stored=False)

    def _write(self) -> None:
        closed = [(one.to_pos, *key) for key, one in self._done if one.stored]
        self._driver.many(self._projection.close, closed)
        versions = [*self._done, *((key, one) for key, one in self._current.items() if one is not None)]
        self._driver.many(
            self._projection.insert,
            [
                (*key, *one.values.values(), one.from_pos, one.to_pos)
                for key, one in versions
                # A row that came and went within one event was never true.
                if not one.stored and one.from_pos < one.to_pos
            ],
        )


def decoded(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, Body]]:
    """Events with their payloads as plain data."""
    return [(envelope, body(envelope)) for envelope in envelopes]
