"""Decides what the store is compared with: the drivers alone, and the library `eventsourcing`."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

import psycopg

from tracker.record.chain import payload_hash, salts
from tracker.record.envelope import GENESIS
from tracker.record.schema import COLUMNS
from tracker.record.sqlite import SETTINGS
from tracker.record.store import NewEvent

NOW = 1_733_616_000_000_000
INTO = f"events ({', '.join(COLUMNS)})"
PAGE = 5000

Values = tuple[Any, ...]


class Raw(Protocol):
    """The driver alone, on the same table with the same triggers; what it writes is made ready before."""

    def timed_singly(self, events: Sequence[NewEvent]) -> float: ...
    def timed_in_batches(self, events: Sequence[NewEvent], size: int) -> float: ...
    def read(self, columns: Sequence[str] = COLUMNS) -> None: ...
    def count(self) -> int: ...
    def close(self) -> None: ...


def ready(events: Sequence[NewEvent], after: int, instant: Any) -> list[Values]:
    """Rows with hashes of the right size (what they are the driver does not mind)."""
    rows: list[Values] = []
    for position, (one, salt) in enumerate(zip(events, salts(len(events)), strict=True), after + 1):
        hashed = payload_hash(salt, one.payload)
        header = (position, one.event_id, one.stream, 1, one.kind, one.schema, instant, "anna")
        rows.append((*header, one.payload, salt, hashed, GENESIS))
    return rows


def clocked(work: Callable[[], None]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class RawSQLite:
    """`sqlite3` with the settings of the store's writer."""

    def __init__(self, where: str) -> None:
        self._connection = sqlite3.connect(where, isolation_level=None)
        for name, value in SETTINGS.items():
            self._connection.execute(f"PRAGMA {name} = {value}")
        self._insert = f"INSERT INTO {INTO} VALUES ({', '.join('?' * len(COLUMNS))})"

    def timed_singly(self, events: Sequence[NewEvent]) -> float:
        rows = ready(events, self.count(), NOW)
        execute = self._connection.execute

        def work() -> None:
            for row in rows:
                execute("BEGIN IMMEDIATE")
                execute(self._insert, row)
                execute("COMMIT")

        return clocked(work)

    def timed_in_batches(self, events: Sequence[NewEvent], size: int) -> float:
        rows = ready(events, self.count(), NOW)

        def work() -> None:
            for at in range(0, len(rows), size):
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(self._insert, rows[at : at + size])
                self._connection.execute("COMMIT")

        return clocked(work)

    def count(self) -> int:
        return int(self._connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0])

    def close(self) -> None:
        self._connection.close()

    def read(self, columns: Sequence[str] = COLUMNS) -> None:
        for _ in self._connection.execute(f"SELECT {', '.join(columns)} FROM events ORDER BY position"):
            pass


class RawPostgreSQL:
    """psycopg: INSERT for one, COPY for many, a plain cursor for reading."""

    def __init__(self, where: str) -> None:
        self._connection = psycopg.connect(where)
        self._connection.execute("SET synchronous_commit = on")
        self._connection.commit()
        self._instant = self._connection.execute("SELECT to_timestamp(%s)", (NOW / 1e6,)).fetchone()[0]  # type: ignore[index]
        self._insert = f"INSERT INTO {INTO} VALUES ({', '.join(['%s'] * len(COLUMNS))})"

    def timed_singly(self, events: Sequence[NewEvent]) -> float:
        rows = ready(events, self.count(), self._instant)

        def work() -> None:
            for row in rows:
                self._connection.execute(self._insert.encode(), row)
                self._connection.commit()

        return clocked(work)

    def timed_in_batches(self, events: Sequence[NewEvent], size: int) -> float:
        rows = ready(events, self.count(), self._instant)

        def work() -> None:
            for at in range(0, len(rows), size):
                with self._connection.cursor().copy(f"COPY {INTO} FROM STDIN".encode()) as copy:
                    for row in rows[at : at + size]:
                        copy.write_row(row)
                self._connection.commit()

        return clocked(work)

    def count(self) -> int:
        found = self._connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        self._connection.commit()
        return int(found[0]) if found else 0

    def close(self) -> None:
        self._connection.close()

    def read(self, columns: Sequence[str] = COLUMNS) -> None:
        """Pages as the store's, as a client-side cursor would hold the whole log."""
        select = f"SELECT {', '.join(columns)} FROM events WHERE position > %s ORDER BY position LIMIT {PAGE}"
        last = 0
        while rows := self._connection.execute(select.encode(), (last,)).fetchall():
            last = rows[-1][0]
        self._connection.commit()


@cache
def _aggregate() -> Any:
    """A class of the library, which keeps a register of them and takes each only once."""
    from eventsourcing.domain import Aggregate, event

    class Claim(Aggregate):  # type: ignore[misc]
        @event("Recorded")  # type: ignore[untyped-decorator]
        def __init__(self, name: str, payload: dict[str, Any]) -> None:
            self.name, self.payload = name, payload

        @staticmethod
        def create_id(name: str, payload: dict[str, Any]) -> Any:
            return uuid5(NAMESPACE_URL, name)

    return Claim


class EventSourcing:
    """An aggregate a claim, its payload in the event, through the library's application and its recorders."""

    def __init__(self, where: str) -> None:
        from eventsourcing.application import Application

        self._make = _aggregate()
        self._application = Application(env=_environment(where))

    def save_singly(self, events: Sequence[NewEvent]) -> None:
        for one in events:
            self._application.save(self._claim(one))

    def save_in_batches(self, events: Sequence[NewEvent], size: int) -> None:
        for at in range(0, len(events), size):
            self._application.save(*(self._claim(one) for one in events[at : at + size]))

    def read(self) -> None:
        recorder, mapper = self._application.recorder, self._application.mapper
        start = 1
        while found := recorder.select_notifications(start, PAGE):
            for notification in found:
                mapper.to_domain_event(notification)
            start = found[-1].id + 1

    def count(self) -> int:
        return int(self._application.recorder.max_notification_id() or 0)

    def _claim(self, one: NewEvent) -> Any:
        return self._make(name=one.event_id, payload=json.loads(one.payload))


def _environment(where: str) -> dict[str, str]:
    if not where.startswith("postgresql:"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": where}
    parts = urlsplit(where)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parse_qs(parts.query)["host"][0],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "",
    }
