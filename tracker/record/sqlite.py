"""Decides how the log lies in a SQLite file: settings, locking, statements, and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from tracker.errors import (
    AppendOnly,
    DamagedDatabase,
    DatabaseBusy,
    DatabaseProblem,
    ShutDatabase,
    TrackerError,
    Unusable,
    UnwritableDatabase,
    typed,
)
from tracker.location import problem_at
from tracker.record.envelope import GENESIS, Head, RowValues
from tracker.record.filelock import FileLock
from tracker.record.filesystem import network_file_system
from tracker.record.medium import WAIT, Dialect, Known, Seen, blocks
from tracker.record.schema import COLUMNS

# wal_autocheckpoint: this connection commits only while it holds the file lock, so its checkpoints never
# meet another writer (SQLite up to 3.51.2 can damage a file when they do).
SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: committed is on the disk
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "mmap_size": 0,
    "wal_autocheckpoint": 1000,
    "cache_size": -16000,
}

_INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"

_FORGET = "UPDATE events SET payload = NULL, salt = NULL WHERE position = ?"

_BLOCK = (
    100  # so many rows are hashed, then written: each by itself, the two push each other out of the cache
)

_LOOK = """
SELECT 0, position, NULL, NULL, NULL, recorded_at, NULL, chain_hash, NULL
  FROM (SELECT position, recorded_at, chain_hash FROM events ORDER BY position DESC LIMIT 1)
UNION ALL
SELECT 1, e.position, e.event_id, e.stream, e.version, e.recorded_at, e.salt, e.payload_hash, e.kind
  FROM {asked} AS asked CROSS JOIN events AS e ON e.event_id = asked.value
UNION ALL
SELECT 2, NULL, NULL, asked.value, (SELECT max(version) FROM events WHERE stream = asked.value) AS newest,
       NULL, NULL, NULL, NULL
  FROM {asked} AS asked WHERE newest IS NOT NULL
"""
_LOOK_FOR_ONE = _LOOK.format(asked="(SELECT ? AS value)")  # most appends are of one event
_LOOK_FOR_MANY = _LOOK.format(asked="json_each(?)")


class SQLiteFile:
    """A tracker in one file. Its writer's connection is made when first something is written."""

    dialect: Dialect = "sqlite"
    columns = COLUMNS
    page = 500  # as much as stays in the processor's cache

    def __init__(self, where: str) -> None:
        self.where = where
        self.shown = where
        self.path = Path(where).expanduser()
        self.lock = FileLock(f"{self.path}.lock")
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self._engine, "begin", _begin)
        self._writer: Connection | None = None  # made when first needed, under the lock
        self._driver: sqlite3.Connection  # the writer's own; SQLAlchemy takes a microsecond to tell it
        self._make = False  # a file that is not there
        self._idle: list[sqlite3.Connection] = []  # connections for reading that nobody uses now

    def schema_version(self) -> str | None:
        """See `Medium`."""
        if not os.path.isfile(self.path):
            problem = problem_at(str(self.path))
            if isinstance(problem, Unusable | ShutDatabase):
                raise problem
            return None
        try:
            found = self.rows("SELECT version_num FROM alembic_version")
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise
        return str(found[0][0]) if found else None

    def occupied(self) -> bool:
        """See `Medium`."""
        return os.path.isfile(self.path) and bool(self.rows("SELECT 1 FROM sqlite_master LIMIT 1"))

    def head(self) -> Head:
        """See `Medium`."""
        found = self.rows("SELECT position, chain_hash FROM events ORDER BY position DESC LIMIT 1")
        return Head(*found[0]) if found else Head(0, GENESIS)

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """See `Medium`."""
        folder = self.path.parent
        if not folder.is_dir():
            raise DatabaseProblem(
                what=f"the folder of {self.shown} does not exist", try_=f"mkdir -p {typed(folder)}"
            )
        self.refuse_network()
        self._make = True
        with self.writing() as connection:
            self._make = False
            yield connection

    @contextmanager
    def writing(self, *, soon: bool = False) -> Iterator[Connection]:
        """See `Medium`. SQLAlchemy joins the transaction when something is first done through it."""
        self._lock()
        try:
            if self._writer is None:
                self._writer = self._engine.connect()
                self._driver = _driver(self._writer)
            self._driver.execute("BEGIN IMMEDIATE")
            yield self._writer
            self._end(self._writer, commit=True)
        except TrackerError:
            if self._writer is not None:  # nothing is wrong with the connection
                self._end(self._writer, commit=False)
            raise
        except BaseException:
            self._drop_writer()  # whatever happened (Ctrl-C inside the driver too): nothing of it stays
            raise
        finally:
            self.lock.release()

    def look(self, connection: Connection, ids: Sequence[str], streams: Sequence[str]) -> Seen:
        """See `Medium`."""
        if len(ids) == len(streams) == 1:
            found = self._driver.execute(_LOOK_FOR_ONE, (ids[0], streams[0]))
        else:
            asked = (orjson.dumps(ids).decode(), orjson.dumps(streams).decode())
            found = self._driver.execute(_LOOK_FOR_MANY, asked)
        position, recorded_at, chain_hash = 0, 0, GENESIS
        known: dict[str, Known] = {}
        versions: dict[str, int] = {}
        for what, at, event_id, stream, version, when, salt, hashed, kind in found:
            if what == 2:
                versions[stream] = version
            elif what == 1:
                known[event_id] = Known(at, stream, version, kind, when, salt, hashed)
            else:
                position, recorded_at, chain_hash = at, when, hashed
        return Seen(position, chain_hash, recorded_at, known, versions)

    def insert(self, connection: Connection, rows: Iterable[RowValues]) -> None:
        """See `Medium`."""
        for block in blocks(rows):
            self._driver.executemany(_INSERT, block)

    def forget(self, connection: Connection, position: int) -> None:
        """See `Medium`. What was redacted must not linger in free pages either."""
        self._driver.execute("PRAGMA secure_delete = 1").fetchall()
        self._driver.execute(_FORGET, (position,))

    def scrub(self) -> None:
        """See `Medium`: the WAL still has the page as it was; it goes unless somebody is reading from it."""
        self._lock()
        try:
            if self._writer is not None:
                self._driver.execute("PRAGMA busy_timeout = 200").fetchall()
                self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self._driver.execute(f"PRAGMA busy_timeout = {WAIT * 1000:.0f}").fetchall()
        finally:
            self.lock.release()

    def rows(self, select: str, parameters: Sequence[object] = ()) -> list[Any]:
        """See `Medium`. A connection that fails is not used again."""
        reader = self._idle.pop() if self._idle else self._open_reader()
        try:
            found = reader.execute(select, cast(Any, parameters)).fetchall()
        except BaseException:
            reader.close()
            raise
        self._idle.append(reader)
        return found

    def problem(self, error: BaseException) -> TrackerError | None:
        """See `Medium`."""
        if not isinstance(error, sqlite3.Error):
            return None
        return self._problem(getattr(error, "sqlite_errorname", "") or "", str(error))

    def passing(self, error: BaseException) -> bool:
        """See `Medium`: never, as the lock comes first."""
        return False

    def close(self) -> None:
        """See `Medium`. The writer closes under the lock: the last connection to go makes a checkpoint."""
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None:
            locked = self.lock.acquire(1.0)
            self._drop_writer()
            if locked:
                self.lock.release()
        self.lock.close()

    def refuse_network(self) -> None:
        """WAL needs memory that all writers share, which no network file system gives."""
        if found := network_file_system(self.path):
            raise DatabaseProblem(
                what=f"{self.shown} is on a network file system ({found}), where SQLite can lose data",
                try_="a local disk, or a PostgreSQL server: --db postgresql://…",
            )

    def _lock(self) -> None:
        try:
            locked = self.lock.acquire(WAIT)
        except OSError as error:
            raise UnwritableDatabase(where=self.shown, why=f"no lock beside it ({error.strerror})") from error
        if not locked:
            raise DatabaseBusy(
                where=self.shown, why=f"another process has been writing for {WAIT:.0f} seconds"
            )

    def _end(self, writer: Connection, *, commit: bool) -> None:
        if writer.in_transaction():
            (writer.commit if commit else writer.rollback)()
        elif self._driver.in_transaction:
            self._driver.execute("COMMIT" if commit else "ROLLBACK")  # kept, where commit() prepares it anew

    def _drop_writer(self) -> None:
        if (writer := self._writer) is not None:
            self._writer = None
            with suppress(Exception):
                writer.invalidate()
            with suppress(Exception):
                writer.close()

    def _connect(self) -> sqlite3.Connection:
        self.refuse_network()
        connection = sqlite3.connect(
            self._uri("rwc" if self._make else "rw"),
            uri=True,
            timeout=WAIT,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for name, value in SETTINGS.items():
                connection.execute(f"PRAGMA {name} = {value}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_reader(self) -> sqlite3.Connection:
        try:
            return self._connect_reader(self._uri("ro"))
        except sqlite3.OperationalError:
            # A folder that nobody may write to has no place for the WAL's index. Without a WAL the file
            # cannot be changing either, and can be read as it lies.
            if _may_write(self.path.parent) or _has_content(Path(f"{self.path}-wal")):
                raise
            return self._connect_reader(self._uri("ro") + "&immutable=1")

    def _connect_reader(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA trusted_schema = 0")
            connection.execute("PRAGMA mmap_size = 0")
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    def _uri(self, mode: str) -> str:
        return f"file:{quote(str(self.path.absolute()))}?mode={mode}"

    def _problem(self, name: str, message: str) -> TrackerError | None:
        if name.startswith("SQLITE_CONSTRAINT") and message.startswith("append-only: "):
            return AppendOnly(why=message.removeprefix("append-only: "))
        if name == "SQLITE_FULL":
            return UnwritableDatabase(where=self.shown, why="its disk is full")
        if name.startswith("SQLITE_READONLY"):
            return UnwritableDatabase(where=self.shown, why="it is read-only")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return DatabaseBusy(where=self.shown, why=f"{message}; another program holds it")
        if name.startswith("SQLITE_CORRUPT"):
            return DamagedDatabase(where=self.shown, why=message)
        if name.startswith("SQLITE_NOTADB"):
            return problem_at(str(self.path)) or DamagedDatabase(where=self.shown, why=message)
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_IOERR")):
            return problem_at(str(self.path)) or UnwritableDatabase(where=self.shown, why=message)
        if name in ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"):
            return DamagedDatabase(where=self.shown, why=f"something is there twice ({message})")
        if "no such table: " in message:
            return DamagedDatabase(where=self.shown, why=message)
        return None


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _has_content(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _begin(connection: Connection) -> None:
    # BEGIN alone would take the write lock only at the first insert, after somebody else may have written.
    if not _driver(connection).in_transaction:
        _driver(connection).execute("BEGIN IMMEDIATE")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)
